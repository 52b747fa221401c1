"""Rows of the real schemas, filled with something of the right type."""

import pyarrow as pa


def fill(schema, **given):
    """One row: given values, and for every other column null or an empty value of its type."""
    return {field.name: given.get(field.name, _empty(field)) for field in schema}


def _empty(field):
    if field.nullable:
        return None
    kind = field.type
    if pa.types.is_string(kind):
        return ""
    if pa.types.is_boolean(kind):
        return False
    if pa.types.is_list(kind):
        return []
    if pa.types.is_fixed_size_binary(kind):
        return bytes(kind.byte_width)
    return 0


def patients(shard):
    """Two patients a shard."""
    return [f"P{shard}{number}" for number in (1, 2)]
