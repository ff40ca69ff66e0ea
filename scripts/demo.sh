#!/usr/bin/env bash
# A believable company's quarter-end with planted faults, checked. Leaves everything in demo/.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh run
.venv/bin/trueup sample demo/quarter-end --force
status=0
.venv/bin/trueup check demo/quarter-end/logs --html demo/report.html --faults demo/faults.jsonl || status=$?
case $status in
    3) ;; # faults found: they were planted
    0) echo "the demo's logs have planted faults, and check found none" >&2; exit 1 ;;
    *) exit "$status" ;;
esac
cat <<END

The report:       $PWD/demo/report.html   (open it in a browser; it needs no network)
Every fault:      $PWD/demo/faults.jsonl
What was planted: $PWD/demo/quarter-end/truth.jsonl
Your own logs:    docs/own-logs.md
END
