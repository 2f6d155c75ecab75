#!/bin/sh
# Every bench in turn; each prints its own table, with what it compares measured in the same run.
set -eu
cd "$(dirname "$0")/.."
# Nothing here may touch a collector or an agent that lives on this machine.
for name in $(env | sed -n 's/^\(TUANTHU_[A-Z_]*\)=.*/\1/p'); do
    case $name in TUANTHU_TEST_*) ;; *) unset "$name" ;; esac
done
TUANTHU_DATA_DIR=$(mktemp -d)
export TUANTHU_DATA_DIR
trap 'rm -rf "$TUANTHU_DATA_DIR"' EXIT
packaging/system.sh bench || echo "Some programs to compare with are missing; their rows are left out." >&2
for bench in tests/bench/bench_*.py; do
    printf '\n== %s\n' "$bench"
    .venv/bin/python "$bench"
done
