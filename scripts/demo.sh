#!/usr/bin/env bash
# A believable company's quarter-end with planted faults: checked, then taken into a ledger, where each account finds its
# person, and whose audit log is verified.
# Leaves everything in demo/; its database is embedded, and gone when the demo ends (its data stay in demo/data).
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh run
trueup=.venv/bin/trueup

# faults VERB...: exit code 3 is what the planted faults must give
faults() {
    local status=0
    "$@" || status=$?
    case $status in
        3) ;; # faults found: they were planted
        0) echo "the demo's logs have planted faults, and none was found: $*" >&2; exit 1 ;;
        *) exit "$status" ;;
    esac
}

"$trueup" sample demo/quarter-end --force
faults "$trueup" check demo/quarter-end/logs --html demo/report.html --faults demo/faults.jsonl

echo
echo "The same completions into the ledger, each exactly once (trueup import), and its audit log (trueup audit)"
rm -rf demo/data demo/audit
export TRUEUP_DATA_DIR="$PWD/demo/data"
unset TRUEUP_DATABASE_URL
faults "$trueup" import demo/quarter-end/logs --quiet
echo
echo "Whose account is whose (trueup identity): what is sure is linked, the rest is for a person to decide"
"$trueup" identity enrol demo/quarter-end/logs/people.csv demo/quarter-end/logs/accounts.csv --quiet
"$trueup" identity conflicts --limit 6
"$trueup" identity conflicts --out demo/conflicts.html

echo
"$trueup" audit key --new demo.example/audit >/dev/null
"$trueup" audit sequence
"$trueup" audit export demo/audit
"$trueup" audit verify demo/audit
cat <<END

The report:       $PWD/demo/report.html   (open it in a browser; it needs no network)
The conflicts:    $PWD/demo/conflicts.html
Every fault:      $PWD/demo/faults.jsonl
What was planted: $PWD/demo/quarter-end/truth.jsonl
The audit log:    $PWD/demo/audit
Your own logs:    docs/own-logs.md
A running source: docs/serve.md
END
