"""`discgrade rate`, with a bundle whose locator proposes boxes: the raters' page itself knows no bundle."""

import argparse

from discgrade.private import RefusedError
from discgrade.rating import command
from discgrade.rating.command import add_arguments

__all__ = ["add_arguments", "run"]


def run(given: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    if given.locator is None:
        return command.run(given)
    from discgrade.grading.bundle.opening import open_bundle  # noqa: PLC0415 - only here does it need a bundle
    from discgrade.grading.locating.locator import locator_of  # noqa: PLC0415

    bundle = open_bundle(given.locator)
    locator = locator_of(bundle)
    if locator is None:
        raise RefusedError(f"{given.locator} holds no locator. Take the bundle of a study that trained one")
    return command.run(given, (locator, bundle.digest))
