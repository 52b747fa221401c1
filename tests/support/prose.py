"""What printed prose may not hold: holes where a word should stand, templates shown as such, words out of use."""

import re
from string import ascii_lowercase

HOLES = re.compile(r"[{}]|\bNone\b(?! is)|\bnan\b|  | [.,;:)](?!\d)|\(\)|\( |“”|\.\.|,,|;;|: ?[.;]|\*\*\*|``")
RETIRED = re.compile(
    r"\b(fixed split|beside|maker|doubt\w*|joint matri\w+|inner|watched|dealt|share of the training part)\b",
    re.IGNORECASE,
)


def faults_of(text: str) -> list[str]:
    """Return what is wrong with a text that is one paragraph; none if it may be printed."""
    words = " ".join(text.splitlines())
    found = [match.group() for pattern in (HOLES, RETIRED) for match in pattern.finditer(words)]
    ends = [] if words.rstrip().endswith((".", "?")) else [f"ends with {words[-20:]!r}"]
    begins = [f"begins with {words[:20]!r}"] if words[:1] in set(ascii_lowercase) else []
    return found + ends + begins
