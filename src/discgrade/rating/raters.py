"""The raters and their secrets, from a file or made here."""

import csv
import io
import re
import secrets
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast, get_args

from discgrade import private
from discgrade.private import RefusedError
from discgrade.rating.queue import Rater, Role
from discgrade.readings.sheets.formats import decoded

KEPT = "rater_secrets.csv"
"""File of the private folder that keeps the secrets that were made here."""

ALONE = "R1"
"""Name of the rater where no file names any."""

_NAME = re.compile(r"[^\W_][^\x00-\x1f\"<>]{0,63}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,128}")
_COLUMNS = ("name", "secret", "role")


def raters(file: Path | None, folder: Path) -> tuple[dict[str, Rater], dict[str, str]]:
    """Return the raters by name, and the name that belongs to each secret.

    Args:
        file: CSV with the columns name and optionally secret and role (main, second, adjudicator); None: one rater, R1.
            The first one is the main rater where no role is given. A secret that is left out is made, and kept.
        folder: Private folder, which keeps the secrets that are made.

    Raises:
        RefusedError: if the file breaks a rule; the message quotes no secret.
    """
    rows = _rows(file) if file is not None else [{"name": ALONE, "secret": "", "role": "main"}]
    faults = list(_faults(rows))
    if faults:
        raise RefusedError("The file of raters has faults:\n" + "\n".join(f"  - {fault}" for fault in faults))
    made = _kept(folder)
    found = {row["name"]: row["secret"] or made.get(row["name"]) or secrets.token_hex(16) for row in rows}
    fresh = {row["name"]: found[row["name"]] for row in rows if not row["secret"]}
    if fresh.items() - made.items():
        private.write_rows(folder / KEPT, ("name", "secret"), sorted((made | fresh).items()))
    roles = [row["role"] or ("second" if number else "main") for number, row in enumerate(rows)]
    people = {row["name"]: Rater(row["name"], cast(Role, role)) for row, role in zip(rows, roles, strict=True)}
    return people, {secret: name for name, secret in found.items()}


def _kept(folder: Path) -> dict[str, str]:
    return {row[0]: row[1] for row in private.read_rows(folder / KEPT) if len(row) == 2}


def _rows(file: Path) -> list[dict[str, str]]:
    try:
        text = decoded(file.read_bytes())
    except OSError:
        raise RefusedError("The file of raters cannot be read") from None
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    try:
        names, *rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) or [[]]
    except csv.Error:
        raise RefusedError("The file of raters should be CSV. Save it as such in the program that made it") from None
    columns = [name.strip().lower() for name in names]
    if "name" not in columns or set(columns) - set(_COLUMNS) or len(set(columns)) < len(columns):
        raise RefusedError(f"The first line of the file of raters should be {','.join(_COLUMNS)}; name is needed")
    if wrong := [str(number) for number, row in enumerate(rows, 2) if any(row[len(columns) :])]:
        raise RefusedError(
            f"The file of raters has more cells than columns in line {', '.join(wrong)}. A comma in a name needs quotes"
        )
    filled = [dict(zip(columns, (cell.strip() for cell in row), strict=False)) for row in rows if any(row)]
    return [{name: _normal(row.get(name, "")) for name in _COLUMNS} for row in filled]


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _faults(rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    if not rows:
        yield "there should be at least one rater"
    for number, row in enumerate(rows, 2):
        if not _NAME.fullmatch(row["name"]):
            yield f'line {number}: a name should begin with a letter or digit, and have at most 64 characters, no " < >'
        if row["secret"] and not _SECRET.fullmatch(row["secret"]):
            yield f"line {number}: a secret should have 16 to 128 letters, digits, - or _; left out, one is made"
        if row["role"] not in ("", *get_args(Role)):
            yield f"line {number}: a role should be one of {', '.join(get_args(Role))}"
    for what, values in (
        ("names, which may not differ by case alone,", [row["name"].casefold() for row in rows]),
        ("secrets", [row["secret"] for row in rows if row["secret"]]),
    ):
        if max(Counter(values).values(), default=0) > 1:
            yield f"the {what} should differ from each other"
