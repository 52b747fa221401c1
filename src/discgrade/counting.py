"""Numbers of things in words."""


def counted(count: int, noun: str) -> str:
    """Return a number and what it is of, for example `1 study` or `1,200 studies`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"
