"""Losses and networks that the config names as `package.module:function`."""

import importlib
import sys
from collections.abc import Callable
from typing import Any

from discgrade.settings.functions import search_path


def resolve(name: str) -> Callable[..., Any]:
    """Import the function that `package.module:function` names, from the package or from the project's folder.

    Raises:
        ValueError: if the name is malformed, there is no such module, or no such function in it.
    """
    module, colon, function = name.partition(":")
    if not (module and colon and function):
        raise ValueError(f"Invalid name of a function. It should read `package.module:function`. Received: {name!r}")
    sys.path[:] = search_path()
    try:
        found = getattr(importlib.import_module(module), function, None)
    except ModuleNotFoundError as error:
        raise ValueError(
            f"No module {error.name!r} for {name!r}. Put it into the project's folder, or install it."
        ) from error
    if not callable(found):
        raise ValueError(f"No function {function!r} in module {module!r}, as named by {name!r}.")
    return found  # type: ignore[no-any-return]
