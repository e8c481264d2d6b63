#!/usr/bin/env bash
# What the Python package promises, on the library that was built.
set -euo pipefail
if ! python3 -c 'import ctypes, unittest' 2> /dev/null; then
  echo "left out: Python is not there"
  exit 0
fi
export LWS_LIBRARY=$PWD/lws/adapters/c/liblws-testing.so PYTHONPATH=$PWD/lws/adapters/python PYTHONDONTWRITEBYTECODE=1
python3 tests/linking/python_test.py
if command -v mypy > /dev/null; then
  mypy --strict --cache-dir="$TEST_TMPDIR/mypy" lws/adapters/python/lws
else
  echo "left out: mypy is not there"
fi
