"""Losses and networks that a config names: looked up in their source before anything runs, and without running it."""

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from importlib.machinery import PathFinder
from pathlib import Path

LOSSES = (
    "categorical_crossentropy",
    "ordinal_categorical_crossentropy",
    "squared_ordinal_categorical_crossentropy",
    "soft_kappa",
    "mean_squared_error",
    "mean_absolute_error",
)
"""Names of losses that need no module: those of `discgrade.learning.grading.losses`."""

NETWORK = ("resolution", "outputs", "width", "dropout", "l2", "batch_norm_momentum")
"""Names of the arguments that a network's function is called with."""

_FORM = "package.module:function"
_STEPS = 20

Binding = ast.stmt | tuple[str, str]
"""What binds a name in a module: its statement, or the module and name that it is imported from."""


def check_loss(name: str) -> None:
    """Check that a loss can be trained with.

    Args:
        name: One of `LOSSES`, or `package.module:function` of reference and output.

    Raises:
        ValueError: saying what is wrong with the name, and what to do.
    """
    if ":" in name:
        _check_function(name, positional=("y_true", "y_pred"))
    elif name not in LOSSES:
        raise ValueError(f"should be one of {', '.join(LOSSES)}, or {_FORM}. Received: {name!r}{_meant(name, LOSSES)}")


def check_network(name: str) -> None:
    """Check that `package.module:function` can make a network.

    Raises:
        ValueError: saying what is wrong with the name, and what to do.
    """
    _check_function(name, named=NETWORK)


def find_module(module: str) -> Path | None:
    """Return the file of a module, found as a job's import finds it, but without running any of it."""
    search = search_path()
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:length]), search)
        if spec is None:
            return None
        search = list(spec.submodule_search_locations or [])
    return Path(spec.origin) if spec and spec.origin else None


def search_path() -> list[str]:
    """Return the folders in which a plan and a job alike look up a module: the package, what is installed, and here.

    The folder that one works in comes last. Those of the running program and of the rules' scripts do not count: a
    function of one's own may be in a file that is called like one of them.
    """
    here, package = Path.cwd(), Path(__file__).parents[2]
    left_out = {here, Path(sys.argv[0] if sys.argv else "").resolve().parent, package.parent / "workflow_scripts"}
    installed = [place for place in sys.path if place and Path(place).resolve() not in left_out]
    return list(dict.fromkeys([str(package), *installed, str(here)]))


def is_here(name: str) -> bool:
    """Tell whether a top-level module comes from the folder that one works in."""
    spec, here = PathFinder.find_spec(name, search_path()), Path.cwd()
    if spec is None or spec.origin is None:
        return spec is not None and str(here / name) in list(spec.submodule_search_locations or [])
    return Path(spec.origin).parent in (here, here / name)


def _check_function(name: str, positional: Sequence[str] = (), named: Sequence[str] = ()) -> None:
    found = _followed(_find_function(name))
    if isinstance(found, ast.ClassDef):
        raise ValueError(f"should be a function. Received: {name!r}, a class")
    reason = _mismatch(found.args, positional, named) if isinstance(found, ast.FunctionDef) else None
    if reason:
        raise ValueError(f"should take {', '.join([*positional, *named])}. Received: {name!r}: {reason}")


def _find_function(name: str) -> Binding | None:
    """Return what binds the named function in its module; None if it comes with all that another module holds."""
    module, _, function = name.partition(":")
    if not all(part.isidentifier() for part in [*module.split("."), function]):
        raise ValueError(f"should read {_FORM}. Received: {name!r}")
    if module.partition(".")[0] in sys.stdlib_module_names:
        raise ValueError(
            f"should be a function of your own or of an installed package. Received: {name!r}, a part of Python"
        )
    path = find_module(module)
    if path is None:
        file = f"{module.replace('.', '/')}.py"
        raise ValueError(
            f"no module {module!r}, as named by {name!r}. Put {file} into the folder that snakemake works in"
        )
    if path.suffix != ".py":
        raise ValueError(f"should be written in Python. Received: {name!r}, which is in {path.name}")
    names = _names(module, path)
    if function not in names and "*" not in names:
        raise ValueError(f"no function {function!r} in {path.name}, as named by {name!r}{_meant(function, names)}")
    return names.get(function)


def _names(module: str, path: Path) -> dict[str, Binding]:
    """Return what binds each name at the top of a module; `*` for all that it takes from another."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return dict(_bindings(ast.parse(path.read_bytes(), filename=str(path)).body, package.split(".")))


def _bindings(statements: Iterable[ast.stmt], package: Sequence[str]) -> Iterator[tuple[str, Binding]]:
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield statement.name, statement
        elif isinstance(statement, ast.Assign):
            yield from ((target.id, statement) for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.ImportFrom):
            above = package[: len(package) + 1 - statement.level] if statement.level else []
            origin = ".".join([*above, *filter(None, [statement.module])])
            yield from ((alias.asname or alias.name, (origin, alias.name)) for alias in statement.names)
        elif isinstance(statement, ast.If | ast.Try):
            yield from _bindings([*statement.body, *statement.orelse], package)


def _followed(found: Binding | None) -> ast.stmt | None:
    """Return the statement behind an import, through the modules that pass it on; None where it cannot be read."""
    for _ in range(_STEPS):
        if not isinstance(found, tuple):
            return found
        module, name = found
        path = find_module(module)
        found = _names(module, path).get(name) if path and path.suffix == ".py" else None
    return None


def _mismatch(given: ast.arguments, positional: Iterable[str], named: Iterable[str]) -> str | None:
    """Say why a function cannot be called with some positional and some named arguments; None if it can."""
    kinds = inspect.Parameter
    required = len(given.posonlyargs) + len(given.args) - len(given.defaults)
    parameters = [
        kinds(
            one.arg,
            kinds.POSITIONAL_ONLY if place < len(given.posonlyargs) else kinds.POSITIONAL_OR_KEYWORD,
            default=kinds.empty if place < required else None,
        )
        for place, one in enumerate([*given.posonlyargs, *given.args])
    ]
    parameters += [kinds(given.vararg.arg, kinds.VAR_POSITIONAL)] if given.vararg else []
    parameters += [
        kinds(one.arg, kinds.KEYWORD_ONLY, default=kinds.empty if default is None else None)
        for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    ]
    parameters += [kinds(given.kwarg.arg, kinds.VAR_KEYWORD)] if given.kwarg else []
    try:
        inspect.Signature(parameters).bind(*positional, **dict.fromkeys(named))
    except TypeError as error:
        return str(error)
    return None


def _meant(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), 1)
    return f". Did you mean {close[0]!r}?" if close else ""
