"""The readings database: what is acknowledged stays, what is not leaves no trace, nothing is ever changed.

DISCGRADE_KILLS says how many times a writer is killed.
"""

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from discgrade.private import RefusedError
from discgrade.rating.ledger import database
from discgrade.rating.ledger.actions import Action
from discgrade.rating.ledger.database import DiscFullError
from discgrade.rating.ledger.store import Store
from discgrade.rating.ledger.work import Work, blind

SRC = Path(__file__).parents[3] / "src"
KILLS = int(os.environ.get("DISCGRADE_KILLS", "8"))

WORK = blind("study", 1)


def action(word="action-1", kind="grade", rater="R1", work=WORK, **changes):
    fields = {"payload": {"disc": 0, "grade": 2.3}, "seconds": 1.5, "window": 7, "version": "1"} | changes
    return Action(0, "2026-01-01T00:00:00.000+00:00", rater, work, kind, id=word, **fields)


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "private")
    yield opened
    opened.close()


def test_an_action_comes_back_as_it_was_kept(store):
    kept = action(payload={"disc": 1, "text": "Größe μ \u2028"})
    number = store.append(kept)
    (found,) = store.of_work("R1", kept.work)
    assert found == Action(**{**vars(kept), "seq": number})
    assert store.by_number(number) == store.by_id("R1", "action-1") == found


def test_a_word_is_kept_once_per_rater(store):
    number = store.append(action())
    assert store.known("R1", "action-1") == number
    assert store.known("R2", "action-1") is None
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        store.append(action())


def test_files_are_the_owners_alone_whatever_the_umask(tmp_path):
    old = os.umask(0)
    try:
        store = Store(tmp_path / "private")
        store.append(action())
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "private").iterdir()}
        assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o700
        assert set(modes.values()) == {0o600}
        assert {"readings.sqlite", "readings.sqlite-wal"} <= set(modes)
        store.close()
    finally:
        os.umask(old)


def test_every_commit_waits_for_the_disc(store):
    assert store._database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._database.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET at = 'x'"])
@pytest.mark.parametrize("table", ["actions", "plans", "studies", "windows"])
def test_nothing_is_changed_or_deleted(store, table, statement):
    store.append(action())
    store.add_plan("t", "{}")
    store.add_studies("t", [("word", "patient", "uid")])
    store.add_window("R1", "token", True, "t")
    with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        store._database.execute(statement.format(table))


def test_two_servers_do_not_write_to_one_study(store, tmp_path):
    with pytest.raises(RefusedError, match="Another `discgrade rate`"):
        Store(tmp_path / "private")


def test_the_sheet_may_be_exported_while_the_server_writes(store, tmp_path):
    store.append(action())
    reader = Store(tmp_path / "private", write=False)
    assert len(list(reader.all())) == 1
    store.append(action("action-2"))
    assert len(list(reader.all())) == 2
    reader.close()


def test_a_folder_without_readings_is_refused(tmp_path):
    with pytest.raises(RefusedError, match="no readings"):
        Store(tmp_path, write=False)


def test_a_newer_format_is_refused(tmp_path):
    Store(tmp_path / "private").close()
    with sqlite3.connect(tmp_path / "private" / database.NAME) as other:
        other.execute("PRAGMA user_version = 99")
    with pytest.raises(RefusedError, match="newer discgrade"):
        Store(tmp_path / "private")


@pytest.mark.parametrize(
    "content", [b"no database at all, but some text that is long enough" * 20, b"SQLite format 3\0" + bytes(5000)]
)
def test_a_damaged_database_is_refused(tmp_path, content):
    (tmp_path / database.NAME).write_bytes(content)
    with pytest.raises(RefusedError, match="damaged"):
        Store(tmp_path)


def test_a_full_disc_is_told_and_nothing_of_the_action_is_kept(store):
    store.append(action())
    pages = store._database.execute("PRAGMA page_count").fetchone()[0]
    store._database.execute(f"PRAGMA max_page_count = {pages}")
    kept = 1
    with pytest.raises(DiscFullError, match="Nothing was kept"):
        for number in range(2, 1000):
            store.append(action(f"action-{number}", payload={"text": "x" * 500}))
            kept += 1
    assert [one.id for one in store.of_work("R1", blind("study", 1))] == [f"action-{n}" for n in range(1, kept + 1)]
    store._database.execute(f"PRAGMA max_page_count = {pages + 1000}")
    assert store.append(action("later")) > 0


FILLER = """
import resource, signal, sys
from pathlib import Path
sys.path[:0] = {paths!r}
from test_store import action
from discgrade.rating.ledger.store import Store
from discgrade.rating.ledger.database import DiscFullError
store = Store(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
number = 0
try:
    while True:
        number += 1
        store.append(action(f"action-{{number:06d}}", payload={{"text": "x" * 700}}))
        print(number, flush=True)
except DiscFullError:
    print("full", flush=True)
"""


def test_files_that_may_not_grow_are_a_full_disc(tmp_path):
    code = FILLER.format(paths=[str(SRC), str(Path(__file__).parent)])
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "p"], check=True, capture_output=True, text=True)
    *acknowledged, last = done.stdout.split()
    assert last == "full"
    assert _kept(tmp_path / "p") == list(map(int, acknowledged))


WRITER = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
from test_store import action
from discgrade.rating.ledger.store import Store
store = Store(Path(sys.argv[1]))
number = sum(1 for _ in store.all())
while True:
    number += 1
    store.append(action(f"action-{{number:06d}}", payload={{"text": "x" * (number % 3000)}}))
    print(number, flush=True)
"""


@pytest.mark.slow
def test_kills_lose_nothing_that_was_acknowledged_and_keep_no_half(tmp_path):
    code = WRITER.format(paths=[str(SRC), str(Path(__file__).parent)])
    rng = random.Random(4)
    for _ in range(KILLS):
        writer = subprocess.Popen([sys.executable, "-c", code, tmp_path / "p"], stdout=subprocess.PIPE, text=True)
        first = writer.stdout.readline()
        time.sleep(rng.uniform(0, 0.3))
        writer.send_signal(signal.SIGKILL)
        told = [int(line) for line in (first + writer.communicate()[0]).split("\n")[:-1]]
        kept = _kept(tmp_path / "p")
        assert kept == list(range(1, len(kept) + 1))
        assert told[-1] <= kept[-1] <= told[-1] + 1


def _kept(folder):
    """Numbers of the actions that are kept; each has all of its text."""
    store = Store(folder)
    found = list(store.all())
    assert store._database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()
    return [int(one.id.removeprefix("action-")) for one in found]


class Ledger(RuleBasedStateMachine):
    """Actions of two raters, undone and done again in any order, against a list of what should stand."""

    def __init__(self):
        super().__init__()
        self.folder = Path(Ledger.base, f"store-{time.monotonic_ns()}")
        self.store = Store(self.folder)
        self.kept, self.standing, self.taken = {"A": [], "B": []}, {"A": [], "B": []}, {"A": [], "B": []}

    def _append(self, rater, kind, target=None):
        made = action(f"word-{len(self.kept[rater]):06d}", kind, rater, target=target)
        self.kept[rater].append(self.store.append(made))
        return self.kept[rater][-1]

    @rule(rater=st.sampled_from("AB"))
    def grade(self, rater):
        self.standing[rater].append(self._append(rater, "grade"))
        self.taken[rater].clear()

    @rule(rater=st.sampled_from("AB"))
    def undo(self, rater):
        if self.standing[rater]:
            self._append(rater, "undo", self.standing[rater][-1])
            self.taken[rater].append(self.standing[rater].pop())

    @rule(rater=st.sampled_from("AB"))
    def redo(self, rater):
        if self.taken[rater]:
            self._append(rater, "redo", self.taken[rater][-1])
            self.standing[rater].append(self.taken[rater].pop())

    @rule()
    def restart(self):
        self.store.close()
        self.store = Store(self.folder)

    @invariant()
    def what_stands_is_what_was_not_taken_back(self):
        for rater in "AB":
            latest = [one.seq for one in self.store.latest(rater, "blind", ("grade",))]
            assert latest == sorted(self.standing[rater], reverse=True)
            assert [one.seq for one in self.store.of_work(rater, blind("study", 1))] == self.kept[rater]

    def teardown(self):
        self.store.close()


def test_what_stands_follows_undo_and_redo(tmp_path):
    from hypothesis.stateful import run_state_machine_as_test

    Ledger.base = tmp_path
    quick = settings(max_examples=25, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(Ledger, settings=quick)


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(words, st.dictionaries(words, st.one_of(words, st.integers(-9, 9), st.floats(allow_nan=False), st.none())))
def test_any_text_survives(store, text, payload):
    word = f"word-{time.monotonic_ns()}"
    work = Work("review", text, 0, text)
    store.append(action(word, rater=text, work=work, payload=payload))
    assert store.by_id(text, word).payload == payload
    assert store.of_work(text, work)[-1].work == work


def test_the_last_window_of_a_rater_is_the_one_that_counts(store):
    assert store.window("R1") is None
    store.add_window("R1", "one", True, "t1")
    number = store.add_window("R1", "two", True, "t2")
    store.add_window("R2", "three", True, "t3")
    assert store.window("R1") == (number, "two", True, "t2")


def test_a_study_keeps_its_first_name(store):
    store.add_studies("t", [("word", "patient", "uid")])
    store.add_studies("t", [("word", "other", "other"), ("new", "p2", "u2")])
    assert store.studies() == {"word": ("patient", "uid"), "new": ("p2", "u2")}
