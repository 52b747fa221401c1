"""Works that the report cites: named in its text as `[@key]`, listed in the order in which they are first named."""

import re
from collections.abc import Iterable, Mapping

from discgrade.publication.published import published

_CITED = re.compile(r"\[@(\w+)\]")
_LATEX = str.maketrans({"&": r"\&", "%": r"\%", "_": r"\_", "#": r"\#"})
_SHOWN = 6
"""Authors that a reference names before it says et al."""


def order_of(texts: Iterable[str]) -> dict[str, int]:
    """Return the number of each work that texts cite, from 1, in the order in which they first name it."""
    keys = dict.fromkeys(key for text in texts for key in _CITED.findall(text))
    return {key: number for number, key in enumerate(keys, start=1)}


def numbered(text: str, order: Mapping[str, int]) -> str:
    """Put the numbers of the works in brackets in the places of their keys."""
    return _CITED.sub(lambda found: f"[{order[found[1]]}]", text)


def split_citations(text: str) -> list[tuple[str, str]]:
    """Return the parts of a text, each with the work that is cited after it, or nothing."""
    parts = _CITED.split(text)
    keys = [*parts[1::2], ""]
    return list(zip(parts[::2], keys, strict=True))


def work(key: str) -> Mapping[str, str]:
    """Return what is known of a work.

    Raises:
        KeyError: if `works.csv` does not know it.
    """
    return {row["key"]: row for row in published("works")}[key]


def reference(key: str) -> str:
    """Return a work as a list of references names it."""
    row = work(key)
    authors = [_short(name) for name in row["authors"].split("; ")]
    others = ["et al."] if "others" in authors or len(authors) > _SHOWN else []
    named = [name for name in authors if name != "others"][: 3 if others else _SHOWN]
    place = f"{row['journal']} {row['year']}" + (f";{row['volume']}" if row["volume"] else "")
    place += f"({row['number']})" if row["number"] else ""
    place += f":{row['pages']}" if row["pages"] else ""
    doi = f" doi:{row['doi']}" if row["doi"] else ""
    return f"{', '.join([*named, *others]).rstrip('.')}. {row['title']}. {place}.{doi}"


def _short(name: str) -> str:
    """Return family name and initials."""
    family, _, given = name.partition(", ")
    return f"{family} {''.join(part[0] for part in re.split('[ -]', given) if part)}".strip()


def bibtex(keys: Iterable[str]) -> str:
    """Return works as BibTeX."""
    return "\n".join(_entry(key) for key in keys)


def _entry(key: str) -> str:
    row = work(key)
    places = {"article": "journal", "inproceedings": "booktitle", "report": "institution"}
    fields = {
        "author": row["authors"].replace("; ", " and "),
        "title": f"{{{row['title']}}}",
        places[row["type"]]: row["journal"],
        "year": row["year"],
        "volume": row["volume"],
        "number": row["number"],
        "pages": row["pages"].replace("-", "--"),
        "doi": row["doi"],
    }
    kind = "techreport" if row["type"] == "report" else row["type"]
    lines = [f"  {name} = {{{value.translate(_LATEX)}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"]) + "\n"
