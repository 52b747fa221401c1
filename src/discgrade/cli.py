"""The command `discgrade COMMAND ...`.

A command is a module with two functions, `add_arguments(parser)` and `run(arguments) -> int`. Only the module of the
command that is given is imported, so that `discgrade --help` answers at once and a command runs without what only
others need.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

import discgrade
from discgrade.places import explain


class Command(NamedTuple):
    """What the list of commands says of one, and where it is.

    Attributes:
        module: Module with `add_arguments` and `run`.
        summary: What it does, in one line.
        example: A call that works as it stands, once the names in capitals are replaced.
    """

    module: str
    summary: str
    example: str


COMMANDS = {
    "deidentify": Command(
        "discgrade.deidentification.command",
        "export DICOM and readings without what identifies people",
        "discgrade deidentify SCANS OUT --private PRIVATE --ratings ratings.csv",
    ),
    "plan": Command(
        "discgrade.plan",
        "say what a study would do: runs, rules and jobs",
        "discgrade plan --configfile studies/paper.yaml",
    ),
    "trace": Command(
        "discgrade.provenance.audit.trace_command",
        "follow one number of a table back to the scans",
        "discgrade trace results/default/tables/table2.csv --row default --column kappa_linear",
    ),
    "verify": Command(
        "discgrade.verification",
        "check every byte of a study and the chain of its records",
        "discgrade verify results/default",
    ),
    "rate": Command(
        "discgrade.rate",
        "read discs in a browser: slice, region and grade, blind",
        "discgrade rate SCANS --study private/NAME",
    ),
    "grade": Command(
        "discgrade.grading.running.command",
        "grade the discs of new scans with a bundle",
        "discgrade grade SCANS --bundle BUNDLE --regions regions.csv --out OUT",
    ),
    "regions": Command(
        "discgrade.imaging.masks.command",
        "write the regions of discs from masks that were made elsewhere",
        "discgrade regions SCANS --masks MASKS --out regions.csv",
    ),
    "recalibrate": Command(
        "discgrade.grading.recalibration.command",
        "fit a bundle to your own readings, without training",
        "discgrade recalibrate BUNDLE readings.csv --graded OUT --out NEW",
    ),
    "sample-size": Command(
        "discgrade.reliability.agreement.command",
        "how many patients the next study needs for an interval of a width",
        "discgrade sample-size results/default --width 0.1",
    ),
    "phantom": Command(
        "discgrade.phantom.command",
        "write invented patients' scans and readings, to try things on",
        "discgrade phantom DESTINATION --patients 20 --seed 1",
    ),
    "columns": Command(
        "discgrade.records.describe",
        "print what every column of every table means",
        "discgrade columns > columns.md",
    ),
}

EXTRAS = {
    "grade": ("onnxruntime", "highdicom", "jsonschema", "openpyxl", "reportlab", "SimpleITK"),
    "rate": ("starlette", "uvicorn"),
    "train": ("tensorflow", "keras", "tf2onnx"),
    "workflow": (
        "snakemake", "pandas", "sklearn", "arviz", "matplotlib", "rocrate", "docx", "cleanlab", "SimpleITK",
        "jsonschema", "yaml", "threadpoolctl", "openpyxl",
    ),
}  # fmt: skip
"""Which extra of the package brings a module that a command imports; what is in none belongs to the package itself."""


def main(given: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        given: The words after `discgrade`; None: those of this process.

    Returns:
        The exit code: what the command says; 2 for arguments that do not fit or a package that is not installed, 1 for
        a file that cannot be read or written, 130 where somebody pressed Ctrl+C.
    """
    given = list(sys.argv[1:] if given is None else given)
    try:
        return _run(given)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "discgrade":
            raise
        message, code = _missing(error.name or str(error)), 2
    except ValueError as error:
        message, code = str(error), 2
    except BrokenPipeError:
        # The reader, `head` for example, has seen enough; Python would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        message, code = explain(error), 1
    except KeyboardInterrupt:
        message, code = "stopped", 130
    print(f"{given[0]}: {message}", file=sys.stderr)
    return code


def _run(given: Sequence[str]) -> int:
    parser = _parser(given)
    arguments, others = parser.parse_known_args(given)
    if others and not hasattr(arguments, "others"):
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    arguments.others = others
    return int(import_module(COMMANDS[arguments.command].module).run(arguments))


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser, with the arguments of the command that is given, and of no other."""
    parser = argparse.ArgumentParser(
        prog="discgrade",
        usage="discgrade COMMAND ...",
        description="Pfirrmann grading of lumbar discs, from DICOM to tables and figures. For research use only.",
        epilog=_list(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"discgrade {discgrade.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, help=argparse.SUPPRESS, metavar="COMMAND")
    for name, (module, summary, example) in COMMANDS.items():
        command = commands.add_parser(
            name,
            prog=f"discgrade {name}",
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=f"example:\n  {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if name in given[:1]:
            import_module(module).add_arguments(command)
    return parser


def _list() -> str:
    """Return the list of commands: what each does, and an example."""
    width = max(map(len, COMMANDS))
    lines = [
        f"  {name:{width}}  {summary}\n  {'':{width}}  {example}" for name, (_, summary, example) in COMMANDS.items()
    ]
    return "\n".join(["commands:", *lines, "", "`discgrade COMMAND --help` tells all of one command."])


def _missing(module: str) -> str:
    """Say which package is missing, and how to install it."""
    top = module.partition(".")[0]
    extra = next((extra for extra, modules in EXTRAS.items() if top in modules), None)
    wanted = f'"discgrade[{extra}]"' if extra else "discgrade"
    return f"needs the Python package {top}, which is not installed. Install it with: pip install {wanted}"
