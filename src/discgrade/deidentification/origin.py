"""Where the scans and readings of a study came from: kept in the private folder, so that later changes are found."""

import json
from collections.abc import Sequence
from pathlib import Path

from discgrade import private as privacy
from discgrade.deidentification.source import Source, shard_digests

ORIGIN = "source.json"


def note(private: Path, source: Source, shards: Sequence[str], follow_links: bool) -> None:
    """Keep where scans and readings lie and how they were read."""
    with privacy.writing(private / ORIGIN) as text:
        json.dump(
            {
                "dicom": str(source.dicom.absolute()),
                "ratings": str(source.ratings.absolute()) if source.ratings else None,
                "shards": list(shards),
                "follow_links": follow_links,
            },
            text,
            indent=1,
        )


def digests_now(private: Path) -> dict[str, str] | None:
    """Return the digests of what each shard's output depends on as it is now (`source.shard_digests`).

    Returns:
        Digests by shard; None if the private folder says nothing.

    Raises:
        RefusedError: if scans or readings are not there any more, or cannot be read.
    """
    if not (private / ORIGIN).exists():
        return None
    kept = json.loads((private / ORIGIN).read_text("utf-8", "surrogateescape"))
    return shard_digests(
        source=Path(kept["dicom"]),
        ratings=Path(kept["ratings"]) if kept["ratings"] else None,
        shards=kept["shards"],
        private=private,
        follow_links=kept["follow_links"],
    )
