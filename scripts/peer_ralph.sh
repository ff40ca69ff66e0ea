#!/usr/bin/env bash
# Makes .venv/peer-ralph: Ralph's LRS in an environment of its own, for the tests and benchmarks that speak to a real one.
# Quick when it is there. The last package is missing from Ralph's own list.
set -euo pipefail
cd "$(dirname "$0")/.."

peer=.venv/peer-ralph
if "$peer/bin/python" -c 'import ralph, requests, click_option_group, uvicorn' 2>/dev/null; then exit 0; fi
echo "making $peer" >&2
.venv/bin/python -m venv --clear "$peer"
"$peer/bin/python" -m pip --disable-pip-version-check install -q "ralph-malph[cli,lrs]==5.1.0" requests
