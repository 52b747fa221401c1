"""What all tests share: copies of the project, the finished smoke study, real data."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from discgrade.settings.loading import check_config
from discgrade.settings.model import Study
from discgrade.settings.study import read_study

pytest_plugins = ["small_cohorts", "spider_phantom", "tiny_bundle", "graded_scans"]

ROOT = Path(__file__).parents[1]


# Modules that take minutes, the longest first.
LONGEST = (
    "workflow/test_interruption.py",
    "cluster/test_submission.py",
    "learning/loop/test_backends.py",
    "real/test_lsma.py",
    "workflow/test_spider.py",
    "cluster/test_grading.py",
    "cluster/test_preemption.py",
    "workflow/test_localisation.py",
    "publication/page/test_browser.py",
    "workflow/test_own_cohort.py",
    "rating/page/test_kills.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the longest tests first, so that all workers end together."""
    places = {Path(__file__).parent / name: place for place, name in enumerate(LONGEST)}

    def place(item: pytest.Item) -> tuple[int, bool]:
        is_long = item.get_closest_marker("ci") is not None
        waits = "smoke" not in getattr(item, "fixturenames", ())
        return (places.get(item.path, len(places)) if is_long else len(places), waits)

    items.sort(key=place)


# What no workflow reads.
READ_BY_PEOPLE = ("tests/", "docs/")


def copy_project(destination: Path, without: tuple[str, ...] = ()) -> Path:
    """Copy what a clone would hold: tracked files and new ones that git does not ignore, but for some folders."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).is_file() and not (without and name.startswith(without)):
            target = destination / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    return destination


def snakemake(project: Path, *arguments: str, cores: int = 2, **options: object) -> subprocess.CompletedProcess[str]:
    """Run Snakemake in a copy of the project, as a user would."""
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTEST_CURRENT_TEST")}
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", str(cores), *arguments],
        cwd=project,
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        **options,
    )


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this test session share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def smoke(shared_folder: Path) -> Path:
    """A copy of the project in which the smoke study has run, at DISCGRADE_SMOKE if set: to read, not to change."""
    project = Path(os.environ.get("DISCGRADE_SMOKE") or shared_folder / "smoke_project")
    with locked(project.with_suffix(".lock")):
        if not (project / "results" / "smoke" / "report.html").exists():
            copy_project(project, READ_BY_PEOPLE)
            result = snakemake(project, "--configfile", "studies/smoke.yaml")
            assert result.returncode == 0, result.stderr[-1500:]
    return project


@pytest.fixture
def smoke_copy(smoke: Path, tmp_path: Path) -> Path:
    """The finished smoke study in a project of one's own, to edit and rerun."""
    return Path(shutil.copytree(smoke, tmp_path / "smoke", symlinks=True))


@pytest.fixture(scope="session")
def copied() -> Callable[[Path], Path]:
    """The function that copies the project into a folder, as a clone would hold it."""
    return copy_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh copy of the project, ready to run, without results."""
    return copy_project(tmp_path / "project", READ_BY_PEOPLE)


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real data; tests that need it are skipped without it."""
    folder = os.environ.get("DISCGRADE_REAL")
    if not folder:
        pytest.skip("DISCGRADE_REAL is not set: no real data here")
    return Path(folder)


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A function that puts a driver of GPUs in place that gives these lines, and tells where it notes questions."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    program, asked = tmp_path / "nvidia-smi", tmp_path / "asked"

    def answer(*lines: str) -> Path:
        program.write_text(f'#!/bin/sh\necho "$*" > {asked}\n' + "".join(f"echo '{line}'\n" for line in lines))
        program.chmod(0o755)
        return asked

    return answer


@pytest.fixture
def disc(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """A function that mounts a small disc, as `mount` calls its options, on a folder; only the superuser can."""
    if os.geteuid() != 0:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("only the superuser can mount a small disc")
    mounted: list[Path] = []

    def mount(options: str, folder: Path | None = None) -> Path:
        folder = folder or tmp_path / f"disc-{len(mounted)}"
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
        mounted.append(folder)
        return folder

    yield mount
    for folder in reversed(mounted):
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def run_snakemake() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The function that runs Snakemake in a copy of the project."""
    return snakemake


@pytest.fixture(scope="session")
def study_config() -> Callable[..., dict[str, object]]:
    """A function that returns config.yaml with overlays of studies/ merged over it, as Snakemake merges them."""

    def merged(*overlays: str) -> dict[str, object]:
        config = yaml.safe_load((ROOT / "config.yaml").read_text())
        for overlay in overlays:
            update_config(config, yaml.safe_load((ROOT / "studies" / overlay).read_text()))
        return config

    return merged


@pytest.fixture(scope="session")
def study_of(study_config: Callable[..., dict[str, object]]) -> Callable[..., Study]:
    """A function that returns the settings of config.yaml, with overlays of studies/ and then changed sections."""

    def read(*overlays: str, **sections: dict[str, object]) -> Study:
        config = study_config(*overlays)
        config["cohort"]["source"] = "phantom"
        for name, section in sections.items():
            config[name] |= section
        return read_study(check_config(config))

    return read
