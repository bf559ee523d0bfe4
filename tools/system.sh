#!/usr/bin/env bash
# Bring what the tests need beside Python: Chromium, PostgreSQL's server, Redis.
#
# Installs only as root or with CI=true. Elsewhere a missing program is no error here: the test run leaves that half out
# and says so in one line. With CI=true a program that cannot be had ends the run.
set -euo pipefail

missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
command -v redis-server >/dev/null || missing+=(redis-server)
[ "${#missing[@]}" -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] && [ "${CI:-}" != true ]; then
    echo "Not installed: ${missing[*]}. Tests that need them are left out (run as root or with CI=true to install)."
    exit 0
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
if command -v apt-get >/dev/null; then
    echo "Installing ${missing[*]} ..."
    log="$(mktemp)"
    trap 'rm -f "$log"' EXIT
    # the packages' own service start is not wanted: the tests start and stop their own servers
    if { "${as_root[@]}" apt-get update -qq \
        && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
            apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        exit 0
    fi
    tail -n 20 "$log" >&2
fi
echo "Could not install: ${missing[*]}" >&2
if [ "${CI:-}" = true ]; then exit 1; fi
