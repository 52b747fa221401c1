"""`discgrade rate`: the raters' page, its plan, and the sheet that comes of it."""

import argparse
import sys
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discgrade import __version__
from discgrade.counting import counted
from discgrade.private import RefusedError
from discgrade.settings.groups.rating import Rating

if TYPE_CHECKING:
    from discgrade.imaging.locating.stack import Find
    from discgrade.rating.server.desk import Desk

_USAGE = """discgrade rate SCANS --study private/NAME [--port N] [--open] [--raters FILE] [--review FILE]
                      [--locator BUNDLE] [--now TIME]
       discgrade rate plan SCANS --study private/NAME [--reread SHARE] [--days N] ... [--config FILE]
       discgrade rate export --study private/NAME [--out FILE]"""
_DESCRIPTION = """Read discs in a browser: slice, region and grade, blind to all other grades.

SCANS is a folder of DICOM files, as they are or exported. The page is served on this machine alone, at an address that
holds the rater's secret. Every action is kept in readings.sqlite in the private folder, from which `rate export` makes
the sheet of readings that the workflow takes, and a text for the methods section."""
_KINDS = {"scale": ("fractional", "integral"), "reviewed": ("further", "instead")}
_PORT = 8040
_DIGEST = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage, parser.description = _USAGE, _DESCRIPTION
    parser.add_argument("words", nargs="+", metavar="SCANS", help="folder of scans, or what to do: plan SCANS, export")
    parser.add_argument("--study", type=Path, required=True, metavar="FOLDER", help="private folder of the readings")
    parser.add_argument("--config", type=Path, metavar="FILE", help="config whose section `rating` is the plan")
    parser.add_argument("--raters", type=Path, metavar="FILE", help="CSV: name, secret (made if empty), role")
    parser.add_argument("--follow-links", action="store_true", help="read what links out of SCANS lead to, too")
    page = parser.add_argument_group("the page")
    page.add_argument("--port", type=int, default=_PORT, help=f"port (default: {_PORT}; 0: any that is free)")
    page.add_argument("--open", action="store_true", help="open the browser")
    page.add_argument("--review", type=Path, metavar="FILE", help="table of pseudo-labels and their probabilities")
    page.add_argument("--locator", type=Path, metavar="BUNDLE", help="bundle whose locator proposes slice and boxes")
    page.add_argument("--host", default="127.0.0.1", help="address to listen at (default: this machine alone)")
    page.add_argument("--origin", action="append", default=[], metavar="URL", help="address behind a reverse proxy")
    page.add_argument("--now", type=_time, metavar="TIME", help="set the server's clock, to try out a plan")
    plan = parser.add_argument_group("the plan")
    for field in fields(Rating):
        _add_setting(plan, field.name, getattr(Rating(), field.name))
    export = parser.add_argument_group("export")
    export.add_argument("--out", type=Path, metavar="FILE", help="sheet (default: readings.csv in the private folder)")


def _add_setting(group: argparse._ArgumentGroup, name: str, default: Any) -> None:  # noqa: ANN401
    option = f"--{name.replace('_', '-')}"
    if isinstance(default, tuple):
        group.add_argument(option, nargs="+", metavar="LEVEL", help=f"default: {' '.join(default)}")
    elif name in _KINDS:
        group.add_argument(option, choices=_KINDS[name], help=f"default: {default}")
    else:
        group.add_argument(option, type=type(default), metavar="VALUE", help=f"default: {default}")


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"should be such as 2026-12-01 or 2026-12-01T09:00. Received: {text}"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def run(given: argparse.Namespace, locator: "tuple[Find, str] | None" = None) -> int:
    """Run the command and return its exit status.

    Args:
        given: The arguments.
        locator: What proposes boxes on the page, and the SHA-256 of its bundle; None: the typical spine does.
    """
    actions: Mapping[str, Callable[[argparse.Namespace], int]] = {"plan": _plan, "export": _export}
    action = actions.get(given.words[0])
    scans = given.words if action is None else given.words[1:]
    if len(scans) != (0 if action is _export else 1):
        raise RefusedError(f"The words after `rate` should be as here:\n{_USAGE}")
    return _serve(given, locator) if action is None else action(given)


def _told(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _check_places(scans: Path, study: Path) -> None:
    if study.resolve().is_relative_to(scans.resolve()):
        raise RefusedError("The private folder should not lie in the folder of scans. Choose for example private/NAME")
    if "results" in study.resolve().parts:
        raise RefusedError("The private folder should not lie in the results, which may be passed on")


def _settings(given: argparse.Namespace, before: Rating | None) -> Rating:
    """Return the plan that is asked for: the one before, or the config's, with what the command names."""
    from discgrade.rating import plan  # noqa: PLC0415 - `--help` needs none of it

    settings = plan.from_config(given.config) if given.config is not None else before or Rating()
    named = {field.name: getattr(given, field.name) for field in fields(Rating)}
    return plan.changed(settings, {name: value for name, value in named.items() if value is not None})


def _plan(given: argparse.Namespace) -> int:
    """Keep a plan, and say who reads what by it."""
    from discgrade.rating import plan  # noqa: PLC0415
    from discgrade.rating.ledger.store import Store  # noqa: PLC0415
    from discgrade.rating.raters import raters  # noqa: PLC0415
    from discgrade.rating.scans.catalogue import read_studies  # noqa: PLC0415

    scans = Path(given.words[1])
    _check_places(scans, given.study)
    store = Store(given.study)
    studies = read_studies(scans, given.study, store.secret, _told, given.follow_links)
    people, _ = raters(given.raters, given.study)
    settings = _settings(given, plan.kept(store))
    plan.keep(store, settings, datetime.now(UTC).isoformat(timespec="seconds"))
    for line in plan.described(settings, list(studies), people):
        print(line)
    return 0


def _export(given: argparse.Namespace) -> int:
    """Write the sheet, the table of what could not be graded, and the text for the methods section."""
    from discgrade.rating import plan  # noqa: PLC0415
    from discgrade.rating.exporting import export_study  # noqa: PLC0415
    from discgrade.rating.ledger.store import Store  # noqa: PLC0415

    with closing(Store(given.study, write=False)) as store:
        wanted = _settings(given, plan.kept(store))
    out = given.out or given.study / "readings.csv"
    readings, ungraded = export_study(given.study, out, wanted)
    lacking = f"{ungraded} discs or studies not graded"
    print(f"{counted(readings, 'reading')} in {out}; {lacking}; a text for the methods section")
    return 0


def _serve(given: argparse.Namespace, locator: "tuple[Find, str] | None") -> int:
    """Serve the page until it is interrupted."""
    from discgrade.rating.raters import raters  # noqa: PLC0415
    from discgrade.rating.server.running import addresses, application, doors, listen, serve  # noqa: PLC0415

    named = [field.name for field in fields(Rating) if getattr(given, field.name) is not None]
    if named:
        raise RefusedError(f"{', '.join(named)}: belongs to the plan. Give it to `discgrade rate plan`")
    scans = Path(given.words[0])
    _check_places(scans, given.study)
    listener = listen(given.host, given.port)
    desk = _desk(given, scans, locator)
    found = doors(raters(given.raters, given.study)[1], listener, given.origin, desk.secret)
    printed = addresses(found, listener, given.origin)

    def ready() -> None:
        for name, address in printed.items():
            print(address if len(printed) == 1 else f"{name}: {address}", flush=True)
        if given.open:
            webbrowser.open(next(iter(printed.values())))

    with suppress(KeyboardInterrupt):
        serve(application(desk, scans, found), listener, ready)
    _told("The page is closed; the readings are kept.")
    return 0


def _desk(given: argparse.Namespace, scans: Path, locator: "tuple[Find, str] | None") -> "Desk":
    """Open the readings and the scans; the first time, the plan of the config or the default one is kept."""
    from discgrade.rating import disputes, plan  # noqa: PLC0415
    from discgrade.rating.ledger.store import Store  # noqa: PLC0415
    from discgrade.rating.raters import raters  # noqa: PLC0415
    from discgrade.rating.scans.catalogue import read_studies  # noqa: PLC0415
    from discgrade.rating.server.desk import Desk  # noqa: PLC0415
    from discgrade.rating.server.proposals import Proposals  # noqa: PLC0415

    store = Store(given.study)
    studies = read_studies(scans, given.study, store.secret, _told, given.follow_links)
    clock = _clock(given.now)
    at = clock().isoformat(timespec="seconds")
    settings = _settings(given, plan.kept(store))
    plan.keep(store, settings, at)
    store.add_studies(at, [(study.word, study.patient_id, study.uid) for study in studies.values()])
    doubts = disputes.of_model(given.review, studies, settings.review_from) if given.review is not None else []
    proposals = None if locator is None else Proposals(*locator, scans)
    marks = ("" if given.now is None else "+clock", "" if locator is None else f"+locator.{locator[1][:_DIGEST]}")
    version = f"{__version__}{''.join(marks)}"
    return Desk(store, settings, studies, raters(given.raters, given.study)[0], clock, doubts, version, proposals)


def _clock(start: datetime | None) -> Callable[[], datetime]:
    """Return a clock: the system's, or one that was set to a time when the server started."""
    ahead = timedelta(0) if start is None else start - datetime.now(UTC)
    return lambda: datetime.now(UTC) + ahead
