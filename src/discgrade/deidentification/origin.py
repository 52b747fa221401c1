"""Where the scans and readings of a study came from: kept in the private folder, so that later changes are found."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from discgrade import private as privacy
from discgrade.deidentification.digests import plan_shards
from discgrade.deidentification.source import Source
from discgrade.settings.model import Deidentify, Ratings
from discgrade.settings.plain import plain, typed

ORIGIN = "source.json"


@dataclass(frozen=True)
class _Origin:
    """What decides an export, as it is kept; places are absolute."""

    dicom: str
    sheet: str | None
    key_seed: int | None
    export: str
    shards: tuple[str, ...]
    deidentify: Deidentify
    ratings: Ratings


def note(
    private: Path, source: Source, shards: Sequence[str], export: Path, *, deidentify: Deidentify, ratings: Ratings
) -> None:
    """Keep where scans and readings lie and how they were read."""
    origin = _Origin(
        dicom=str(source.dicom.absolute()),
        sheet=str(source.ratings.absolute()) if source.ratings else None,
        key_seed=source.key_seed,
        export=str(export.absolute()),
        shards=tuple(shards),
        deidentify=deidentify,
        ratings=ratings,
    )
    with privacy.writing(private / ORIGIN) as text:
        json.dump(plain(origin), text, indent=1)


def digests_now(private: Path) -> dict[str, str] | None:
    """Return the digests of what each shard's output depends on as it is now (`digests.plan_shards`).

    Returns:
        Digests by shard; None if the private folder says nothing, or says it as an earlier version did.

    Raises:
        RefusedError: if scans or readings are not there any more, or cannot be read.
    """
    if not (private / ORIGIN).exists():
        return None
    try:
        kept = typed(_Origin, json.loads((private / ORIGIN).read_text("utf-8", "surrogateescape")))
    except TypeError:
        return None
    source = Source(Path(kept.dicom), Path(kept.sheet) if kept.sheet else None, kept.key_seed)
    return plan_shards(
        source,
        kept.shards,
        private=private,
        export=Path(kept.export),
        deidentify=kept.deidentify,
        ratings=kept.ratings,
    ).digests
