"""Settings as plain values and back: what Snakemake keeps of a job's params, and what a script takes from them."""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value as JSON knows it: dataclasses become dictionaries, tuples lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def typed(kind: type[T], value: object) -> T:
    """Return what `plain` made of a value of a kind; the inverse of `plain`.

    Args:
        kind: A dataclass, or a type that its fields may have: a simple one, a tuple, list or
            sequence (which becomes a tuple) of one kind, a mapping.
        value: What `plain` returned.

    Raises:
        TypeError: if the names are not the fields of the dataclass.
    """
    return _typed(kind, value)  # type: ignore[no-any-return]


def _typed(kind: Any, value: Any) -> Any:  # noqa: ANN401
    make = _maker(kind)
    return value if make is None or value is None else make(value)


@cache
def _maker(kind: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401
    """Return what makes values of a kind, found out once for all of them; None where they stay as they are."""
    origin, inner = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _dataclass_maker(kind)
    if origin in (tuple, list, Sequence):
        kept = list if origin is list else tuple
        return lambda value: kept(_typed(inner[0], item) for item in value)
    if origin in (Union, types.UnionType):
        return _maker(next(one for one in inner if one is not type(None)))
    if origin is not None and inner:
        return lambda value: _mapping(inner[-1], value)
    return None


def _dataclass_maker(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401
    hints = get_type_hints(kind)

    def make(value: Mapping[str, Any]) -> Any:  # noqa: ANN401
        return kind(**{name: _typed(hints.get(name), item) for name, item in value.items()})

    return make


def _mapping(kind: Any, value: Any) -> Any:  # noqa: ANN401
    return {key: _typed(kind, item) for key, item in value.items()} if isinstance(value, Mapping) else value
