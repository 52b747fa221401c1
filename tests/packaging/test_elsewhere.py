"""The workflow runs in another folder, from a checkout that nobody may write to, in paths with spaces and umlauts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.ci

RUN = "results/smoke/runs/default/20px/share-1/holdout/seed-1"
TARGETS = ("results/smoke/discs.parquet", f"{RUN}/predictions.parquet")
# Root may write anywhere unless it gives up this capability.
AS_A_USER = ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override") if os.geteuid() == 0 else ()


class Elsewhere:
    """A read-only checkout and, beside it, the folder that Snakemake works in."""

    def __init__(self, folder: Path, copied) -> None:
        self.checkout, self.work = copied(folder / "Größe und mehr" / "Quelle"), folder / "Größe und mehr" / "Arbeit"
        self.work.mkdir()
        # Another discgrade that Python would find first: one of an earlier clone, for example.
        self.other = folder / "other"
        (self.other / "discgrade").mkdir(parents=True)
        (self.other / "discgrade" / "__init__.py").write_text("raise ImportError('another discgrade')")
        subprocess.run(["chmod", "-R", "a-w", self.checkout], check=True)
        self.before = self.state()

    def state(self) -> dict[str, tuple[int, int]]:
        """Size and time stamp of everything in the checkout."""
        found = {path: path.lstat() for path in [self.checkout, *self.checkout.rglob("*")]}
        return {str(path): (status.st_size, status.st_mtime_ns) for path, status in found.items()}

    def run(self, *command: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*AS_A_USER, *map(str, command)],
            cwd=self.work,
            env=os.environ | {"PYTHONPATH": str(self.other)},
            check=False,
            capture_output=True,
            text=True,
        )

    def snakemake(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        places = ("-s", self.checkout / "Snakefile", "-d", self.work)
        overlay = ("--configfile", self.checkout / "studies" / "smoke.yaml")
        return self.run(sys.executable, "-m", "snakemake", *arguments, *places, *overlay)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory, copied):
    place = Elsewhere(tmp_path_factory.mktemp("elsewhere"), copied)
    yield place
    subprocess.run(["chmod", "-R", "u+w", place.checkout], check=True)


@pytest.fixture(scope="module")
def done(elsewhere):
    """The result of a cohort and one training."""
    result = elsewhere.snakemake("--cores", "2", *TARGETS)
    assert result.returncode == 0, result.stderr[-3000:]
    return result


def test_the_checkout_cannot_be_written_to(elsewhere):
    assert elsewhere.run("touch", elsewhere.checkout / "src" / "new").returncode != 0


@pytest.mark.parametrize("target", TARGETS)
def test_the_results_are_those_of_a_run_in_the_checkout(elsewhere, done, smoke, target):
    assert (elsewhere.work / target).read_bytes() == (smoke / target).read_bytes()


def test_everything_is_written_to_the_working_folder(elsewhere, done):
    assert {path.name for path in elsewhere.work.iterdir()} == {".snakemake", "private", "results"}
    assert elsewhere.state() == elsewhere.before


def test_the_profile_of_the_checkout_is_found(elsewhere, done):
    assert f"workflow specific profile {elsewhere.checkout}/profiles/default" in done.stderr


def test_a_second_call_has_nothing_to_do(elsewhere, done):
    result = elsewhere.snakemake("--dry-run", *TARGETS)
    assert result.returncode == 0, result.stderr[-3000:]
    assert "Nothing to be done" in result.stdout + result.stderr
