#!/bin/sh
# All tests, in two lanes side by side: everything but the server, and the server's twice, once for each database.
# The server's output is shown at the end: what is printed ends with pytest's closing line.
set -eu
cd "$(dirname "$0")/.."
# Nothing here may touch a collector or an agent that lives on this machine.
for name in $(env | sed -n 's/^\(TUANTHU_[A-Z_]*\)=.*/\1/p'); do
    case $name in TUANTHU_TEST_*) ;; *) unset "$name" ;; esac
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pytest=".venv/bin/python -m pytest"

server_lane() {
    mkdir "$work/server-data"
    export TUANTHU_DATA_DIR="$work/server-data"
    TUANTHU_TEST_DATABASE=sqlite $pytest -o cache_dir="$work/cache" tests/server || return 1
    TUANTHU_TEST_DATABASE=postgresql $pytest -o cache_dir="$work/cache" tests/server
}

(server_lane > "$work/server.log" 2>&1; echo $? > "$work/server.rc") &
mkdir "$work/data"
failed=0
TUANTHU_DATA_DIR="$work/data" $pytest tests --ignore=tests/server || failed=1
wait
[ "$(cat "$work/server.rc")" = 0 ] || failed=1
cat "$work/server.log"
exit $failed
