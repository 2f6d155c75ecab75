#!/bin/sh
# All tests, in two lanes side by side: the second has the network audit and the server's tests twice, once for
# each database. Its output is shown at the end: what is printed ends with pytest's closing line.
set -eu
cd "$(dirname "$0")/.."
# Nothing here may touch a collector or an agent that lives on this machine.
for name in $(env | sed -n 's/^\(TUANTHU_[A-Z_]*\)=.*/\1/p'); do
    case $name in TUANTHU_TEST_*) ;; *) unset "$name" ;; esac
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pytest=".venv/bin/python -m pytest"

second="tests/agent/scanner tests/lab"

second_lane() {
    mkdir "$work/second-data"
    export TUANTHU_DATA_DIR="$work/second-data"
    bad=0
    $pytest -o cache_dir="$work/cache" $second || bad=1
    TUANTHU_TEST_DATABASE=sqlite $pytest -o cache_dir="$work/cache" tests/server || bad=1
    TUANTHU_TEST_DATABASE=postgresql $pytest -o cache_dir="$work/cache" tests/server || bad=1
    return $bad
}

echo 1 > "$work/second.rc"
(second_lane > "$work/second.log" 2>&1 && echo 0 > "$work/second.rc") &
mkdir "$work/data"
failed=0
# shellcheck disable=SC2046
TUANTHU_DATA_DIR="$work/data" $pytest tests --ignore=tests/server $(printf -- '--ignore=%s ' $second) || failed=1
wait
[ "$(cat "$work/second.rc")" = 0 ] || failed=1
cat "$work/second.log"
exit $failed
