"""Reading NIfTI, MetaImage and NRRD files by SimpleITK, which reads them all, and whole files alone.

ITK fills what is missing of a cut NIfTI file with zeros and says nothing: whether all of it is there is told here.
"""

import gzip
import math
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.volumes.errors import VolumeError
from discgrade.imaging.volumes.planes import Grid, Order, Planes, cut

if TYPE_CHECKING:
    import SimpleITK as sitk  # noqa: N813 - as its documents call it

SUFFIXES = (".nii.gz", ".nii", ".mha", ".nrrd")
"""Ends of the names of files that are volumes; those of which a header names another file are not read."""
LARGEST = 1 << 31
"""Voxels beyond which nobody scanned a spine."""

_DAMAGED = "it cannot be read: it is damaged, cut, or of another kind than its name says"
_NIFTI_1, _NIFTI_2 = 348, 540
_LONGEST_HEADER = 1 << 20
_OWN_VOXELS = re.compile(rb"ElementDataFile[ \t]*[=:][ \t]*LOCAL\s", re.IGNORECASE)
_OTHER_FILE = re.compile(rb"^data ?file[ \t]*:", re.IGNORECASE | re.MULTILINE)
_CHUNK = 1 << 22


@dataclass(frozen=True, eq=False)
class Volume:
    """A volume in slices.

    Attributes:
        planes: Where they lie.
        voxels: Grey values or labels, shape (slices, rows, columns).
    """

    planes: Planes
    voxels: NDArray[Any]


def is_volume(name: str) -> bool:
    """Return whether a file's name ends as that of a volume."""
    return name.casefold().endswith(SUFFIXES)


def stem(name: str) -> str:
    """Return a file's name without its folder and the end that tells its format."""
    last = Path(name).name
    return next((last[: -len(end)] for end in SUFFIXES if last.casefold().endswith(end)), last)


def read_planes(path: Path) -> Planes:
    """Read where a volume's slices lie, and no voxel.

    Raises:
        VolumeError: if it cannot be read, has more than three dimensions, or does not say how it lies.
    """
    return cut(_grid(_header(path), path))[0]


def read_volume(path: Path) -> Volume:
    """Read a volume in slices.

    Raises:
        VolumeError: as `read_planes` does, or if the file is cut or its voxels are not one number each.
    """
    reader = _header(path)
    planes, order = cut(_grid(reader, path))
    _check_whole(path)
    return Volume(planes, _voxels(reader, order))


def grey_range(voxels: NDArray[Any]) -> tuple[float, float]:
    """Return the least and the largest grey value of a picture.

    Raises:
        VolumeError: if a voxel is no finite number, or all are alike.
    """
    low, high = float(voxels.min()), float(voxels.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise VolumeError("a voxel holds no finite number")
    if low == high:
        raise VolumeError(f"all of its voxels are {low:g}: it shows nothing")
    return low, high


def _header(path: Path) -> "sitk.ImageFileReader":
    import SimpleITK as sitk  # noqa: N813, PLC0415 - only where volumes are read

    _check_alone(path)
    sitk.ProcessObject.GlobalWarningDisplayOff()
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        if "orthonormal" in str(error):
            raise VolumeError("its affine is sheared: the directions of its axes should be at right angles") from None
        raise VolumeError(_DAMAGED) from None
    return reader


def _check_alone(path: Path) -> None:
    """Check that a file holds its own voxels: the headers of two formats may name any other file, anywhere.

    Raises:
        VolumeError: if it names one, or does not say where its header ends.
    """
    name = path.name.casefold()
    if not name.endswith((".mha", ".nrrd")):
        return
    try:
        with path.open("rb") as file:
            head = file.read(_LONGEST_HEADER)
    except OSError:
        raise VolumeError("it cannot be opened") from None
    if name.endswith(".mha"):
        end = head.find(b"ElementDataFile")
        alone = _OWN_VOXELS.match(head, max(end, 0)) is not None
    else:
        end = min((place for place in map(head.find, (b"\n\n", b"\r\n\r\n")) if place >= 0), default=-1)
        alone = _OTHER_FILE.search(head[: max(end, 0)]) is None
    if end < 0:
        raise VolumeError(_DAMAGED)
    if not alone:
        raise VolumeError("its header names another file for its voxels: files that hold their own are read")


def _grid(reader: "sitk.ImageFileReader", path: Path) -> Grid:
    size = reader.GetSize()
    if reader.GetDimension() > 3 and any(one > 1 for one in size[3:]):
        raise VolumeError(
            f"it has {reader.GetDimension()} dimensions, {_shape(size)} voxels: one volume a file is read"
        )
    if reader.GetNumberOfComponents() != 1:
        raise VolumeError(f"each of its voxels holds {reader.GetNumberOfComponents()} numbers: grey values are read")
    if reader.GetDimension() < 3 or np.prod(size, dtype=float) > LARGEST:
        raise VolumeError(f"it is no volume of slices of a spine: {_shape(size)} voxels")
    if _is_nowhere(reader):
        raise VolumeError("its header does not say how it lies in the patient: qform and sform are both 0")
    count = reader.GetDimension()
    direction = np.reshape(reader.GetDirection(), (count, count))[:3, :3]
    return Grid(
        shape=(int(size[0]), int(size[1]), int(size[2])),
        spacing=tuple(float(one) for one in reader.GetSpacing()[:3]),  # type: ignore[arg-type]
        direction=direction.astype(float),
        origin=np.array(reader.GetOrigin()[:3], float),
    )


def _shape(size: tuple[int, ...]) -> str:
    return " x ".join(map(str, size))


def _is_nowhere(reader: "sitk.ImageFileReader") -> bool:
    codes = [name for name in ("qform_code", "sform_code") if reader.HasMetaDataKey(name)]
    return bool(codes) and all(reader.GetMetaData(name) == "0" for name in codes)


def _voxels(reader: "sitk.ImageFileReader", order: Order) -> NDArray[Any]:
    import SimpleITK as sitk  # noqa: N813, PLC0415

    try:
        if reader.GetDimension() > 3:
            reader.SetExtractSize([*reader.GetSize()[:3], *[0] * (reader.GetDimension() - 3)])
        image = reader.Execute()
    except RuntimeError:
        raise VolumeError("it cannot be read: it is damaged or cut") from None
    # SimpleITK's arrays have the last axis first.
    stored = np.transpose(sitk.GetArrayFromImage(image), (2, 1, 0))
    return order.apply(stored)


def _check_whole(path: Path) -> None:
    """Check that a NIfTI file holds as many bytes as its header says; ITK tells of the other formats itself."""
    if not path.name.casefold().endswith((".nii", ".nii.gz")):
        return
    try:
        if path.name.casefold().endswith(".gz"):
            with gzip.open(path, "rb") as file:
                head, size = file.read(_NIFTI_2), 0
                while block := file.read(_CHUNK):
                    size += len(block)
            size += len(head)
        else:
            with path.open("rb") as file:
                head = file.read(_NIFTI_2)
            size = path.stat().st_size
        wanted = _bytes(head)
    except (OSError, EOFError, zlib.error, struct.error, IndexError):
        raise VolumeError("it is cut: it ends before its last voxel") from None
    if size < wanted:
        raise VolumeError(f"it is cut: it ends before its last voxel, after {size:,} of {wanted:,} bytes")


def _bytes(head: bytes) -> int:
    """Return the size that a NIfTI file should have by its header."""
    for order in "<>":
        (length,) = struct.unpack_from(f"{order}i", head, 0)
        if length == _NIFTI_1:
            dims = struct.unpack_from(f"{order}8h", head, 40)
            (bits,), (offset,) = struct.unpack_from(f"{order}h", head, 72), struct.unpack_from(f"{order}f", head, 108)
            break
        if length == _NIFTI_2:
            dims = struct.unpack_from(f"{order}8q", head, 16)
            (bits,), (offset,) = struct.unpack_from(f"{order}h", head, 14), struct.unpack_from(f"{order}q", head, 168)
            break
    else:
        raise struct.error("no NIfTI header")
    voxels = math.prod(max(int(one), 1) for one in dims[1 : 1 + dims[0]])
    return int(offset) + voxels * int(bits) // 8
