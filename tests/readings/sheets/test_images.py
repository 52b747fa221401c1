"""Which image and frame a reading is of."""

import pytest
from readings import reading

from discgrade.imaging.header import Header
from discgrade.readings.sheets.images import image_faults
from discgrade.readings.sheets.sheet import Row

ONE = Header("a/1", 1, instance="1.2.3.4.5.1.1.8", study="1.2.3.4.5.1", patient="004711-K", rows=16, columns=12)
MANY = ONE._replace(path="b/1", instance="1.7", frames=7)
AXIAL, CORONAL = (ONE._replace(instance=plane, plane=plane) for plane in ("axial", "coronal"))


def faults(**changes):
    row = Row(2, {name: str(text) for name, text in reading(**changes).items()})
    images = {one.instance: one for one in (ONE, MANY, AXIAL, CORONAL)}
    return [(fault.column, fault.rule) for fault in image_faults([row], images, patient)]


def patient(image):
    return image.patient


def test_a_multi_frame_image_needs_a_frame():
    rule = "should be given, since the image has 7 frames: from 1"
    assert faults(sop_instance_uid="1.7") == [("frame", rule)]
    assert faults(sop_instance_uid="1.7", frame="7") == []
    assert faults(sop_instance_uid="1.7", frame="8") == [("frame", "should be a frame of the image")]


def test_a_single_image_needs_none():
    assert faults() == faults(frame="1") == []


@pytest.mark.parametrize(("changes", "column"), [({"x": "12"}, "x"), ({"y": "-4.5"}, "y"), ({"width": "49"}, "width")])
def test_a_region_lies_on_its_slice(changes, column):
    assert [name for name, _ in faults(**changes)] == [column]


@pytest.mark.parametrize("plane", ["axial", "coronal"])
def test_a_reading_on_another_plane_is_refused_by_its_name(plane):
    rule = f"should be a sagittal image. By its Image Orientation (0020,0037) it is {plane}"
    assert faults(sop_instance_uid=plane) == [("sop_instance_uid", rule)]
