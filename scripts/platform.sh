#!/bin/sh
# The wheel in an environment as the platform's: installed beside its pins, looked at while nothing of this source
# tree is in sight, and held by the contract suite and the domain's tests there. Arguments go to the suite's pytest.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
python=$root/.venv-platform/bin/python
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

sh scripts/side_env.sh platform

# From a copy of the tracked files, so that nothing else that lies about here gets into the wheel.
mkdir "$work/source" "$work/suite"
git ls-files -z | tar --create --null --files-from=- | tar --extract --directory "$work/source"
"$root/.venv/bin/python" -m build --wheel --no-isolation --outdir "$work" "$work/source" >"$work/build.log" 2>&1 || {
    cat "$work/build.log" >&2
    exit 1
}

# --no-deps and --no-index: what the wheel needs must be there already, in the platform's versions.
"$python" -m pip install --quiet --no-index --no-deps --force-reinstall "$work"/*.whl
"$python" -m pip check

# The tests, what they read, and none of the packages: what is imported is what was installed.
cp -r "$work/source/tests" "$work/source/docs" "$work/source/pyproject.toml" "$work/source/scripts" "$work/source/setup.py" "$work/suite"
cd "$work/suite"
# anyio's plugin, which the platform has, warns at import about the pytest that we have.
"$python" -m pytest -q -n auto -p no:anyio --ds=tests.edxapp.settings "$@" \
    tests/edxapp tests/installed tests/xblocks/competency
