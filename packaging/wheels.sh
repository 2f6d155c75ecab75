#!/bin/sh
# Three wheels and a bill of materials in dist/.
set -eu
cd "$(dirname "$0")/.."
rm -rf dist
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 315532800)
export SOURCE_DATE_EPOCH
for room in policies agent server; do
    .venv/bin/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist "./$room"
done
.venv/bin/python packaging/legacy.py dist
.venv/bin/cyclonedx-py requirements requirements/runtime.lock --output-format JSON --output-file dist/sbom.cdx.json
ls -l dist
