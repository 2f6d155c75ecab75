#!/bin/sh
# Every bench in turn; each prints its own table, with what it compares measured in the same run.
set -eu
cd "$(dirname "$0")/.."
packaging/system.sh bench || echo "Some programs to compare with are missing; their rows are left out." >&2
for bench in tests/bench/bench_*.py; do
    printf '\n== %s\n' "$bench"
    .venv/bin/python "$bench"
done
