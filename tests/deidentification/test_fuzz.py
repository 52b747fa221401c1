"""Mutated files: never another error than a rejection, never a leak, never an export that cannot be read."""

import math

import pydicom
import pytest
from canaries import SYNTAXES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mr_files import enhanced_mr_image, mr_image, read, written
from mr_files import settings as study_settings
from pydicom.dataset import Dataset
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from discgrade.deidentification.files import cleaning
from discgrade.deidentification.files.contents import RejectedError

NAMES = ("CANARYNAME", "CANARYWORD")


def images() -> list[bytes]:
    def full(make: object) -> Dataset:
        image = make(
            PatientName="CANARYNAME^CANARYWORD", SeriesDescription="t2 CANARYWORD", PatientComments="CANARYNAME"
        )
        image.private_block(0x0009, "CANARYNAME", create=True).add_new(1, "LO", "CANARYWORD")
        return image

    found = [written(full(mr_image), syntax) for syntax in SYNTAXES.values()] + [written(full(enhanced_mr_image))]
    for syntax in (JPEGLSLossless, JPEG2000Lossless, RLELossless):
        image = read(written(full(lambda **changes: mr_image(Rows=40, Columns=40, **changes))))
        image.compress(syntax, generate_instance_uid=False)
        found.append(written(image, syntax))
    return found


IMAGES = images()
MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "insert", "copy", "zero"]),
        st.floats(0, 1),
        st.integers(0, 255),
        st.integers(1, 24),
    ),
    min_size=1,
    max_size=6,
)


def mutated(content: bytes, mutations: list[tuple[str, float, int, int]]) -> bytes:
    """Change bytes in the header, mostly: pixels are longer and say less."""
    for kind, where, byte, length in mutations:
        at = int(where**2 * len(content))
        match kind:
            case "flip":
                content = content[:at] + bytes([byte]) + content[at + 1 :]
            case "cut":
                content = content[:at] + content[at + length :]
            case "insert":
                content = content[:at] + bytes([byte]) * length + content[at:]
            case "copy":
                content = content[:at] + content[max(0, at - length) : at] + content[at:]
            case "zero":
                content = content[:at] + bytes(length) + content[at + length :]
    return content


def survives(content: bytes) -> None:
    try:
        exported = cleaning.deidentify_file(content, study_settings(), {})
    except RejectedError:
        return
    header = exported.content[: exported.content.rindex(b"\xe0\x7f\x10\x00")]
    for name in NAMES:
        assert name.encode() not in header
    with pydicom.config.disable_value_validation():
        pixels = read(exported.content).pixel_array
    assert pixels.size == math.prod(exported.record[name] for name in ("rows", "columns", "frames"))


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.sampled_from(IMAGES), MUTATIONS)
def test_mutated_files_neither_crash_nor_leak(content, mutations):
    survives(mutated(content, mutations))


@pytest.mark.ci
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(IMAGES), MUTATIONS)
def test_many_mutated_files_neither_crash_nor_leak(content, mutations):
    survives(mutated(content, mutations))


@pytest.mark.parametrize("content", IMAGES)
def test_the_files_that_are_mutated_are_good(content):
    assert cleaning.deidentify_file(content, study_settings(), {}).record["rows"] in (16, 40)
