#!/bin/sh
# Prints the path of a Python 3.12, wherever it is: on PATH, under pyenv, or known to uv.
# Says in one sentence what is missing otherwise.
set -u

fits() {
    [ -n "$1" ] && "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 12))' >/dev/null 2>&1
}

candidates() {
    [ -n "${PYTHON:-}" ] && command -v "$PYTHON"
    command -v python3.12
    command -v python3
    ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12*/bin/python 2>/dev/null
    command -v uv >/dev/null 2>&1 && uv python find --no-project 3.12 2>/dev/null
}

for candidate in $(candidates); do
    if fits "$candidate"; then
        # A shim may mean another Python elsewhere: print the interpreter itself.
        "$candidate" -c 'import sys; print(sys.executable)'
        exit 0
    fi
done
echo "Kapasitas needs Python 3.12 with venv: install it (Debian/Ubuntu: apt install python3.12 python3.12-venv; or: uv python install 3.12; or: pyenv install 3.12) or name it with PYTHON=/path/to/python3.12." >&2
exit 1
