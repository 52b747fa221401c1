"""A script that is forked does as it does under an interpreter of its own."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from discgrade.forkserver.client import ADDRESS, SCRIPTS, may_fork
from discgrade.forkserver.starting import start

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names of the server and its death are Linux'")

ONE_THREAD = {"OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def prefix():
    """What bash runs before a command while a server runs, which this process has begun."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(ADDRESS, "")
        patched.setenv(SCRIPTS, "")
        patched.setenv("PYTHONPATH", str(Path(__file__).parents[2] / "src"))
        text = start(["known.py"] * 4)
        [server] = [child for child in psutil.Process().children() if "discgrade.forkserver.server" in child.cmdline()]
        wait_for(lambda: os.environ[ADDRESS] in Path("/proc/net/unix").read_text())
        yield text
        server.kill()
        server.wait()


@pytest.fixture
def run(prefix, tmp_path):
    """A function that runs a script as Snakemake does, and returns how it ended and what it said."""

    def script(text, name="tmp1.known.py", threads="1"):
        path = tmp_path / name
        path.write_text(textwrap.dedent(text))
        environment = os.environ | {"OMP_NUM_THREADS": threads, "GIVEN": "a value"}
        command = ["bash", "-c", f"{prefix} {sys.executable} {path}"]
        return subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return script


PARENT = "from pathlib import Path; import os; print(Path(f'/proc/{os.getppid()}/cmdline').read_text())"


def test_a_named_script_is_forked_with_everything_imported_and_sees_its_own_world(run, tmp_path):
    process = run(f"""
        import os, sys
        print("matplotlib.figure" in sys.modules, os.getcwd(), os.environ["GIVEN"], sys.argv, __name__, __file__)
        print("said", file=sys.stderr)
        {PARENT}
    """)
    out, err = process.communicate()
    path = str(tmp_path / "tmp1.known.py")
    assert out.splitlines()[0] == f"True {tmp_path} a value {[path]} __main__ {path}"
    assert "discgrade.forkserver.server" in out
    assert (process.returncode, err) == (0, "said\n")


def test_a_bash_that_keeps_to_posix_forks_as_well(run, monkeypatch):
    monkeypatch.setenv("POSIXLY_CORRECT", "1")
    out, _ = run(PARENT).communicate()
    assert "discgrade.forkserver.server" in out


@pytest.mark.parametrize("given", [{"name": "tmp1.other.py"}, {"threads": "2"}])
def test_another_script_or_one_of_several_threads_runs_by_its_interpreter(run, given):
    out, _ = run(f"import sys; print('pandas' in sys.modules); {PARENT}", **given).communicate()
    assert out.startswith("False")
    assert "discgrade.forkserver" not in out


@pytest.mark.parametrize(
    ("script", "status", "said"),
    [
        ("import sys; sys.exit(3)", 3, ""),
        ("raise SystemExit", 0, ""),
        ("import sys; sys.exit('no file')", 1, "no file\n"),
        ("raise ValueError('a bad value')", 1, "ValueError: a bad value\n"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137, ""),
    ],
)
def test_it_ends_as_the_script_ended(run, script, status, said):
    process = run(script)
    _, err = process.communicate()
    assert process.returncode == status
    assert err.endswith(said)
    assert bool(err) == bool(said)


def test_forks_do_not_see_what_another_changed(run):
    first = run("import sys, numpy; sys.changed = True; numpy.random.seed(3)")
    first.communicate()
    out, _ = run("import sys; print(hasattr(sys, 'changed'))").communicate()
    assert out == "False\n"


@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_job_whose_client_is_killed_dies(run, tmp_path, kind):
    process = run("import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(60)")
    job = psutil.Process(int(wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())))
    process.send_signal(kind)
    process.communicate()
    assert process.returncode == -kind
    wait_for(lambda: not job.is_running())


def test_server_and_jobs_die_with_the_process_that_began_them_and_the_client_ends(tmp_path):
    (tmp_path / "tmp1.known.py").write_text("import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(60)")
    code = f"""
import subprocess, sys, time
from discgrade.forkserver.starting import start
prefix = start(["known.py"] * 4)
time.sleep(0.5)
subprocess.run(["bash", "-c", prefix + "{sys.executable} tmp1.known.py"])
"""
    environment = os.environ | ONE_THREAD | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=environment) as parent:
        job = psutil.Process(int(wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())))
        server, others = job.parent(), psutil.Process(parent.pid).children(recursive=True)
        assert threads_of(server) <= {"python", "jemalloc_bg_thd"}
        assert {job, server} < set(others)
        parent.kill()
    wait_for(lambda: not any(process.is_running() for process in others))


def threads_of(process):
    return {task.read_text().strip() for task in Path(f"/proc/{process.pid}/task").glob("*/comm")}


def test_without_a_server_the_interpreter_runs_the_script(run, monkeypatch):
    monkeypatch.setenv(ADDRESS, "nobody")
    out, _ = run("print('ran')").communicate()
    assert out == "ran\n"


def test_few_jobs_begin_no_server():
    before = psutil.Process().children()
    assert start(["known.py"] * 3) is None
    assert psutil.Process().children() == before


def test_a_command_that_is_no_script_of_this_interpreter_is_not_forked():
    environment = {ADDRESS: "x", SCRIPTS: "known.py"} | ONE_THREAD
    assert may_fork(sys.executable, ["tmp1.known.py"], environment)
    assert not may_fork("/usr/bin/python", ["tmp1.known.py"], environment)
    assert not may_fork(sys.executable, ["-c", "pass"], environment)
    assert not may_fork(sys.executable, ["tmp1.known.py"], ONE_THREAD)


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found
