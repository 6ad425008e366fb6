#!/bin/sh
# Makes or renews .venv from the locks named: env.sh run [test] [services] [mariadb] [bench].
# Does nothing when the environment already holds exactly these locks.
set -eu
cd "$(dirname "$0")/.."
venv=.venv
wanted=$(for lock in "$@"; do sha256sum "requirements/$lock.txt"; done; sha256sum setup.py)

# An environment that holds more than is asked for serves as well.
holds() { [ -x "$venv/bin/python" ] && [ -f "$venv/.locks" ] && printf '%s\n' "$wanted" | grep -vxFf "$venv/.locks" | { ! grep -q .; }; }
if holds; then exit 0; fi

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 12))'; then
    python=$(sh scripts/find_python.sh)
    echo "Making $venv with $python"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi
rm -f "$venv/.locks"

args=""
for lock in "$@"; do args="$args -r requirements/$lock.txt"; done
echo "Installing the locked packages: $*"
if "$venv/bin/python" -m pip install --quiet -r requirements/bootstrap.txt && \
   UV_LINK_MODE=copy "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --require-hashes $args; then
    :
else
    # A mirror that only pip is configured for.
    echo "uv could not install; using pip, which takes about a minute longer"
    "$venv/bin/python" -m pip install --quiet --require-hashes $args
fi
"$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation --editable .
printf '%s\n' "$wanted" > "$venv/.locks"
