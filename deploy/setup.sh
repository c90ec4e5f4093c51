#!/usr/bin/env bash
# Bring a fresh Debian machine to where `imaging-hub` runs and all tests pass.
# Each step does nothing when it was done before.
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-python3}
STAMPS=.venv/stamps

say() { printf '\033[1m%s\033[0m\n' "$*"; }

# --- Debian packages: what the hub needs to run, and the peers its tests talk to
packages=(libjpeg-turbo-progs libimage-exiftool-perl dcmtk chromium ffmpeg postgresql strace unzip poppler-utils ghostscript)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ -z "$(command -v mvn || true)" ]; then missing+=(maven); fi
if [ -z "$(command -v javac || true)" ]; then missing+=(openjdk-17-jdk-headless); fi
if ((${#missing[@]})); then
  install="apt-get install -y --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" = 0 ]; then become=(); elif sudo -n true 2>/dev/null; then become=(sudo); else
    echo "Debian packages are missing. Please run:  sudo apt-get update && sudo $install" >&2
    exit 1
  fi
  say "Installing Debian packages: ${missing[*]}"
  "${become[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${become[@]}" $install >/dev/null
fi

# --- Python packages, exactly as locked
if [ ! -x .venv/bin/python ]; then
  "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11" >&2; exit 1; }
  "$PYTHON" -m venv .venv
fi
mkdir -p "$STAMPS"
lock_sum=$(sha256sum requirements/dev.lock pyproject.toml | sha256sum | cut -d' ' -f1)
if [ "$(cat "$STAMPS/python" 2>/dev/null)" != "$lock_sum" ] || [ ! -x .venv/bin/imaging-hub ]; then
  say "Installing Python packages"
  .venv/bin/pip install --quiet --disable-pip-version-check -r requirements/dev.lock
  .venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  echo "$lock_sum" >"$STAMPS/python"
fi

# --- The phone app
command -v npm >/dev/null || { echo "Node 20 with npm is needed: https://nodejs.org" >&2; exit 1; }
pwa_sum=$(find mobile_pwa -path '*/node_modules' -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
if [ "$(cat "$STAMPS/pwa" 2>/dev/null)" != "$pwa_sum" ] || [ ! -f web/pwa/index.html ]; then
  say "Building the phone app"
  (cd mobile_pwa && npm ci --silent --no-audit --no-fund && npm run --silent build)
  echo "$pwa_sum" >"$STAMPS/pwa"
fi
