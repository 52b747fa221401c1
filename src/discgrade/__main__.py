"""`python -m discgrade COMMAND ...`: the command `discgrade`, for an interpreter of one's choice."""

import sys

from discgrade.cli import main

if __name__ == "__main__":
    sys.exit(main())
