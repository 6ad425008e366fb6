#!/bin/sh
# Makes or renews an environment beside .venv from one lock: side_env.sh tutor makes .venv-tutor from
# requirements/tutor.txt. Does nothing when it already holds exactly that lock.
set -eu
cd "$(dirname "$0")/.."
name=$1
venv=.venv-$name
lock=requirements/$name.txt
wanted=$(sha256sum "$lock")
if [ -f "$venv/.lock" ] && [ "$(cat "$venv/.lock")" = "$wanted" ]; then exit 0; fi

python=$(sh scripts/find_python.sh)
echo "Making $venv with $python"
rm -rf "$venv"
"$python" -m venv "$venv"
if [ -x .venv/bin/uv ] && UV_LINK_MODE=copy .venv/bin/uv pip install --quiet --python "$venv/bin/python" --require-hashes -r "$lock"; then
    :
else
    # Where there is no uv, or a mirror that only pip is configured for.
    "$venv/bin/python" -m pip install --quiet --require-hashes -r "$lock"
fi
printf '%s\n' "$wanted" > "$venv/.lock"
