"""What every script is wrapped in: it dies with Snakemake, writes to its log, and leaves a job record.

    with step(snakemake) as job:
        make_splits(discs=job.input("discs"), splits=job.param("splits", Splits), destination=job.output("splits"))

Nothing here decides a result, so this module is left out of the code digests (`provenance.digests.UNTRACKED`).
"""

import gc
import logging
import os
import random
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO

import discgrade
from discgrade import records
from discgrade.environment import TOLD, settle
from discgrade.host import die_with_parent
from discgrade.job import Job
from discgrade.places import explain_refusal
from discgrade.provenance import jobrecord

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

log = logging.getLogger(__name__)

PACKAGE = Path(discgrade.__file__).parent


@contextmanager
def step(snakemake: "Snakemake", private: bool = False) -> Iterator[Job]:
    """Wrap the work of a script.

    Standard output, errors, what discgrade logs and what libraries warn of go to the rule's log file, from libraries
    written in C as well. A failure ends the script with exit code 1 and one paragraph on the terminal; the traceback is
    in the log, unless a disc is full or may not be written to.

    Args:
        snakemake: The object that Snakemake hands to a script.
        private: Whether the job sees what identifies people. Its log then holds only what discgrade itself logs: a
            library's message or a traceback could quote a patient's name.

    Yields:
        What the script is given.
    """
    die_with_parent()
    gc.freeze()
    scripts = Path(snakemake.scriptdir)
    script = Path(getattr(sys.modules["__main__"], "__file__", None) or scripts / f"{snakemake.rule}.py")
    job = Job(snakemake)
    with ExitStack() as stack:
        stack.enter_context(_reporting(snakemake, job, private))
        stack.enter_context(_logging(snakemake.log[0] if snakemake.log else os.devnull, job, private))
        check_checkout(scripts)
        _settle_environment()
        for output in snakemake.output:
            records.remove_leftovers(output)
        record = jobrecord.begin(snakemake, script)
        _seed_generators(record["seed"])
        yield job
        jobrecord.finish(record, snakemake)
    # What was imported is no garbage: looking through it takes a tenth of a figure's time, a tenth again at the end.
    gc.freeze()


def check_checkout(scripts: Path) -> None:
    """Check that the imported package is the one beside the scripts.

    Raises:
        ValueError: if it is another checkout's.
    """
    if PACKAGE.parent.resolve() != (scripts.parent / "src").resolve():
        raise ValueError(
            f"discgrade should be imported from the checkout whose scripts run ({scripts}). Received: {PACKAGE}. "
            "Another discgrade is found first: uninstall it, or take it from PYTHONPATH"
        )


def _settle_environment() -> None:
    """Log what of the environment was settled before this process, and what is settled only now, maybe too late."""
    for told in filter(None, (os.environ.get(TOLD), *settle(os.environ))):
        log.warning("not taken from the environment, since it would change numbers: %s", told)


def _seed_generators(seed: int | None) -> None:
    if seed is None:
        return
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)


@contextmanager
def _reporting(snakemake: "Snakemake", job: Job, private: bool) -> Iterator[None]:
    """Turn an exception into one paragraph on the terminal and exit code 1; an interruption needs no words."""
    try:
        yield
    except Exception as error:
        place = f" (log: {snakemake.log[0]})" if snakemake.log else ""
        print(f"{snakemake.rule}: {explain(error, job, private)}{place}", file=sys.stderr, flush=True)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None


def explain(error: Exception, job: Job, private: bool) -> str:
    """Say in one paragraph what went wrong; where people can be identified, only in words that quote nothing."""
    if refused := _refused(error, job, private):
        return refused
    if isinstance(error, MemoryError):
        return "The memory is not enough. Let fewer jobs run at once (--cores), or give it more"
    ours = isinstance(error, ValueError) and _raised_here(error)
    if getattr(error, "quotes_nothing", ours and not private):
        return str(error)
    if private and isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}"
    return type(error).__name__ if private else f"{type(error).__name__}: {error}".strip(": ")


def _refused(error: Exception, job: Job, private: bool) -> str | None:
    """Say what the file system refused, without names of the source where people can be identified; None if nothing."""
    shown = [job.results, job.private] if private else None
    return explain_refusal(error, job.outputs, shown) if isinstance(error, OSError) else None


def _raised_here(error: Exception) -> bool:
    """Tell whether discgrade itself raised an error, not a library that it called."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and Path(frames[-1].filename).is_relative_to(PACKAGE)


@contextmanager
def _logging(path: str, job: Job, private: bool) -> Iterator[None]:
    """Send all that this process says to a log file, and what there is to say of an exception, which passes on."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with Path(path).open("w", buffering=1) as file, open(os.devnull, "w") as nowhere, ExitStack() as stack:  # noqa: PTH123
        noise = nowhere if private else file
        stack.enter_context(_descriptors(noise))
        stack.enter_context(redirect_stdout(noise))
        stack.enter_context(redirect_stderr(noise))
        stack.enter_context(_loggers(file, private))
        try:
            yield
        except Exception as error:
            log.error("%s", _refused(error, job, private) or _account(error, job, private))
            raise


@contextmanager
def _descriptors(file: IO[str]) -> Iterator[None]:
    """Let the process's standard output and errors go to a file, below Python's own streams."""
    kept = [os.dup(1), os.dup(2)]
    try:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
        yield
    finally:
        for descriptor, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, descriptor)
            os.close(copy)


@contextmanager
def _loggers(file: IO[str], private: bool) -> Iterator[None]:
    """Log to a file what discgrade says and what others warn of; or discgrade alone, and kinds and places of warnings.

    What libraries merely tell, of fonts for example, is left out.
    """
    handler = logging.StreamHandler(file)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s", "%H:%M:%S"))
    logger, ours = logging.getLogger("discgrade" if private else None), logging.getLogger("discgrade")
    level = ours.level
    logger.addHandler(handler)
    ours.setLevel(logging.INFO)
    try:
        with warnings.catch_warnings():
            if private:
                warnings.showwarning = _show_kind
            yield
    finally:
        logger.removeHandler(handler)
        ours.setLevel(level)


def _show_kind(  # noqa: PLR0917 - the signature of warnings.showwarning
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    log.warning("%s in %s, line %d", category.__name__, Path(filename).name, lineno)


def _account(error: Exception, job: Job, private: bool) -> str:
    """Return an error's traceback; where people can be identified its kind, its text if it is ours, and its places."""
    if not private:
        return "".join(traceback.format_exception(error))
    places = [
        f"  {Path(frame.filename).name}, line {frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    return "\n".join([f"{type(error).__name__}: {explain(error, job, private)}", *places])
