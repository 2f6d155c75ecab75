#!/bin/sh
# Style, types, one-way imports, declared dependencies. Types take longest, so the others are looked at meanwhile.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
TUANTHU_DATA_DIR=$(mktemp -d)
export TUANTHU_DATA_DIR
trap 'rm -rf "$TUANTHU_DATA_DIR"' EXIT

$bin/ruff check .
$bin/ruff format --check .
$bin/mypy > "$TUANTHU_DATA_DIR/types" 2>&1 &
types=$!
failed=0
$bin/lint-imports --no-cache || failed=1
for room in policies agent server; do
    (cd $room && ../$bin/deptry src) || failed=1
done
wait $types || failed=1
cat "$TUANTHU_DATA_DIR/types"
exit $failed
