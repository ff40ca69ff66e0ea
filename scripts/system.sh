# shellcheck shell=bash
# Sourced by the other scripts. Knows how to get a Debian package, and to say so where it can't.

# need_package PACKAGE WHY: installs it as root or through a sudo that asks nothing; 1 where neither can.
need_package() {
    local package=$1 why=$2 as_root=()
    if ! command -v apt-get >/dev/null; then
        echo "$package is missing ($why), and this system has no apt-get: install its like by hand" >&2
        return 1
    fi
    if [ "$(id -u)" != 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            echo "$package is missing ($why): run 'sudo apt-get install $package', then again" >&2
            return 1
        fi
        as_root=(sudo -n)
    fi
    echo "installing $package ($why)" >&2
    export DEBIAN_FRONTEND=noninteractive
    local install=("${as_root[@]}" apt-get install -y -qq --no-install-recommends "$package")
    "${install[@]}" >/dev/null || { "${as_root[@]}" apt-get update -qq && "${install[@]}" >/dev/null; } || {
        echo "$package could not be installed ($why)" >&2
        return 1
    }
}
