"""The command `discgrade`: what it lists, what it imports, and what it says when it cannot work."""

import os
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import discgrade
from discgrade import cli

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def helped(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


def python(code: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return subprocess.run([sys.executable, "-c", code], env=environment, check=False, capture_output=True, text=True)


def test_help_shows_every_command_with_one_line_and_an_example(capsys):
    lines = helped(capsys).splitlines()
    for name, command in cli.COMMANDS.items():
        place = next(place for place, line in enumerate(lines) if line.split()[:1] == [name])
        assert lines[place].split(maxsplit=1)[1] == command.summary
        assert lines[place + 1].strip() == command.example


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_help_of_a_command_ends_with_its_example(capsys, name):
    assert helped(capsys, name).rstrip().splitlines()[-1].strip() == cli.COMMANDS[name].example


@pytest.mark.parametrize("command", cli.COMMANDS.values(), ids=cli.COMMANDS)
def test_an_example_fits_its_command(command):
    words = shlex.split(command.example.partition(" > ")[0])
    assert words[0] == "discgrade"
    arguments, others = cli._parser(words[1:]).parse_known_args(words[1:])
    assert cli.COMMANDS[arguments.command] is command
    assert others == []


def test_version(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == f"discgrade {discgrade.__version__}"
    assert f"version: {discgrade.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_help_imports_nothing_but_python_itself():
    done = python(
        "import sys; from discgrade.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print('modules:', *sys.modules)"
    )
    modules = {name.partition(".")[0] for name in done.stdout.rpartition("modules:")[2].split()}
    assert "discgrade" in modules
    assert modules - {"discgrade"} <= {*sys.stdlib_module_names, *modules_before()}


def modules_before() -> set[str]:
    """What Python loads before any code of ours."""
    return {name.partition(".")[0] for name in python("import sys; print(*sys.modules)").stdout.split()}


@pytest.mark.parametrize(
    ("module", "words", "wanted"),
    [
        ("snakemake", ["plan"], '"discgrade[workflow]"'),
        ("pyarrow", ["verify", "results"], "discgrade"),
        ("pydicom", ["deidentify", "--help"], "discgrade"),
    ],
)
def test_a_command_whose_package_is_missing_says_what_to_install(module, words, wanted):
    # None in sys.modules is how Python marks a module that cannot be imported.
    code = f"import sys; sys.modules[{module!r}] = None; from discgrade.cli import main; sys.exit(main({words}))"
    done = python(code)
    assert done.returncode == 2
    assert done.stderr.strip() == (
        f"{words[0]}: needs the Python package {module}, which is not installed. Install it with: pip install {wanted}"
    )


def test_the_modules_of_an_extra_are_those_that_the_package_declares():
    distributions = packages_distributions()
    for extra, modules in cli.EXTRAS.items():
        declared = {name_of(requirement) for requirement in PROJECT["optional-dependencies"][extra]}
        for module in distributions.keys() & modules:
            assert declared & {name.lower() for name in distributions[module]}, f"{extra}: {module}"


def name_of(requirement: str) -> str:
    return Requirement(requirement).name.lower()


def test_words_that_a_command_does_not_know_are_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["columns", "--all"])
    assert ended.value.code == 2
    assert "unrecognized arguments: --all" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_to_is_named_with_what_to_do(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert cli.main(["phantom", str(tmp_path / "file" / "phantom"), "--patients", "1"]) == 1
    assert (
        capsys.readouterr().err == f"phantom: {tmp_path / 'file' / 'phantom'}: Not a directory. Choose another place\n"
    )


def test_a_reader_that_has_seen_enough_is_no_error():
    done = subprocess.run(
        f"{shlex.quote(sys.executable)} -m discgrade columns | head -n 1",
        shell=True,
        executable="/bin/bash",
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("### ")
    assert done.stderr == ""
