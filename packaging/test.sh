#!/bin/sh
# All tests: the server's twice, once for each database.
set -eu
cd "$(dirname "$0")/.."
pytest=".venv/bin/python -m pytest"

$pytest tests --ignore=tests/server
TUANTHU_TEST_DATABASE=sqlite $pytest tests/server
TUANTHU_TEST_DATABASE=postgresql $pytest tests/server
