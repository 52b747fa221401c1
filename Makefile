# make run, make test: each sets up .venv from the locked requirements first. Needs Python 3.11 and make, nothing else.
PYTHON ?= python3.11
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED := $(PIP) --require-hashes
CORES ?= all
SNAKEMAKE_ARGS ?=

.PHONY: run test lint format types docs lock install develop wheel clean help

help:  ## Show the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

run: install  ## Set up, then run the default study (results/default/report.html)
	$(BIN)/snakemake --cores $(CORES) $(SNAKEMAKE_ARGS)

test: develop  ## Set up, then run the tests
	$(BIN)/python -m pytest -n 2 -m "not ci"

install: .venv/installed  ## Set up .venv with the locked run-time requirements and the command discgrade

develop: .venv/developed

lint: develop  ## Check style and the workflow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint

types: develop  ## Check types
	$(BIN)/mypy

docs: .venv/documented  ## Build the site of documents (site/index.html)
	$(BIN)/mkdocs build --strict --quiet

format: develop  ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile rules

wheel: develop  ## Build the package into dist/
	rm -rf build
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

lock: develop  ## Resolve pyproject.toml and envs/*.in into the lock files
	envs/lock.sh $(BIN)/uv

clean:  ## Remove the environment; results and private stay
	rm -rf .venv

.venv/installed: envs/requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(LOCKED) -r envs/requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@

.venv/developed: .venv/installed envs/development.lock
	$(LOCKED) -r envs/development.lock
	touch $@

.venv/documented: .venv/developed envs/docs.lock
	$(LOCKED) -r envs/docs.lock
	touch $@
