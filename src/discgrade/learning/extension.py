"""Losses and networks that the config names as `package.module:function`."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent


def resolve(name: str) -> Callable[..., Any]:
    """Import the function that `package.module:function` names, from the package or from the project's folder.

    Raises:
        ValueError: if the name is malformed, there is no such module, or no such function in it.
    """
    module, function = _split(name)
    try:
        found = getattr(importlib.import_module(module), function, None)
    except ModuleNotFoundError as error:
        raise ValueError(
            f"No module {error.name!r} for {name!r}. Put it into the project's folder, or install it."
        ) from error
    if not callable(found):
        raise ValueError(f"No function {function!r} in module {module!r}, as named by {name!r}.")
    return found  # type: ignore[no-any-return]


def source_files(*names: str) -> list[Path]:
    """Return the files of this wing, then those that define the named functions; bare names are the wing's own."""
    specs = [importlib.util.find_spec(_split(name)[0]) for name in names if ":" in name]
    named = [Path(spec.origin) for spec in specs if spec and spec.origin]
    return [*sorted(PACKAGE.glob("*.py")), *named]


def _split(name: str) -> tuple[str, str]:
    module, colon, function = name.partition(":")
    if not (module and colon and function):
        raise ValueError(f"Invalid name of a function. It should read `package.module:function`. Received: {name!r}")
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    return module, function
