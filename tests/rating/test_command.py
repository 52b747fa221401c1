"""`discgrade rate` as its users meet it: an address, a plan, a sheet, and what is said when something is wrong.

DISCGRADE_KILLS says how many times the server is killed.
"""

import csv
import os
import random
import re
import signal
import socket
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rate_server import discgrade, serving

from discgrade.readings.sheets.sheet import REQUIRED

KILLS = int(os.environ.get("DISCGRADE_KILLS", "8"))


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_one_address_opens_the_page_and_no_other_does(scans, tmp_path):
    with serving(scans, tmp_path / "p") as server:
        (address,) = server.addresses
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?key=[0-9a-f]{32}", address)
        status, page, headers = server.ask(address.removeprefix(server.origin), Authorization="")
        assert status == 200
        assert b"<html" in page
        cookie = headers["Set-Cookie"].partition(";")[0]
        assert server.ask("/api/start", Authorization="", Cookie=cookie)[0] == 200
        assert server.ask("/api/start", Authorization="")[0] == 403
        assert server.ask("/", Authorization="")[0] == 403
        assert "server" not in headers


def test_nothing_but_this_machine_may_ask(scans, tmp_path):
    with serving(scans, tmp_path / "p") as server:
        lines = [
            line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]
        ]
        listening = {line[1] for line in lines if line[3] == "0A" and line[1].endswith(f":{server.port:04X}")}
        assert listening == {f"0100007F:{server.port:04X}"}


def test_each_rater_has_an_address(scans, tmp_path):
    raters = tmp_path / "raters.csv"
    raters.write_text("name,secret\nDr A,0123456789abcdef\nDr B,\n")
    with serving(scans, tmp_path / "p", "--raters", raters, rater=1) as server:
        assert server.addresses[0] == f"Dr A: {server.origin}/?key=0123456789abcdef"
        assert server.json("/api/start")["rater"] == "Dr B"


def test_a_reading_becomes_a_sheet(scans, tmp_path):
    study = tmp_path / "p"
    with serving(scans, study) as server:
        server.open()
        item = server.json("/api/worklist?mode=blind")["resume"]["item"]
        box = {"disc": 0, "series": 0, "slice": 2, "x": 1.5, "y": 2, "width": 6, "height": 5}
        assert server.act(item, "action-1", "box", **box)[0] == 200
        assert server.act(item, "action-2", "grade", disc=0, grade=2.7, seconds=12.5)[0] == 200
        assert server.act(item, "action-3", "ungradable", disc=1, reason="other", text="=metal")[0] == 200
        done = discgrade("rate", "export", "--study", study)
        assert done.returncode == 0, done.stderr
    (one,) = rows(study / "readings.csv")
    assert set(REQUIRED) <= set(one)
    named = ("level", "x", "y", "width", "height", "grade", "rater", "reading", "cohort", "origin", "seconds", "scale")
    assert [one[name] for name in named] == [
        "L5/S1", "1.5", "2.0", "6.0", "5.0", "2.7", "R1", "1", "primary", "human", "12.5", "fractional",
    ]  # fmt: skip
    assert one["patient_id"].endswith("4711")
    (left,) = rows(study / "readings.ungraded.csv")
    assert (left["level"], left["reason"], left["text"]) == ("L4/L5", "other", "'=metal")
    assert "R1: 1 disc of 1 study in the first reading." in (study / "readings.methods.md").read_text()
    assert {stat.S_IMODE(path.stat().st_mode) for path in study.iterdir()} == {0o600}


def test_the_clock_brings_the_rereading(scans, tmp_path):
    study = tmp_path / "p"
    plan = ("--reread", "1", "--levels", "L5/S1", "--seed", "3")
    assert discgrade("rate", "plan", scans, "--study", study, *plan).stdout.strip() == (
        "R1 (main): 4 studies with 1 discs each, 4 of them again after 28 days or more"
    )
    for now, total in (("2026-03-01", 4), ("2026-03-28", 4), ("2026-03-30", 8)):
        with serving(scans, study, "--now", now) as server:
            server.open()
            assert server.json("/api/worklist?mode=blind")["total"] == total
            while (resume := server.json("/api/worklist?mode=blind")["resume"]) is not None:
                word = f"{now}-{resume['item'][:12]}"
                status, answer = server.act(resume["item"], word, "ungradable", disc=0, reason="artefact")
                assert status == 200, answer
    discgrade("rate", "export", "--study", study)
    assert [row["reading"] for row in rows(study / "readings.ungraded.csv")].count("2") == 4
    text = (study / "readings.methods.md").read_text()
    assert "4 studies were read a second time" in text
    assert "29 days after" in text
    assert "clock was set by hand" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rate", "{scans}", "--study", "{scans}/p"], "should not lie in the folder of scans"),
        (["rate", "{scans}", "--study", "{tmp}/results/p"], "may be passed on"),
        (["rate", "{tmp}/none", "--study", "{tmp}/p"], "missing, or holds no DICOM image"),
        (["rate", "{scans}", "--study", "{tmp}/p", "--days", "3"], "belongs to the plan"),
        (["rate", "{scans}", "{scans}", "--study", "{tmp}/p"], "should be as here"),
        (["rate", "plan", "--study", "{tmp}/p"], "should be as here"),
        (["rate", "plan", "{scans}", "--study", "{tmp}/p", "--reread", "2"], "share from 0 to 1"),
        (["rate", "export", "--study", "{tmp}/p"], "no readings in this private folder"),
        (["rate", "{scans}", "--study", "{tmp}/p", "--raters", "{tmp}/none"], "file of raters cannot be read"),
        (
            ["rate", "{scans}", "--study", "{tmp}/p", "--review", "{tmp}/none"],
            "table of pseudo-labels (--review) is missing",
        ),
        (["rate", "{scans}", "--study", "{tmp}/p", "--now", "soon"], "should be such as 2026-12-01"),
        (["rate", "{scans}", "--study", "{tmp}/p", "--config", "{tmp}/none"], "YAML file"),
        (["rate", "{scans}", "--study", "{tmp}/p", "--port", "99999"], "Choose another --port"),
        (["rate", "{scans}", "--study", "{tmp}/p", "--host", "0.0.0.0", "--port", "0"], "Give --origin"),
        (["rate", "{scans}", "--study", "{tmp}/p", "--origin", "raters.example"], "--origin should be"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(scans, tmp_path, words, said):
    done = discgrade(*(word.format(scans=scans, tmp=tmp_path) for word in words))
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_port_that_is_taken_and_a_study_that_is_open_are_said(scans, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = discgrade("rate", scans, "--study", tmp_path / "p", "--port", taken.getsockname()[1])
    assert (done.returncode, "Choose another --port" in done.stderr) == (2, True)
    with serving(scans, tmp_path / "p"):
        again = discgrade("rate", scans, "--study", tmp_path / "p", "--port", "0")
    assert (again.returncode, "Another `discgrade rate`" in again.stderr) == (2, True)


def test_an_interrupt_ends_the_server_quietly(scans, tmp_path):
    with serving(scans, tmp_path / "p") as server:
        server.process.send_signal(signal.SIGINT)
        _, said = server.process.communicate(timeout=20)
        assert server.process.returncode == 0
        assert said.strip() == "The page is closed; the readings are kept."


def test_without_starlette_the_sheet_is_exported_all_the_same(scans, tmp_path):
    with serving(scans, tmp_path / "p"):
        pass
    import subprocess
    import sys

    from rate_server import SRC

    code = (
        f"import sys; sys.path.insert(0, {str(SRC)!r}); sys.modules['starlette'] = sys.modules['uvicorn'] = None\n"
        "from discgrade.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    for words, code_of_it in ((["export"], 0), ([str(scans)], 2)):
        done = subprocess.run(
            [sys.executable, "-c", code, "rate", *words, "--study", str(tmp_path / "p")],
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code_of_it, done.stderr
    assert 'pip install "discgrade[rate]"' in done.stderr


@pytest.mark.slow
def test_kills_of_the_server_lose_nothing_that_it_had_acknowledged(scans, tmp_path):
    study, rng = tmp_path / "p", random.Random(11)
    notes: dict[str, str] = {}
    sent = 0
    for _ in range(KILLS):
        with serving(scans, study) as server:
            server.open()
            item = server.json("/api/worklist?mode=blind")["items"][0]["item"]
            found = server.json(f"/api/items/{item}")["reading"]["note"]
            assert found in ("", f"note {sent}", *notes.values())
            if notes:
                last = list(notes.values())[-1]
                assert int(found.split()[-1]) >= int(last.split()[-1])
            killer = threading.Timer(rng.uniform(0.02, 0.5), server.kill)
            killer.start()
            try:
                while True:
                    sent += 1
                    status, answer = server.act(item, f"kill-{sent:08d}", "note", disc=None, text=f"note {sent}")
                    assert status == 200
                    notes[f"kill-{sent:08d}"] = f"note {sent}"
                    assert answer["reading"]["note"] == f"note {sent}"
            except (ConnectionError, ValueError):
                killer.join()
    from discgrade.rating.ledger.store import Store

    store = Store(study, write=False)
    kept = {action.id: action.payload["text"] for action in store.all() if action.kind == "note"}
    store.close()
    assert notes.items() <= kept.items()
    assert all(text == f"note {int(word.removeprefix('kill-'))}" for word, text in kept.items())
    assert len(kept) - len(notes) <= KILLS


@pytest.mark.slow
def test_twenty_raters_act_at_once(scans, tmp_path):
    raters = tmp_path / "raters.csv"
    raters.write_text("name,role\n" + "".join(f"Dr {number},main\n" for number in range(20)))
    with serving(scans, tmp_path / "p", "--raters", raters) as server:
        from rate_server import Server

        people = [Server(server.process, server.addresses, line.partition("?key=")[2]) for line in server.addresses]
        slow: list[float] = []

        def work(person: Server) -> None:
            person.open()
            item = person.json("/api/worklist?mode=blind")["resume"]["item"]
            for number in range(5):
                began = time.monotonic()
                status, _ = person.act(item, f"many-{number:06d}", "note", disc=None, text=f"{number}")
                slow.append(time.monotonic() - began)
                assert status == 200
                time.sleep(0.5)

        threads = [threading.Thread(target=work, args=(person,)) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(slow) == 100


def test_all_threads_of_the_server_share_a_heap(scans, tmp_path):
    with serving(scans, tmp_path / "p") as server:
        with ThreadPoolExecutor(8) as pool:
            assert {found[0] for found in pool.map(server.ask, ["/api/start"] * 40)} == {200}
        maps = re.findall(r"^([0-9a-f]+)-[0-9a-f]+ rw-p .*", Path(f"/proc/{server.process.pid}/maps").read_text(), re.M)
    # glibc begins the heap of a thread at a multiple of 64 MiB. Threads of libraries may have begun up to three before;
    # with a heap for each thread there are eight and more.
    assert sum(int(start, 16) % (64 << 20) == 0 for start in maps) <= 4
