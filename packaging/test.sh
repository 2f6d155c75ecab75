#!/bin/sh
# All tests, in parts of which a few run side by side: one more than there are cores, since many of them wait. Whoever is
# done takes the next part; the longest come first. A part's output is shown when it ends, those that failed last: what
# is printed ends with pytest's closing line.
set -eu
cd "$(dirname "$0")/.."

parts="postgresql audit e2e sqlite agent windows rest"
own="tests/server tests/agent tests/lab tests/e2e tests/wine tests/legacy"

# What a part tests; a folder that no part names is among the rest.
folders() {
    case $1 in
        postgresql | sqlite) echo tests/server ;;
        audit) echo tests/agent/scanner tests/lab ;;
        agent) echo tests/agent --ignore=tests/agent/scanner ;;
        e2e) echo tests/e2e ;;
        windows) echo tests/wine tests/legacy ;;
        rest) printf '%s ' tests; printf -- '--ignore=%s ' $own ;;
    esac
}

# One part, in folders of its own; $2 is where the output goes.
run_part() {
    work=$2/$1
    mkdir -p "$work/data"
    export TUANTHU_DATA_DIR="$work/data"
    case $1 in postgresql | sqlite) export TUANTHU_TEST_DATABASE="$1" ;; esac
    echo "== $1" > "$work/log"
    # shellcheck disable=SC2046
    if .venv/bin/python -m pytest -o cache_dir="$work/cache" $(folders "$1") >> "$work/log" 2>&1; then
        flock "$2" cat "$work/log"
    else
        mv "$work/log" "$work/failed"
        exit 1
    fi
}

if [ "${1:-}" = part ]; then
    run_part "$3" "$2"
    exit 0
fi
# Nothing here may touch a collector or an agent that lives on this machine.
for name in $(env | sed -n 's/^\(TUANTHU_[A-Z_]*\)=.*/\1/p'); do
    case $name in TUANTHU_TEST_*) ;; *) unset "$name" ;; esac
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
# shellcheck disable=SC2086
printf '%s\n' $parts | xargs -P "$(($(nproc) + 1))" -n 1 packaging/test.sh part "$work" || failed=1
for log in "$work"/*/failed; do
    if [ -e "$log" ]; then cat "$log"; fi
done
exit $failed
