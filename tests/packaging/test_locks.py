"""What the lock files hold: everything hashed, one version of each package everywhere, and no place of a registry."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "envs").glob("*.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ALONE = {
    "requirements": ["grade", "rate", "train", "workflow"],
    "deidentify": [],
    "grade": ["grade"],
    "rate": ["rate"],
}
"""Extras of the package that each set holds which somebody installs alone."""


def versions(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)(?:\[\w+\])?==(\S+)", path.read_text(), re.MULTILINE))


def normalised(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_version_of_a_lock_is_hashed(lock):
    blocks = re.split(r"^(?=\w)", lock.read_text(), flags=re.MULTILINE)
    pinned = [block for block in blocks if re.match(r"[\w.-]+(\[\w+\])?==", block)]
    assert len(pinned) == len(versions(lock)) > 0
    assert all("--hash=sha256:" in block for block in pinned)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_a_lock_names_no_registry(lock):
    assert re.findall(r"https?:|index-url|find-links|file:", lock.read_text()) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_a_package_has_the_version_of_the_whole_workflow(lock):
    whole = versions(ROOT / "envs" / "requirements.lock")
    own = versions(lock)
    assert {name: own[name] for name in own.keys() & whole.keys()} == {
        name: whole[name] for name in own.keys() & whole.keys()
    }


@pytest.mark.parametrize("name", ALONE)
def test_a_set_that_is_installed_alone_holds_what_the_package_asks_for_and_what_builds_it(name):
    extras = PROJECT["optional-dependencies"]
    asked = [*PROJECT["dependencies"], *(one for extra in ALONE[name] for one in extras[extra]), "setuptools"]
    assert {normalised(requirement) for requirement in asked} <= set(versions(ROOT / "envs" / f"{name}.lock"))


def test_the_core_asks_for_no_framework():
    names = versions(ROOT / "envs" / "deidentify.lock").keys()
    assert names.isdisjoint({"tensorflow", "keras", "snakemake", "pandas", "matplotlib", "scipy"})


def test_condas_environment_holds_the_same_versions():
    environment = yaml.safe_load((ROOT / "envs" / "workflow.yaml").read_text())
    (pip,) = [one["pip"] for one in environment["dependencies"] if isinstance(one, dict)]
    assert dict(one.split("==") for one in pip) == versions(ROOT / "envs" / "requirements.lock")
