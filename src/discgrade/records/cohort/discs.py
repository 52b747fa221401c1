"""The cohort: one row a disc."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from discgrade.records.columns import COHORT, ORIGIN, PERSON, PLACE, REGION, column
from discgrade.records.files import PathLike, read

DISCS = pa.schema(
    [
        *PLACE,
        column("grade", pa.float64(), "reference grade on the cohort's finest scale", "grade"),
        column("integral", pa.float64(), "reference grade rounded to the integral scale", "grade"),
        COHORT,
        ORIGIN,
        *PERSON,
        column("shard", pa.string(), "shard that holds the disc's ROI and samples"),
        REGION,
    ]
)


def drawn_discs(path: PathLike, columns: Sequence[str], filters: "pc.Expression | None" = None) -> pa.Table:
    """Return the discs of a table whose regions a rater drew: no locator learns from others, or is measured by them.

    Args:
        path: `DISCS`.
        columns: Columns to return.
        filters: As in `pyarrow.parquet.read_table`.
    """
    table = read(path, DISCS, [*columns, "region"], filters)
    return table.filter(pc.is_null(table["region"])).select(list(columns))
