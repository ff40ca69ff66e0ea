#!/usr/bin/env bash
# Builds the documentation into site/, with Zensical in an environment of its own (.venv/docs).
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh run
tool=.venv/docs
zensical=0.0.41
if [ "$("$tool/bin/zensical" --version 2>/dev/null | grep -o '[0-9.]*$' || true)" != "$zensical" ]; then
    .venv/bin/python -m venv --clear "$tool"
    "$tool/bin/python" -m pip --disable-pip-version-check install -q "zensical==$zensical"
fi
"$tool/bin/zensical" build --clean --strict
echo "the documentation: $PWD/site/index.html"
