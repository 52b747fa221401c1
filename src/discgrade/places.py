"""Places to write to, and what the file system refuses: in one sentence that says where, and what to do.

Nothing here decides a result, so this module is left out of the code digests (`provenance.digests.UNTRACKED`).
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

_WRITE = "Choose a place where you may write"
_ROOM = "Make room there, or choose another place"
_ADVICE = {
    errno.EACCES: "Choose a place where you may read and write",
    errno.EPERM: "Choose a place where you may read and write",
    errno.EROFS: _WRITE,
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EIO: "Check the disc, or choose another place",
    errno.ESTALE: "Check the network, or choose another place",
}
_LITTLE = 1 << 20
"""Bytes of free space below which a disc is full."""


def explain(error: OSError) -> str:
    """Say where the file system refused what, and what to do."""
    if error.errno is None or (error.filename is None and error.errno not in _ADVICE):
        return str(error)
    if error.filename is None:  # as when a disc is full: what was written to it is not said
        return f"{error.strerror}. {_ADVICE[error.errno]}"
    advice = "Check the name" if error.errno == errno.ENOENT else _ADVICE.get(error.errno, "Choose another place")
    return f"{error.filename}: {error.strerror}. {advice}"


def explain_refusal(error: OSError, written: Sequence[Path], shown: Sequence[Path] | None = None) -> str | None:
    """Say that a disc is full or broken or must not be written to; None if that is not what went wrong.

    Libraries leave out what was refused, or where: then the places are looked at.

    Args:
        error: The error.
        written: Where the work was writing to, the likeliest place first.
        shown: Folders that may be named, without what lies in them; None: every place may.
    """
    full = [place for place in (*written, Path(tempfile.gettempdir())) if _is_full(place)]
    if error.errno is None and not full:
        return None
    number = errno.ENOSPC if error.errno is None else error.errno
    if number not in _ADVICE:
        return None
    places = [Path(os.fsdecode(error.filename))] if error.filename else [*full, *written]
    place = places[0] if shown is None else next(filter(places[0].is_relative_to, shown), "a place of the source")
    return f"{place}: {os.strerror(number)}. {_ADVICE[number]}, and run it again"


def _is_full(place: Path) -> bool:
    """Tell whether there is no room for a small file, or for another file, where a place is or is to be."""
    there = _existing(place)
    state = os.statvfs(there)
    return shutil.disk_usage(there).free < _LITTLE or (state.f_files > 0 and state.f_favail == 0)


def _existing(place: Path) -> Path:
    """Return the innermost folder of a place's that there is."""
    place = place.absolute()
    return next(folder for folder in (place, *place.parents) if folder.is_dir())


def check_writable(*folders: Path) -> None:
    """Check that files can be made where folders are or are to be.

    Raises:
        ValueError: naming the first that refuses.
    """
    for folder in folders:
        try:
            with tempfile.TemporaryFile(dir=_existing(folder)) as file:
                file.write(bytes(4096))
        except OSError as error:
            advice = _ADVICE.get(error.errno or 0, _WRITE)
            raise ValueError(f"{folder}: {error.strerror}. {advice}, and run it again") from None
