"""What the headers of a folder say of their files."""

import numpy as np
import pytest
from scans import header, save

from discgrade.imaging.scans import headers
from discgrade.imaging.walking import walk


@pytest.fixture
def read(tmp_path):
    def files():
        found = headers.read(tmp_path, sorted(walk(tmp_path, False)))
        return [headers.unpacked(stamp.path, text) for stamp, text in found]

    return files


def test_scanner_date_and_removed_identity_are_read(tmp_path, read):
    said = {"Manufacturer": "SIEMENS ", "MagneticFieldStrength": "1.5", "PatientIdentityRemoved": "YES"}
    save(tmp_path / "1.dcm", header(1, **said))
    (file,) = read()
    assert (file.manufacturer, file.field_strength, file.identity_removed) == ("SIEMENS", 1.5, True)
    assert (file.study_date, file.patient_id) == ("20190305", "4711815")
    assert [(one.path, one.rows, one.weighting.echo_time) for one in file.frames] == [("1.dcm", 16, 102.0)]


def test_what_a_header_does_not_say_is_unknown(tmp_path, read):
    save(tmp_path / "1.dcm", header(1, StudyDate=None), np.zeros((16, 12)))
    (file,) = read()
    assert (file.study_date, file.manufacturer, file.field_strength, file.identity_removed) == ("", "", None, False)
