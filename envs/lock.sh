#!/usr/bin/env bash
# Resolve every envs/*.in into a lock file with hashes. Argument: the uv program.
set -euo pipefail
uv=${1:-uv}
cd "$(dirname "$0")"
for name in requirements development cluster deidentify jax torch gpu; do
    [ -f "$name.in" ] || continue
    "$uv" pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.11 \
        --python-platform x86_64-manylinux_2_28 --custom-compile-command "make lock" "$name.in" -o "$name.lock"
done
