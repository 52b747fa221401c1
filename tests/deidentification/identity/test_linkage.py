"""The linkage map is put together from the shards' parts, and none of them is trusted to be whole."""

import pytest

from discgrade.deidentification.identity import linkage
from discgrade.private import RefusedError, make, read_rows


def test_the_map_is_that_of_all_shards_and_reads_back_unharmed(tmp_path):
    make(tmp_path)
    linkage.note_patients(tmp_path, "00", ["00", "01"], [("=1+1", "P2"), ("@x", "P1")])
    linkage.note_patients(tmp_path, "01", ["00", "01"], [("-7", "P3")])
    assert read_rows(tmp_path / linkage.PATIENTS) == [["-7", "P3"], ["=1+1", "P2"], ["@x", "P1"]]
    assert (tmp_path / linkage.PATIENTS).read_text().splitlines()[1:] == ["'-7,P3", "'=1+1,P2", "'@x,P1"]


@pytest.mark.parametrize("content", [b"id_old,id_new\nonly one\n", b"a,b\n" + b"x" * (1 << 25)])
def test_a_spoilt_part_is_refused_by_name_and_with_what_to_do(tmp_path, content):
    make(tmp_path)
    linkage.note_patients(tmp_path, "01", ["00", "01"], [("7", "P3")])
    (tmp_path / "patients" / "01.csv").write_bytes(content)
    with pytest.raises(RefusedError, match=r"patients/01\.csv in the private folder is spoilt.*export shard 01 again"):
        linkage.note_patients(tmp_path, "00", ["00", "01"], [("8", "P4")])
