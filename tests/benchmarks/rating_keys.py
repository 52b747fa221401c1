"""How many keys a disc takes, and how long the page itself: twenty real discs read in Chromium by keyboard alone.

The grades and boxes are those of a sheet that exists: each box is brought to within three pixels of it by the arrows.
The readings are exported and read back by the workflow, which must find no fault.

python tests/benchmarks/rating_keys.py REAL [DISCS], where REAL holds lsma/dicom and lsma/ratings.csv
"""

import csv
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from shutil import copytree

from rating import print_times

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "support")]

from chromium import CHROMIUM  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402
from rate_server import Server, discgrade, serving  # noqa: E402
from rating_browser import sit  # noqa: E402

from discgrade.imaging.box import Box  # noqa: E402
from discgrade.rating.ledger.store import Store  # noqa: E402
from discgrade.rating.ledger.work import blind, item_name  # noqa: E402
from discgrade.rating.scans.catalogue import read_studies  # noqa: E402

LEVELS = ("L3/L4", "L4/L5", "L5/S1")
NEAR = 3
Wanted = Mapping[str, tuple[float, Box]]
Keys = list[Counter[str]]


def main(real: Path, discs: int) -> None:
    """Read, print keys a disc and times, export, and let the workflow read the sheet."""
    sheet = list(csv.DictReader((real / "lsma" / "ratings.csv").open(encoding="utf-8")))
    patients = list(islice(dict.fromkeys(row["patient_id"] for row in sheet), -(-discs // len(LEVELS))))
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        scans, study = Path(name, "scans"), Path(name, "study")
        for patient in patients:
            (folder,) = (real / "lsma" / "dicom").glob(f"{patient}_*")
            copytree(folder, scans / folder.name)
        words = ["--levels", *LEVELS, "--scale", "integral", "--reread", 0, "--second-rater", 0]
        assert discgrade("rate", "plan", scans, "--study", study, *words).returncode == 0
        wanted = _wanted(sheet, scans, study)
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with serving(scans, study) as server:
            seat = sit(browser, server.addresses[0])
            seat.ready()
            counts, times = _read(seat.page, server, wanted, discs)
        _tell(counts, times)
        print(_round_trip(scans, study, Path(name)))


def _wanted(sheet: list[dict[str, str]], scans: Path, study: Path) -> dict[str, Wanted]:
    """Return grade and box, as it is shown, of each level, by the word of the item on the rater's page."""
    with closing(Store(study, write=False)) as store:
        secret = store.secret
    found = {}
    for word, one in read_studies(scans, study, secret).items():
        (stack,) = one.stacks
        (image,) = stack.slices
        mine = [row for row in sheet if row["sop_instance_uid"] == image.instance]
        boxes = [Box(*(float(row[key]) for key in ("x", "y", "width", "height"))) for row in mine]
        shown = [stack.turn.box(box, image.rows, image.columns) for box in boxes]
        read = {row["level"]: (float(row["grade"]), box) for row, box in zip(mine, shown, strict=True)}
        found[item_name(secret, "R1", blind(word, 1))] = read
    return found


def _read(page: Page, server: Server, wanted: Mapping[str, Wanted], discs: int) -> tuple[Keys, list[float]]:
    """Read discs as the page offers them; returns the keys of each by purpose, and ms from each key to its frame."""
    counts: Keys = []
    times: list[float] = []

    def press(key: str, purpose: str) -> None:
        began = time.perf_counter()
        page.keyboard.press(key)
        page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        times.append(1000 * (time.perf_counter() - began))
        counts[-1][purpose] += 1

    while len(counts) < discs:
        page.wait_for_selector('#saved[data-state="saved"]')
        resume = server.json("/api/worklist?mode=blind")["resume"]
        level = (page.locator("#discs [aria-current]").get_attribute("aria-label") or "").partition(":")[0]
        grade, box = wanted[resume["item"]][level]
        counts.append(Counter())
        press("Enter", "box")
        for key in _keys(_drawn(page, server, resume["item"], level), box):
            press(key, "arrows")
        press(f"{grade:g}", "grade")
        press("Enter", "on")
    page.wait_for_selector('#saved[data-state="saved"]')
    return counts, times


def _drawn(page: Page, server: Server, item: str, level: str) -> Box:
    page.wait_for_selector('#saved[data-state="saved"]')
    discs = server.json(f"/api/items/{item}")["reading"]["discs"]
    (box,) = (one["box"] for one in discs if one["level"] == level)
    return Box(*(box[key] for key in ("x", "y", "width", "height")))


def _keys(drawn: Box, wanted: Box) -> Iterator[str]:
    """Yield the arrows that bring a box near another one: first its place, then its lower right corner."""
    for prefix, across, down in (
        ("", wanted.x - drawn.x, wanted.y - drawn.y),
        ("Control+", wanted.width - drawn.width, wanted.height - drawn.height),
    ):
        for distance, less, more in ((across, "ArrowLeft", "ArrowRight"), (down, "ArrowUp", "ArrowDown")):
            yield from (f"{prefix}{step}{more if far > 0 else less}" for step, far in _steps(distance))


def _steps(distance: float) -> Iterator[tuple[str, int]]:
    """Yield tens and ones until a distance is near enough."""
    while abs(distance) > NEAR:
        step = (10 if abs(distance) > 10 - NEAR else 1) * (1 if distance > 0 else -1)
        distance -= step
        yield ("Shift+" if abs(step) == 10 else "", step)


def _tell(counts: Keys, times: list[float]) -> None:
    keys = [sum(one.values()) for one in counts]
    parts = {name: sum(one[name] for one in counts) / len(counts) for name in ("box", "arrows", "grade", "on")}
    print(f"{len(counts)} discs: {statistics.median(keys):g} keys a disc (median), {min(keys)} to {max(keys)}")
    print("  on average", ", ".join(f"{name} {value:.1f}" for name, value in parts.items()))
    print(f"  the page's own time: {sum(times) / len(counts):.0f} ms a disc")
    print_times("from a key to the frame that shows it", times)


def _round_trip(scans: Path, study: Path, folder: Path) -> str:
    """Export the readings, and read the sheet with its images as the workflow does."""
    exported = discgrade("rate", "export", "--study", study)
    assert exported.returncode == 0, exported.stderr
    words = ["--private", folder / "private", "--ratings", study / "readings.csv", "--jobs", 2]
    done: subprocess.CompletedProcess[str] = discgrade("deidentify", scans, folder / "out", *words)
    assert done.returncode == 0, done.stderr
    (count,) = re.findall(r"^\d+ readings", exported.stdout) or [exported.stdout]
    return f"{count} exported; the workflow read them: {done.stdout.strip() or done.stderr.strip()}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20)
