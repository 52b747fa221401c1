#!/usr/bin/env bash
# Resolve what pyproject.toml and envs/*.in ask for into lock files with hashes. Argument: the uv program. A version that
# a lock file holds stays; `UPGRADE=--upgrade envs/lock.sh` takes the newest ones.
set -euo pipefail
uv=${1:-uv}
cd "$(dirname "$0")"

lock() { # NAME WHAT...
    local name=$1
    shift
    # shellcheck disable=SC2086
    "$uv" pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 \
        --python-platform x86_64-manylinux_2_28 --custom-compile-command "make lock" ${UPGRADE:-} "$@" -o "$name.lock"
}

# The whole workflow: what all other sets follow in their versions.
lock requirements ../pyproject.toml --extra grade --extra rate --extra train --extra workflow build.in

# Sets that somebody installs alone.
lock deidentify -c requirements.lock ../pyproject.toml deidentify.in build.in
lock grade -c requirements.lock ../pyproject.toml --extra grade build.in
lock rate -c requirements.lock ../pyproject.toml --extra rate build.in

# Sets on top of requirements.lock.
for name in development docs cluster jax torch gpu; do
    lock "$name" "$name.in"
done

# The same versions for conda, which copies this file and so cannot follow a reference to another one.
{
    echo "# Made by \`make lock\` for sites that run with \`--sdm conda\`: the versions of requirements.lock."
    printf 'channels: [conda-forge]\ndependencies:\n  - python=3.11\n  - pip\n  - pip:\n'
    sed -nE 's/^([^ #]+==[^ ]+).*/      - \1/p' requirements.lock
} >workflow.yaml
