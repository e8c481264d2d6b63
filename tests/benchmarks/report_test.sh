#!/usr/bin/env bash
# What report.py and compare.py print and compute.
exec python3 tests/benchmarks/report_test.py
