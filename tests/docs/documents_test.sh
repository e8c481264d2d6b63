#!/usr/bin/env bash
# The documents tell what the programs do.
set -euo pipefail
python3 tests/docs/check_documents.py examples/lwsctl/lwsctl tests/scenario/policy_example_test.cc README.md docs/*.md
