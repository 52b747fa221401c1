"""Which voxel lies where: ITK's own map from voxels to the patient is the oracle, for every way to store an array."""

from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from discgrade.imaging.upright import Turn, plane, upright
from discgrade.imaging.volumes.errors import VolumeError
from discgrade.imaging.volumes.files import read_volume
from discgrade.imaging.volumes.planes import Grid, cut, difference

ROTATION = np.linalg.qr(np.eye(3) + 0.1 * np.random.default_rng(3).standard_normal((3, 3)))[0]
WAYS = [(axes, signs) for axes in permutations(range(3)) for signs in product((1, -1), repeat=3)]


def image_of(axes: tuple[int, ...], signs: tuple[int, ...], spacing: tuple[float, float, float]) -> sitk.Image:
    """Return an image whose axes run along the patient's (left, back, head) in this order and these directions."""
    shape = [(5, 7, 9)[axis] for axis in axes]
    image = sitk.GetImageFromArray(np.random.default_rng(1).integers(0, 999, shape[::-1]).astype(np.int16))
    rotation = ROTATION * np.sign(np.diag(ROTATION))
    image.SetDirection(np.stack([signs[n] * rotation[:, axes[n]] for n in range(3)], axis=1).ravel().tolist())
    image.SetSpacing([spacing[axis] for axis in axes])
    image.SetOrigin((11.0, -7.0, 3.0))
    return image


@pytest.mark.parametrize("spacing", [(4.0, 0.5, 0.6), (0.9, 0.9, 1.0), (0.5, 4.0, 0.6), (0.5, 0.6, 4.0)])
def test_every_voxel_lies_where_itk_puts_it_however_the_array_is_stored(tmp_path: Path, spacing) -> None:
    for axes, signs in WAYS:
        image = image_of(axes, signs, spacing)
        sitk.WriteImage(image, str(tmp_path / "volume.nrrd"))
        volume = read_volume(tmp_path / "volume.nrrd")
        planes = volume.planes
        row, column = np.reshape(planes.orientation, (2, 3))
        for place in np.random.default_rng(2).integers(0, volume.voxels.shape, (6, 3)):
            number, down, along = map(int, place)
            point = planes.positions[number] + along * planes.column_spacing * row + down * planes.row_spacing * column
            index = image.TransformPhysicalPointToIndex(point.tolist())
            assert image[index] == volume.voxels[number, down, along]


@pytest.mark.parametrize(
    ("spacing", "expected"),
    [
        ((4.0, 0.5, 0.6), "sagittal"),
        ((0.9, 0.9, 1.0), "sagittal"),
        ((0.5, 4.0, 0.6), "coronal"),
        ((0.5, 0.6, 4.0), "axial"),
    ],
)
def test_slices_are_upright_and_run_as_they_were_scanned(spacing, expected) -> None:
    for axes, signs in WAYS:
        image = image_of(axes, signs, spacing)
        planes, _ = cut(
            Grid(
                image.GetSize(),
                image.GetSpacing(),
                np.reshape(image.GetDirection(), (3, 3)),
                np.array(image.GetOrigin()),
            )
        )
        assert plane(planes.orientation) == expected
        assert upright(planes.orientation) == Turn()
        step = planes.positions[1] - planes.positions[0]
        assert step[np.abs(step).argmax()] > 0


def grid(**changes: object) -> Grid:
    values = {"shape": (4, 5, 6), "spacing": (3.0, 1.0, 1.0), "direction": np.eye(3), "origin": np.zeros(3)}
    return Grid(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"spacing": (0.0, 1.0, 1.0)}, "spacing above 0"),
        ({"origin": np.array([0, np.nan, 0])}, "no size or place"),
        ({"direction": np.array([[1, 0.5, 0], [0, 1, 0], [0, 0, 1.0]]) * 0.9}, "at right angles"),
    ],
)
def test_a_grid_that_lies_nowhere_is_refused(changes, message) -> None:
    with pytest.raises(VolumeError, match=message):
        cut(grid(**changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"shape": (4, 5, 7)}, "another grid than its image: 4 x 7 x 5 voxels for 4 x 6 x 5"),
        ({"spacing": (3.0, 1.0, 1.1)}, "another spacing than its image: 3 x 1.1 x 1 mm for 3 x 1 x 1"),
        ({"origin": np.array([0.0, 2.0, 0.0])}, "lies elsewhere than its image, 2 mm apart"),
        ({"direction": np.array([[1, 0, 0], [0, 0.8, -0.6], [0, 0.6, 0.8]])}, "in another direction"),
        # The same place stored the other way round is no difference.
        ({"direction": np.diag([1.0, -1.0, 1.0]), "origin": np.array([0.0, 4.0, 0.0])}, ""),
    ],
)
def test_a_mask_differs_from_its_image_by_place_and_not_by_the_order_of_its_array(changes, words) -> None:
    found = difference(cut(grid())[0], cut(grid(**changes))[0])
    assert words in found
    assert bool(words) == bool(found)
