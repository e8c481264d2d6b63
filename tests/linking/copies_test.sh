#!/usr/bin/env bash
# Loads two copies of liblws.so, and one with liblws-testing.so, into a program that has the library itself, too.
set -euo pipefail
cp -L lws/adapters/c/liblws.so "$TEST_TMPDIR/first.so"
cp -L lws/adapters/c/liblws.so "$TEST_TMPDIR/second.so"
tests/linking/copies "$TEST_TMPDIR/first.so" "$TEST_TMPDIR/second.so"
tests/linking/copies "$TEST_TMPDIR/first.so" lws/adapters/c/liblws-testing.so
