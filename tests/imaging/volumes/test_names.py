import pytest

from discgrade.imaging.volumes.names import Name, is_image, read_name


@pytest.mark.parametrize(
    ("path", "patient", "session", "series"),
    [
        ("1_t2.mha", "1", "", "t2"),
        ("12_t2_SPACE.mha", "12", "", "t2 SPACE"),
        ("12_t1.mha", "12", "", "t1"),
        ("sub-007/ses-b/anat/sub-007_ses-b_acq-sag_T2w.nii.gz", "007", "b", "T2w"),
        ("sub-07/anat/scan_T2w.nii", "07", "", "T2w"),
        ("sub-07_T2star.nii", "07", "", "T2star"),
        ("case12.nii.gz", "case12", "", ""),
        ("t2.nii.gz", "t2", "", "t2"),
    ],
)
def test_a_name_says_whose_it_is_and_how_it_was_weighted(path, patient, session, series) -> None:
    found = read_name(path)
    assert (found.patient, found.session, found.series) == (patient, session, series)


def test_what_a_name_says_besides_is_not_taken() -> None:
    assert read_name("sub-1_rec-MuellerAnna_T2w.nii.gz") == Name("1", "", "T2w", "sub-1_rec-MuellerAnna_T2w")


@pytest.mark.parametrize("name", ["sub-1_T2w_dseg.nii.gz", "sub-1_seg-vert_msk.nii.gz", "a_mask.nrrd", "label_1.mha"])
def test_masks_are_no_images(name) -> None:
    assert not is_image(name)
    assert is_image("sub-1_T2w.nii.gz")
