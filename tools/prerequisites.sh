#!/bin/sh
# What make needs of the system: a Python 3.10-3.14 with venv, a compiler for the optional hnswlib,
# and libexpat, which wheels with GDAL inside expect. Installs it on Debian and Ubuntu as root or
# with sudo; elsewhere says what to install.
python="${1:-python3}"
purpose="${2:-}"

missing=""
"$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null \
  || missing="$missing python3"
"$python" -c 'import venv, ensurepip' 2>/dev/null || missing="$missing python3-venv"
header=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))' 2>/dev/null)/Python.h
optional=""
command -v g++ >/dev/null 2>&1 || optional="$optional g++"
[ -f "$header" ] || optional="$optional python3-dev"
if [ "$(uname -s)" = Linux ] && ! ldconfig -p 2>/dev/null | grep -q libexpat.so.1; then
  missing="$missing libexpat1"
fi
if [ "$purpose" = test ] && [ "$(uname -s)" = Linux ]; then
  /usr/bin/python3 -c 'import qgis.core' 2>/dev/null || optional="$optional qgis python3-qgis"
  command -v Xvfb >/dev/null 2>&1 || optional="$optional xvfb"
  command -v openbox >/dev/null 2>&1 || optional="$optional openbox"
  command -v xdotool >/dev/null 2>&1 || optional="$optional xdotool"
  command -v import >/dev/null 2>&1 || optional="$optional imagemagick"
fi
[ -z "$missing$optional" ] && exit 0

if command -v apt-get >/dev/null 2>&1; then
  sudo=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 && sudo=sudo || sudo=none
  fi
  if [ "$sudo" != none ]; then
    echo "Installing system packages:$missing$optional" >&2
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    # shellcheck disable=SC2086 # the lists are words
    $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends $missing $optional >&2
  fi
fi

if ! "$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; then
  echo "The engine needs Python 3.10 to 3.14 with its venv module, and '$python' is not that." >&2
  echo "Debian or Ubuntu: apt-get install python3 python3-venv. Fedora: dnf install python3." >&2
  echo "macOS: brew install python@3.12. Or name another one: make demo PYTHON=python3.12" >&2
  exit 1
fi
[ "$purpose" != test ] || /usr/bin/python3 -c 'import qgis.core' 2>/dev/null \
  || echo "QGIS is not installed (apt-get install qgis python3-qgis): the plugin's tests skip." >&2
[ -z "$optional" ] || command -v g++ >/dev/null 2>&1 \
  || echo "No C++ compiler: hnswlib is left out, the exact shortlist is used." >&2
exit 0
