"""The command line: `python -m discgrade COMMAND`; a command's module is imported only when it is asked for."""

import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS = {
    "deidentify": ("discgrade.deidentification.command", "export DICOM and readings without what identifies people"),
    "trace": ("discgrade.provenance.trace_command", "follow one number of a table back to the scans"),
    "verify": ("discgrade.provenance.verify_command", "check every byte of a study and every link in its records"),
    "columns": ("discgrade.columns", "print what every column of every table means"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    Args:
        arguments: Command and its arguments; by default those of the process.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in COMMANDS:
        module, _ = COMMANDS[arguments[0]]
        status: int = import_module(module).main(arguments[1:])
        return status
    lines = [f"  {name:12} {purpose}" for name, (_, purpose) in COMMANDS.items()]
    print("usage: python -m discgrade COMMAND [-h] ...", "", "commands:", *lines, sep="\n")
    return 0 if arguments and arguments[0] in ("-h", "--help") else 2


if __name__ == "__main__":
    sys.exit(main())
