#!/usr/bin/env bash
# Sets up what the tests need, then runs them all. Tests that lack Java, Chromium or Go are skipped, and say so.
# Arguments go to pytest: scripts/test.sh -k zones
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/system.sh
scripts/setup.sh dev
command -v java >/dev/null || need_package default-jre-headless "the tests of --engine spark" ||
    echo "without Java: the Spark tests are skipped" >&2
command -v chromium >/dev/null || command -v google-chrome >/dev/null ||
    need_package chromium "the tests that open the report in a browser" ||
    echo "without Chromium: the browser tests are skipped" >&2
{ command -v go >/dev/null || need_package golang-go "the independent verifier of the audit log"; } &&
    { [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ] || need_package golang-golang-x-mod-dev "the same"; } ||
    echo "without Go: the independent verifier is skipped" >&2
scripts/peer_ralph.sh || echo "without Ralph: the tests against a real LRS are skipped" >&2
exec .venv/bin/pytest -n "${TEST_WORKERS:-auto}" --dist loadgroup -rs "$@"
