#!/bin/sh
# Runs everything that CI runs. Locally, what a machine lacks is left out and named in the last line;
# with CI set, the same lack is a failure.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
left_out=""
results=test-results

leave_out() {
    if [ -n "${CI:-}" ]; then
        echo "CI must run everything, but $1" >&2
        exit 1
    fi
    left_out="${left_out:+$left_out; }$1"
}
answers() { "$python" -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 2)' "$1" 2>/dev/null; }
# The service tests are the same tests again: only those that a database or a cache can change. Each worker has a
# database of its own; those with worker processes, which share a broker, run one after another.
on_database() {
    on_server "$1" -n auto -m "every_database and not server_database"
    on_server "$1" -m server_database
}
on_server() {
    database=$1
    shift
    KAPASITAS_TEST_DATABASE=$database "$python" -m pytest -q "$@" tests
    KAPASITAS_TEST_DATABASE=$database "$python" -m pytest -q "$@" --ds=tests.edxapp.settings tests/edxapp
}

sh scripts/env.sh run test
rm -rf "$results"
mkdir -p "$results"

locks=""
servers=""
if answers 5432; then locks="services"; servers="postgresql"; else leave_out "PostgreSQL does not answer on port 5432"; fi
if answers 6379; then locks="services"; else leave_out "Redis does not answer on port 6379"; fi
answers 5672 || leave_out "RabbitMQ does not answer on port 5672"
if [ -n "$locks" ]; then sh scripts/env.sh run test services; fi
if answers 3306; then
    # Its driver compiles against headers that a machine with MariaDB need not have.
    if sh scripts/env.sh run test ${locks} mariadb >"$results/mariadb-driver.log" 2>&1; then
        servers="$servers mariadb"
    else
        sh scripts/env.sh run test ${locks}
        leave_out "mysqlclient could not be built (apt install gcc pkg-config libmariadb-dev)"
    fi
else
    leave_out "MariaDB does not answer on port 3306"
fi
"$python" -m scripts.browser
sh scripts/side_env.sh tutor

make --no-print-directory check
for server in $servers; do
    echo "The database tests again, on $server"
    on_database "$server"
done
for server in $servers; do
    echo "A small chaos run, on a $server of its own"
    if lacking=$("$python" -m benchmarks.chaos --database "$server" --missing); then
        "$python" -m benchmarks.chaos --database "$server" --records 2000 --kills 20
    else
        leave_out "the chaos run on $server needs $lacking"
    fi
done
if sh scripts/side_env.sh platform >"$results/platform-environment.log" 2>&1; then
    echo "The wheel and the contract suite at the platform's pins"
    sh scripts/platform.sh
else
    leave_out "the platform's environment could not be made ($results/platform-environment.log)"
fi
make --no-print-directory validate-content
make --no-print-directory docs

if [ -s "$results/skipped.txt" ]; then cat "$results/skipped.txt"; fi
if [ -n "$left_out" ]; then
    echo "Passed, without the tests that need what is not here: $left_out."
else
    echo "Passed, everything."
fi
