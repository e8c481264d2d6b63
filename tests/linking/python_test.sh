#!/usr/bin/env bash
# What the Python package promises, on the library that was built.
set -euo pipefail
if ! python3 -c 'import ctypes, unittest' 2> /dev/null; then
  echo "left out: Python is not there"
  exit 0
fi
export LWS_LIBRARY=$PWD/lws/adapters/c/liblws-testing.so PYTHONPATH=$PWD/lws/adapters/python PYTHONDONTWRITEBYTECODE=1
python3 tests/linking/python_test.py
