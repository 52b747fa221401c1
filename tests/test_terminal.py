"""Lines that change below Snakemake's own, seen on real pseudo-terminals by a small emulator."""

import fcntl
import io
import logging
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from discgrade.terminal import Running, Screen, explain_kills, show_progress

SRC = Path(__file__).parents[1] / "src"
ROWS, COLUMNS = 8, 40


def picture(received: str) -> list[str]:
    """Return what a terminal of so many rows and columns shows, without empty lines at its end."""
    lines, row, column = [""], 0, 0
    for code, up, char in re.findall(r"(\x1b\[(\d*)[A-Za-z])|(.)", received, re.DOTALL):
        if code.endswith("J"):
            lines[row:] = [lines[row][:column]]
        elif code.endswith("A"):
            row -= int(up)
        elif code:
            continue
        elif char == "\r":
            column = 0
        elif char == "\n":
            row += 1
            lines += [""] * (row == len(lines))
        else:
            lines[row] = lines[row][:column].ljust(column) + char + lines[row][column + 1 :]
            column += 1
            assert column < COLUMNS, "a line wraps"
    return "\n".join(lines).rstrip().split("\n")


@pytest.fixture
def terminal(monkeypatch):
    """A pseudo-terminal: the file that writes to it, and a function that returns all that it received so far."""
    monkeypatch.setenv("TERM", "xterm")
    controller, device = pty.openpty()
    fcntl.ioctl(device, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    received = []

    def read():
        os.write(device, b"\0")
        while b"\0" not in (part := os.read(controller, 65536)):
            received.append(part)
        received.append(part.replace(b"\0", b""))
        return b"".join(received).decode()

    with os.fdopen(device, "w") as stream:
        yield SimpleNamespace(stream=stream, fd=device, read=read)
    os.close(controller)


@pytest.fixture
def screen(terminal):
    return Screen(terminal.stream)


def test_lines_change_in_place_below_an_empty_one(terminal, screen):
    screen.write("rule train\n")
    screen.show(["one 10 %", "other 5 %"])
    screen.show(["one 20 %", "other 6 %"])
    assert picture(terminal.read()) == ["rule train", "", "one 20 %", "other 6 %"]


def test_what_snakemake_writes_stands_above_them_and_none_is_left_behind(terminal, screen):
    for number in range(3):
        screen.show([f"one {number} %", "another that is longer"])
        screen.write(f"message {number}\n")
    screen.show(["one 3 %"])
    assert picture(terminal.read()) == ["message 0", "message 1", "message 2", "", "one 3 %"]
    screen.show([])
    assert picture(terminal.read()) == ["message 0", "message 1", "message 2"]


def test_a_message_in_two_parts_is_not_torn_apart(terminal, screen):
    screen.write("first half, ")
    screen.show(["one 1 %"])
    screen.write("second half\n")
    screen.show(["one 2 %"])
    assert picture(terminal.read()) == ["first half, second half", "", "one 2 %"]


def test_what_another_process_writes_is_kept(terminal, screen):
    screen.show(["one 1 %", "two 1 %"])
    terminal.stream.flush()
    os.write(terminal.fd, b"train: no room is left\n")
    screen.show(["one 2 %", "two 2 %"])
    assert picture(terminal.read()) == ["train: no room is left", "", "one 2 %", "two 2 %"]


def test_a_small_terminal_shows_what_fits(terminal, screen):
    screen.show([f"{number} " + "x" * 100 for number in range(20)])
    shown = picture(terminal.read())
    assert len(shown) == ROWS - 1
    assert max(map(len, shown)) == COLUMNS - 1


def test_a_terminal_without_a_movable_cursor_gets_plain_lines(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    screen = Screen(terminal.stream)
    screen.show(["one 1 %"])
    screen.show(["one 2 %"])
    assert terminal.read() == "one 1 %\r\none 2 %\r\n"


def test_a_file_or_a_pipe_gets_nothing():
    logger = logging.Logger("snakemake")
    logger.addHandler(logging.StreamHandler(io.StringIO()))
    threads = threading.active_count()
    show_progress(logger, Path("logs"))
    assert len(logger.handlers) == 1
    assert threading.active_count() == threads


def event(kind: str, **fields: object) -> logging.LogRecord:
    return logging.makeLogRecord({"event": SimpleNamespace(value=kind)} | fields)


def test_the_jobs_that_run_are_shown_with_the_names_of_their_logs(tmp_path):
    logs, running = [tmp_path / "train" / name / "seed-1.log" for name in ("default", "mae")], Running()
    for jobid, log in enumerate(logs):
        running.handle(event("job_info", jobid=jobid, log=[str(log)]))
        log.parent.mkdir(parents=True)
    assert running.lines(tmp_path) == []
    logs[0].with_suffix(".progress").write_text("epoch 1/2")
    logs[1].with_suffix(".progress").write_text("epoch 1/2  50 %")
    assert running.lines(tmp_path) == ["epoch 1/2        default/seed-1", "epoch 1/2  50 %  mae/seed-1"]
    running.handle(event("job_finished", job_id=0))
    running.handle(event("job_error", jobid=1))
    assert running.lines(tmp_path) == []


@pytest.mark.parametrize(
    "words", ["Command 'x' died with <Signals.SIGKILL: 9>.", "Command 'x' returned non-zero exit status 137."]
)
def test_a_killed_job_is_explained_once(words, caplog):
    logger = logging.getLogger("test_terminal")
    explain_kills(logger)
    explain_kills(logger)
    logger.error(words)
    logger.error("Command 'x' returned non-zero exit status 1.")
    assert caplog.text.count("It was killed from outside") == 1
    assert caplog.messages[1].endswith("exit status 1.")


SNAKEFILE = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(SRC)!r})
from discgrade.terminal import show_progress
onstart:
    show_progress(logger, Path("logs"))
rule all:
    input: expand("{{kind}}.txt", kind=["one", "two"])
rule work:
    output: "{{kind}}.txt"
    log: "logs/work/{{kind}}.log"
    params: progress="logs/work/{{kind}}.progress"
    shell: "for i in 1 2 3 4; do echo -n half $i > {{params.progress}}; sleep 0.6; done; touch {{output}}"
"""


def snakemake(folder: Path, device: int) -> None:
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--nocolor"]
    environment = os.environ | {"TERM": "xterm"}
    subprocess.run(command, cwd=folder, stdout=device, stderr=device, env=environment, check=True)


def test_a_real_snakemake_shows_jobs_that_run_side_by_side_and_ends_tidily(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    controller, device = pty.openpty()
    fcntl.ioctl(device, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    received = []

    def read():
        while b"\0" not in (part := os.read(controller, 65536)):
            received.append(part)

    reader = threading.Thread(target=read)
    reader.start()
    snakemake(tmp_path, device)
    os.write(device, b"\0")
    reader.join()
    said = b"".join(received).decode()
    assert re.search(r"half \d  one\r\nhalf \d  two\x1b\[2A", said)
    assert "half" not in said.rsplit("\x1b[J", 1)[1]


def test_in_a_pipe_it_shows_nothing(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    with (tmp_path / "said").open("w") as file:
        snakemake(tmp_path, file.fileno())
    assert "half" not in (tmp_path / "said").read_text()
    assert "\x1b" not in (tmp_path / "said").read_text()
