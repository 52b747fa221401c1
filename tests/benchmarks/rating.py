"""How quick the server of the raters' page is, without a browser: pictures, actions of many raters, memory.

python tests/benchmarks/rating.py [STUDIES]
"""

import statistics
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "support")]

from rate_server import Server, serving  # noqa: E402
from scans import header, save  # noqa: E402

from discgrade.host import kernel_bytes  # noqa: E402

SLICES, SIDE, RATERS, ACTIONS, RATE = 15, 384, 20, 400, 10


def main(studies: int) -> None:
    """Print times in ms (median, 95th percentile) and memory in MB."""
    with tempfile.TemporaryDirectory() as name:
        scans, raters = Path(name, "scans"), Path(name, "raters.csv")
        write_scans(scans, studies)
        raters.write_text("name,role\n" + "".join(f"Rater {number},main\n" for number in range(RATERS)))
        for title in ("never seen before", "again"):
            began = time.perf_counter()
            with serving(scans, Path(name, "p"), "--raters", raters):
                print(f"start, {studies} studies of {SLICES} slices, {title}: {time.perf_counter() - began:.1f} s")
        with serving(scans, Path(name, "p"), "--raters", raters) as server:
            _pictures(server)
            _many(server)
            _memory(server)


def write_scans(folder: Path, studies: int) -> None:
    """Write studies of one series of noise each."""
    pixels = np.random.default_rng(1).integers(0, 4096, (SIDE, SIDE), dtype=np.uint16)
    for study in range(studies):
        names = {"StudyInstanceUID": f"2.25.1{study}", "SeriesInstanceUID": f"2.25.2{study}", "PatientID": f"P{study}"}
        for number in range(SLICES):
            dataset = header(number, Rows=SIDE, Columns=SIDE, **names)
            dataset.SOPInstanceUID = f"2.25.3{study:06d}{number:03d}"
            save(folder / f"{study}" / f"{number}.dcm", dataset, pixels)


def _pictures(server: Server) -> None:
    """A study's data and its middle slice, as the page asks for them at a click; then the next slice."""
    items = [one["item"] for one in server.json("/api/worklist?mode=blind")["items"]][:100]
    first, following = [], []
    for item in items:
        began = time.perf_counter()
        middle = server.json(f"/api/items/{item}")["series"][0]["middle"]
        content = server.ask(f"/api/items/{item}/series/0/slices/{middle}")[1]
        first.append(1000 * (time.perf_counter() - began))
        assert len(content) == 4 + struct.unpack("<I", content[:4])[0] + 2 * SIDE**2
        began = time.perf_counter()
        server.ask(f"/api/items/{item}/series/0/slices/{middle + 1}")
        following.append(1000 * (time.perf_counter() - began))
    print_times("first picture of a study", first)
    print_times("another slice", following)


def _many(server: Server) -> None:
    """Twenty raters, ten actions a second in all."""
    people = [Server(server.process, server.addresses, line.partition("?key=")[2]) for line in server.addresses]
    times: list[float] = []

    def act(person: Server, place: int) -> None:
        person.open()
        item = person.json("/api/worklist?mode=blind")["resume"]["item"]
        time.sleep(place / RATE)
        for number in range(ACTIONS // RATERS):
            due = time.perf_counter() + RATERS / RATE
            began = time.perf_counter()
            box = {"disc": 0, "series": 0, "slice": 7, "x": 100 + number, "y": 200, "width": 60, "height": 40}
            status, _ = person.act(item, f"action-{number:06d}", "box", **box)
            times.append(1000 * (time.perf_counter() - began))
            assert status == 200
            time.sleep(max(0.0, due - time.perf_counter()))

    threads = [threading.Thread(target=act, args=(person, place)) for place, person in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print_times(f"an action, {RATERS} raters, {RATE} a second", times)


def _memory(server: Server) -> None:
    """Memory after reading some studies, and after reading all: five discs each, every slice looked at."""
    server.open()
    items = [one["item"] for one in server.json("/api/worklist?mode=blind")["items"]]
    status = Path(f"/proc/{server.process.pid}/status")
    times = []
    for place, item in enumerate(items):
        server.json(f"/api/items/{item}")
        for number in range(SLICES):
            server.ask(f"/api/items/{item}/series/0/slices/{number}")
        for disc in range(5):
            box = {"disc": disc, "series": 0, "slice": 7, "x": 100, "y": 300 - 40 * disc, "width": 60, "height": 40}
            server.act(item, f"box-{place:05d}-{disc}", "box", **box)
            began = time.perf_counter()
            server.act(item, f"grade-{place:05d}-{disc}", "grade", disc=disc, grade=3)
            times.append(1000 * (time.perf_counter() - began))
        if place + 1 in (len(items) // 10, len(items) // 2, len(items)):
            print(f"memory after {5 * (place + 1)} discs: {(kernel_bytes(status, 'VmRSS') or 0) >> 20} MB")
    print_times("a grade, one rater", times)


def print_times(title: str, times: Sequence[float]) -> None:
    """Print median and 95th percentile of times in ms."""
    ordered = sorted(times)
    print(f"{title}: {statistics.median(ordered):.0f} ms, 95 % within {ordered[int(0.95 * len(ordered))]:.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
