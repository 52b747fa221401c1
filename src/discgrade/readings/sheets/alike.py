"""Whether two names are nearly the same: what two spellings of one person's name have in common."""

import re
import unicodedata

_TITLES = frozenset({"dr", "prof", "med", "md", "phd", "msc", "bsc", "mr", "mrs", "ms", "frau", "herr", "pd", "priv"})
_LONG = 5
"""Letters from which on a name may differ in one letter by a slip."""


def plain(name: str) -> str:
    """Return a name without what nobody sees: kinds of blank, invisible marks, and 1.0 for 1."""
    seen = "".join(
        letter for letter in unicodedata.normalize("NFKC", name) if unicodedata.category(letter) not in ("Cf", "Cc")
    )
    return re.sub(r"^(\d+)\.0+$", r"\1", " ".join(seen.split()))


def alike(one: str, other: str) -> bool:
    """Tell whether two names differ only in case, accents, blanks, marks, order, titles, initials or one letter.

    Numbers and single letters tell people apart: Reader 1 and Reader 2 are not alike, nor are Reader A and Reader B.
    """
    if one == other:
        return True
    if list(map(int, re.findall(r"\d+", one))) != list(map(int, re.findall(r"\d+", other))):
        return False
    first, second = _parts(one), _parts(other)
    ours, theirs = "".join(first), "".join(second)
    if ours == theirs or sorted(first) == sorted(second):
        return True
    letters, others = (sorted(word for word in words if len(word) == 1) for words in (first, second))
    if letters and others and letters != others:
        return False
    if _abbreviated(first, second):
        return True
    return min(len(ours), len(theirs)) >= _LONG and distance(ours, theirs) == 1


def _parts(name: str) -> list[str]:
    """Return the words of a name without case, accents and titles; ReaderA has two words."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", apart.casefold()) if not _is_accent(letter))
    words = [word for word in re.split(r"[^\w]+|_", bare) if word]
    return [word for word in words if word not in _TITLES] or words


def _is_accent(letter: str) -> bool:
    return unicodedata.combining(letter) > 0


def _abbreviated(first: list[str], second: list[str]) -> bool:
    """Tell whether two names agree in a long word, and in the others as far as they go: A. Meier, Anna Meier, Meier."""
    few, many = sorted((first, second), key=len)
    if not any(word in many and len(word) > 2 for word in few):
        return False
    left = list(many)
    for word in few:
        match = next((one for one in left if one.startswith(word) or (len(one) == 1 and word.startswith(one))), None)
        if match is None:
            return False
        left.remove(match)
    return True


def distance(one: str, other: str) -> int:
    """Return by how many letters two words differ: added, left out, changed, or exchanged with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right)))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                row[j] = min(row[j], last[j - 2] + 1)
    return row[-1]
