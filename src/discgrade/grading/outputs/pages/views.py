"""The pictures of a study, made once for its page, its PDF and the pages of the patient's later studies."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from discgrade.grading.discs import GradedDisc, GradedStudy, Sources
from discgrade.grading.outputs.pages.pictures import Shown, enlarged, png, shown_once, with_saliency
from discgrade.imaging.box import Box
from discgrade.imaging.upright import Letters

Saliency = Mapping[tuple[str, int, str], NDArray[np.float32]]
"""How far a grade rests on each part of a region, upright, by SOP Instance UID, frame and level."""


@dataclass(frozen=True)
class SliceView:
    """A slice with the boxes of its discs.

    Attributes:
        picture: PNG.
        rows: Height in pixels.
        columns: Width in pixels.
        discs: Numbers of the study's discs that lie on it.
        boxes: Where these lie, in pixels of the picture.
        sides: What lies beyond each side.
        square: Whether its pixels are square; False where the header does not tell their size.
    """

    picture: bytes
    rows: int
    columns: int
    discs: tuple[int, ...]
    boxes: tuple[Box, ...]
    sides: Letters
    square: bool


@dataclass(frozen=True)
class DiscView:
    """An enlarged disc.

    Attributes:
        picture: PNG of `pictures.DISC_WIDTH` x `pictures.DISC_HEIGHT` px.
        box: The region in its pixels.
        saliency: The same picture with what the grade rests on; None if that was not asked for.
    """

    picture: bytes
    box: Box
    saliency: bytes | None


@dataclass(frozen=True)
class Earlier:
    """A graded study with its enlarged discs, in the order of its discs: what pages of later studies show of it."""

    study: GradedStudy
    discs: tuple[DiscView, ...]


@dataclass(frozen=True)
class Views:
    """All pictures of a study: slices in the order of their first discs, discs in their order."""

    slices: tuple[SliceView, ...]
    discs: tuple[DiscView, ...]


def views(study: GradedStudy, sources: Sources, saliency: Saliency) -> Views:
    """Make the pictures of a study."""
    images = {place: shown_once(sources[place]) for place in dict.fromkeys(disc.place.image for disc in study.discs)}
    slices = tuple(_slice(study, place, image) for place, image in images.items())
    maps = [saliency.get((*disc.place.image, disc.place.level)) for disc in study.discs]
    discs = (_disc(disc, images[disc.place.image], found) for disc, found in zip(study.discs, maps, strict=True))
    return Views(slices, tuple(discs))


def _slice(study: GradedStudy, place: tuple[str, int], image: Shown) -> SliceView:
    numbers = tuple(number for number, disc in enumerate(study.discs) if disc.place.image == place)
    boxes = tuple(image.box(study.discs[number].place.box) for number in numbers)
    rows, columns = image.grey.shape
    return SliceView(png(image.grey), rows, columns, numbers, boxes, image.letters, image.spacing is not None)


def _disc(disc: GradedDisc, image: Shown, saliency: NDArray[np.float32] | None) -> DiscView:
    large = enlarged(image, disc.place.box)
    return DiscView(png(large.grey), large.box, None if saliency is None else png(with_saliency(large, saliency)))
