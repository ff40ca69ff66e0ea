#!/usr/bin/env bash
# Makes .venv as uv.lock says. `run` (default): what trueup itself needs, with its embedded database; `dev`: what its
# tests need, and Spark.
# Quick when nothing changed: .venv/.setup-stamp keeps the level and the digest of pyproject.toml, uv.lock and this script.
# Packages come from where pip is told to take them: with an index of its own in pip's settings, pip
# installs (hashes checked); otherwise uv does, and pip is the second try.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/system.sh

level=${1:-run}
case $level in run | dev) ;; *) echo "usage: scripts/setup.sh [run|dev]" >&2; exit 2 ;; esac
stamp=.venv/.setup-stamp
python=.venv/bin/python

digest=$(cat pyproject.toml uv.lock scripts/setup.sh | sha256sum | cut -d' ' -f1)
had=$(cat "$stamp" 2>/dev/null || true)
if [ -x .venv/bin/trueup ] && "$python" -c '' 2>/dev/null; then
    case $had in "dev $digest" | "$level $digest") exit 0 ;; esac
    case $had in dev*) level=dev ;; esac # what was made for the tests stays so
fi

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "trueup needs Python 3.11 or newer, and none is on the PATH (PYTHON=/path/to/python3 names one)" >&2
    exit 2
}

make_venv() {
    local base
    base=$(find_python)
    if ! "$base" -c 'import ensurepip' 2>/dev/null; then
        need_package python3-venv "python3 -m venv needs ensurepip" || exit 2
    fi
    "$base" -m venv --clear --prompt trueup .venv
}

pip() { "$python" -m pip --disable-pip-version-check "$@"; }
pip_says() { pip config get "global.$1" 2>/dev/null || true; }

"$python" -c '' 2>/dev/null || { echo "making .venv" >&2; make_venv; }
"$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null 2>&1 || make_venv

uv_version=$("$python" - <<'PY'
import tomllib
with open("uv.lock", "rb") as lock:
    print(next(p["version"] for p in tomllib.load(lock)["package"] if p["name"] == "uv"))
PY
)
uv=.venv/bin/uv
case $($uv --version 2>/dev/null || true) in "uv $uv_version"*) ;; *) pip install -q "uv==$uv_version" ;; esac

# pip's certificates are uv's too
cert=${PIP_CERT:-$(pip_says cert)}
[ -z "$cert" ] || export SSL_CERT_FILE=${SSL_CERT_FILE:-$cert}
export UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never
case $level in run) what=(--no-dev --extra embedded) ;; dev) what=(--all-extras) ;; esac

# compiled once here: otherwise every start compiles ibis again where Python may not write bytecode
by_uv() { "$uv" sync --quiet --locked --inexact --compile-bytecode "${what[@]}"; }
by_pip() {
    "$uv" export --quiet --frozen --no-emit-project --format requirements.txt "${what[@]}" -o .venv/requirements.txt &&
        pip install -q --require-hashes -r .venv/requirements.txt &&
        pip install -q --no-deps -e .
}

echo "installing what uv.lock names ($level)" >&2
if [ -n "${PIP_INDEX_URL:-$(pip_says index-url)}" ]; then
    by_pip
else
    by_uv || { echo "uv could not; trying pip" >&2; by_pip; }
fi
[ -x .venv/bin/trueup ]
"$python" -m compileall -q src
echo "$level $digest" >"$stamp"
echo "ready: .venv/bin/trueup" >&2
