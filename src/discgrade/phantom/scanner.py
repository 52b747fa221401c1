"""How a scanner sees a spine: matrix, field of view, slices, coil, noise, and how it stores grey values."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.phantom.spine.view import View, empty_view

MATRICES = (256, 288, 320, 384)


@dataclass(frozen=True)
class Scan:
    """Settings of one sagittal T2 series.

    Attributes:
        matrix: Rows and columns.
        spacing: Side of a pixel in mm.
        slices: Number of slices.
        thickness: Slice thickness in mm.
        gap: Distance between slice centres in mm.
        centre: Position (y, z) of the image centre in the spine's plane, mm.
        offset: Distance of the middle slice from the spine's middle, mm.
        curve: Sideways shift of the spine per mm towards the feet.
        noise: Deviation of the noise in each channel, CSF being 1.
        shading: Depth in mm over which the coil's sensitivity falls to a half.
        gain: Stored grey value of CSF before shading.
        orientation: Direction cosines of a row, then of a column.
        bend: Sideways shift of the spine in mm at 100 mm above and below L3, with the square of the distance.
    """

    matrix: int
    spacing: float
    slices: int
    thickness: float
    gap: float
    centre: tuple[float, float]
    offset: float
    curve: float
    noise: float
    shading: float
    gain: float
    orientation: tuple[float, ...]
    bend: float = 0.0

    @property
    def positions(self) -> NDArray[np.float64]:
        """Distances of the slices from the spine's middle in mm, along the slices' normal."""
        return _centred(self.slices, self.gap) + self.offset

    def view(self, rng: np.random.Generator) -> View:
        """Return the empty slices; `rng` draws their textures."""
        steps = _centred(self.matrix, self.spacing)
        y = (self.centre[0] + steps).astype(np.float32)[None, :]
        z = (self.centre[1] + steps).astype(np.float32)[:, None]
        lateral = (self.positions[:, None, None] - self.curve * z - self.bend * (z / 100) ** 2).astype(np.float32)
        return replace(empty_view(y, z, lateral, self.spacing, rng), bent=self.bend != 0)

    def pixel(self, y: float, z: float) -> tuple[float, float]:
        """Return the column and row coordinates of a point, 0 at the image's left and upper edge."""
        middle = self.matrix / 2
        return (y - self.centre[0]) / self.spacing + middle, (z - self.centre[1]) / self.spacing + middle

    def slice_at(self, z: float) -> int:
        """Return the number of the slice, from 0, that is nearest to the spine's middle at a height."""
        return int(np.abs(self.positions - self.curve * z - self.bend * (z / 100) ** 2).argmin())


@dataclass(frozen=True)
class Posture:
    """How patients lie in the scanner where that is not left to chance: to try what looks for the middle slice.

    Attributes:
        slices: Number of slices; None: as drawn.
        offset: Distance in mm by which the stack misses the spine's middle; None: as drawn.
        bend: Of a scoliotic spine, as `Scan.bend`.
    """

    slices: int | None = None
    offset: float | None = None
    bend: float = 0.0

    def of(self, scan: Scan) -> Scan:
        """Return a scan of a patient who lies so."""
        return replace(
            scan,
            slices=scan.slices if self.slices is None else self.slices,
            offset=scan.offset if self.offset is None else self.offset,
            bend=self.bend,
        )


AS_DRAWN = Posture()
"""Everything is left to chance."""


def _centred(count: int, step: float) -> NDArray[np.float64]:
    """Return evenly spaced positions around 0."""
    half = (count - 1) / 2 * step
    return np.linspace(-half, half, count)


def draw_scan(rng: np.random.Generator) -> Scan:
    """Draw the settings of a scan."""
    matrix = int(rng.choice(MATRICES, p=(0.5, 0.25, 0.15, 0.1)))
    oblique = rng.random() < 0.3
    turn, lean = np.radians(rng.uniform(-6, 6, 2)) * oblique
    return Scan(
        matrix=matrix,
        spacing=round(float(rng.uniform(245, 290)) / matrix, 4),
        slices=int(rng.integers(5, 10)),
        thickness=(thickness := float(rng.choice([3.5, 4.0, 4.5]))),
        gap=round(thickness * 1.1, 2),
        centre=(float(rng.uniform(-25, -5)), float(rng.uniform(-8, 8))),
        offset=float(rng.uniform(-1.5, 1.5)),
        curve=float(rng.normal(0, 0.012)),
        noise=float(rng.uniform(0.012, 0.03)),
        shading=float(rng.uniform(120, 220)),
        gain=float(rng.uniform(500, 1100)),
        orientation=_orientation(float(turn), float(lean)),
    )


def _orientation(turn: float, lean: float) -> tuple[float, ...]:
    row = (-np.sin(turn), np.cos(turn), 0.0)
    column = (-np.sin(lean) * np.cos(turn), -np.sin(lean) * np.sin(turn), -np.cos(lean))
    return tuple(round(float(value), 9) + 0.0 for value in (*row, *column))


def acquire(view: View, scan: Scan, rng: np.random.Generator) -> NDArray[np.uint16]:
    """Return stored grey values (slices, rows, columns) below 4096: point spread, coil shading, Rician noise."""
    depth = np.maximum(view.y.max() - 25 - view.y, 0)
    gain = (1 / (1 + (depth / scan.shading) ** 2) * 1.3).astype(np.float32)
    stored = np.empty(view.signal.shape, np.uint16)
    for number, signal in enumerate(view.signal):
        seen = cv2.GaussianBlur(signal * gain, (5, 5), 0.6)
        real, imaginary = scan.noise * rng.standard_normal((2, *signal.shape), dtype=np.float32)
        stored[number] = np.minimum(scan.gain * cv2.magnitude(seen + real, imaginary), 4095)
    return stored
