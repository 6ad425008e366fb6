#!/bin/sh
# Renews every lock: exact versions with hashes, the test and service locks held to the run lock.
set -eu
cd "$(dirname "$0")/.."
compile() { .venv/bin/uv pip compile --quiet --upgrade --python-version 3.12 --generate-hashes --custom-compile-command "make lock" --no-emit-package kapasitas "$@"; }
# The largest first, so that all of them agree.
compile setup.py requirements/run.in requirements/test.in --extra standalone --output-file requirements/test.txt
compile setup.py requirements/run.in --extra standalone --constraint requirements/test.txt --output-file requirements/run.txt
for name in services mariadb bench; do
    compile "requirements/$name.in" --constraint requirements/test.txt --output-file "requirements/$name.txt"
done
# Shares nothing with the rest: the operator's host has Tutor and none of our packages.
compile requirements/tutor.in --output-file requirements/tutor.txt
# The platform's pins with our own requirements beside them: fails when the two no longer fit.
compile setup.py requirements/platform.in --output-file requirements/platform.txt
