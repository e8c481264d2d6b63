#!/usr/bin/env bash
# Runs every benchmark and prints one table; report.py tells the flags.
exec python3 benchmarks/report.py "$@"
