#!/bin/sh
# All tests: the server's twice, once for each database.
set -eu
cd "$(dirname "$0")/.."
# Nothing here may touch a collector or an agent that lives on this machine.
for name in $(env | sed -n 's/^\(TUANTHU_[A-Z_]*\)=.*/\1/p'); do
    case $name in TUANTHU_TEST_*) ;; *) unset "$name" ;; esac
done
TUANTHU_DATA_DIR=$(mktemp -d)
export TUANTHU_DATA_DIR
trap 'rm -rf "$TUANTHU_DATA_DIR"' EXIT
pytest=".venv/bin/python -m pytest"

$pytest tests --ignore=tests/server
TUANTHU_TEST_DATABASE=sqlite $pytest tests/server
TUANTHU_TEST_DATABASE=postgresql $pytest tests/server
