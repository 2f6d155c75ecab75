#!/bin/sh
# Style, types, one-way imports, declared dependencies.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
TUANTHU_DATA_DIR=$(mktemp -d)
export TUANTHU_DATA_DIR
trap 'rm -rf "$TUANTHU_DATA_DIR"' EXIT

$bin/ruff check .
$bin/ruff format --check .
$bin/mypy
$bin/lint-imports --no-cache
for room in policies agent server; do
    (cd $room && ../$bin/deptry src)
done
