#!/usr/bin/env bash
# Compares two files of report --json; compare.py tells the flags.
exec python3 benchmarks/compare.py "$@"
