"""What Snakemake hands to a script, by name and with a type."""

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from discgrade.settings.model import Study
from discgrade.settings.plain import typed
from discgrade.settings.run import Run
from discgrade.settings.study import read_study
from discgrade.terminal import SUFFIX

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

T = TypeVar("T")

RESULTS = "results"
PRIVATE = "private"
"""The folders, below the one that Snakemake runs in, that hold a folder for each study."""


class Job:
    """One job of a rule: its files as paths, its params as the types that they were made of.

    Args:
        snakemake: The object of the script.
    """

    def __init__(self, snakemake: "Snakemake") -> None:
        self._snakemake = snakemake

    def input(self, name: str) -> Path:
        """Return an input that is one file."""
        return Path(self._snakemake.input[name])

    def inputs(self, name: str) -> list[Path]:
        """Return an input that is a list of files."""
        files = self._snakemake.input[name]
        return [Path(files)] if isinstance(files, str) else list(map(Path, files))

    def output(self, name: str) -> Path:
        """Return an output."""
        return Path(self._snakemake.output[name])

    def outputs_of(self, name: str) -> list[Path]:
        """Return an output that is a list of files."""
        files = self._snakemake.output[name]
        return [Path(files)] if isinstance(files, str) else list(map(Path, files))

    @property
    def study_inputs(self) -> list[str]:
        """The inputs that lie in the study's folder, by their paths below it."""
        paths = map(Path, self._snakemake.input)
        return [path.relative_to(self.results).as_posix() for path in paths if path.is_relative_to(self.results)]

    @property
    def outputs(self) -> list[Path]:
        """All outputs."""
        return list(map(Path, self._snakemake.output))

    def files(self, kind: type[T]) -> T:
        """Return the outputs that a dataclass of paths names by its fields."""
        return kind(**{field.name: self.output(field.name) for field in fields(kind)})  # type: ignore[arg-type]

    def param(self, name: str, kind: type[T]) -> T:
        """Return a param, made again of the type from which `settings.plain` took it."""
        return typed(kind, self._snakemake.params[name])

    def path(self, name: str) -> Path:
        """Return a param that is a path: a folder that is no declared output."""
        return Path(self._snakemake.params[name])

    def wildcard(self, name: str) -> str:
        """Return a wildcard."""
        return str(self._snakemake.wildcards[name])

    @property
    def progress(self) -> Path:
        """Where the job tells in one line how far it has come, for the terminal."""
        return Path(self._snakemake.log[0]).with_suffix(SUFFIX)

    @property
    def run(self) -> Run:
        """The run that the wildcards name."""
        numbers = (int(self.wildcard(name)) for name in ("resolution", "share", "seed"))
        resolution, share, seed = numbers
        return Run(self.wildcard("variant"), resolution, share, self.wildcard("split"), seed)

    @property
    def identity(self) -> tuple[str, ...]:
        """The planned digests of what decides a result next to settings and data: code, packages and named code."""
        return tuple(json.dumps(self._snakemake.params[name], sort_keys=True) for name in ("code", "lock", "named"))

    @property
    def config(self) -> Mapping[str, Any]:
        """The checked config, for what hands it on as a whole; functions take settings."""
        return self._snakemake.config  # type: ignore[no-any-return]

    @property
    def study(self) -> Study:
        """The settings of the whole study; what a result depends on belongs into the params instead."""
        return read_study(self.config)

    @property
    def workflow(self) -> Path:
        """The Snakefile, wherever Snakemake runs."""
        return Path(self._snakemake.scriptdir).parent / "Snakefile"

    @property
    def results(self) -> Path:
        """The study's folder of results."""
        return Path(RESULTS, str(self.config["study"]))

    @property
    def private(self) -> Path:
        """The study's folder of what identifies people."""
        return Path(PRIVATE, str(self.config["study"]))

    @property
    def threads(self) -> int:
        """Threads that the job may use."""
        return int(self._snakemake.threads)

    @property
    def gpus(self) -> int:
        """GPUs that the job was given."""
        return int(self._snakemake.resources.get("gpu", 0))
