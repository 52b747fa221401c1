"""What a header says of the scanner, in one spelling and one unit."""

import re

_MANUFACTURERS = {
    "siemens": "Siemens", "ge": "GE", "philips": "Philips", "toshiba": "Canon", "canon": "Canon", "hitachi": "Fujifilm",
    "fujifilm": "Fujifilm", "esaote": "Esaote", "uih": "United Imaging", "united": "United Imaging", "fonar": "Fonar",
}  # fmt: skip
_MOST_TESLA, _LEAST_GAUSS, _MOST_GAUSS = 15.0, 5_000.0, 150_000.0


def usual_name(manufacturer: str) -> str | None:
    """Return the usual name of a scanner's manufacturer, so that scores by manufacturer do not split on spelling."""
    words = re.split(r"[^a-z]+", manufacturer.casefold())
    return next((name for word, name in _MANUFACTURERS.items() if word in words), None)


def tesla(strength: float) -> float | None:
    """Return a field strength in tesla, where it is written in tesla or, 10,000 times as large, in gauss; else None.

    Between the two, 1,500 might be thousandths of a tesla or 0.15 T in gauss: nobody can tell.
    """
    if 0 < strength <= _MOST_TESLA:
        return strength
    return strength / 10_000 if _LEAST_GAUSS <= strength <= _MOST_GAUSS else None
