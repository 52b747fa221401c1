"""Which rows of a table of scores or grades belong to a run."""

from collections.abc import Collection

import pyarrow.compute as pc

from discgrade.settings.run import Run


def of_run(run: Run, varying: Collection[str] = ()) -> pc.Expression:
    """Return the filter that keeps the rows of a run; its fields named in `varying` may differ."""
    chosen = pc.scalar(True)
    for name, value in run.wildcards.items():
        if name not in varying:
            chosen &= pc.field(name) == value
    return chosen
