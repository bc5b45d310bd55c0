#!/bin/sh
# qgis_tests_env.sh PYTHON FOLDER: pytest for QGIS's own Python, in a small virtual environment that
# sees what PYTHON sees (QGIS, PyQt, GDAL). Nothing happens where it is there and of this lock, and
# where PYTHON has no QGIS: then the plugin's tests are skipped.
set -eu
python="$1"
folder="$2"
lock="$(dirname "$0")/qgis-tests.lock"

if ! "$python" -c 'import qgis.core' 2>/dev/null; then
  echo "'$python' has no QGIS: the plugin's tests will be skipped (QGIS_PYTHON names another)." >&2
  exit 0
fi
cmp -s "$lock" "$folder/qgis-tests.lock" && exit 0
rm -rf "$folder"
"$python" -m venv --system-site-packages "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
  --no-deps --ignore-installed --only-binary :all: --requirement "$lock"
cp "$lock" "$folder/qgis-tests.lock"
