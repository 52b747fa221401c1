"""The command line: `python -m discgrade COMMAND ...`.

A command is a module with two functions, `add_arguments(parser)` and `run(arguments) -> int`; only the module of the
command that is given is imported.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS = {
    "deidentify": ("discgrade.deidentification.command", "export DICOM and readings without what identifies people"),
    "trace": ("discgrade.provenance.trace_command", "follow one number of a table back to the scans"),
    "verify": ("discgrade.provenance.verify_command", "check every byte of a study and the chain of its records"),
    "columns": ("discgrade.records.describe", "print what every column of every table means"),
}


def main(given: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, what the command says, or 2 for arguments that do not fit."""
    given = sys.argv[1:] if given is None else given
    parser = argparse.ArgumentParser(prog="python -m discgrade", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name in given[:1]:
            import_module(module).add_arguments(command)
    arguments = parser.parse_args(given)
    try:
        return int(import_module(COMMANDS[arguments.command][0]).run(arguments))
    except ValueError as error:
        print(f"{arguments.command}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
