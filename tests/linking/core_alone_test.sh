#!/usr/bin/env bash
# A program of the planner and the core runs, and needs neither a library of YAML nor a symbol of its reader.
set -euo pipefail
program=tests/linking/core_alone
"$program"
libraries=$(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
grep -q libabsl <<< "$libraries" || { echo "readelf says nothing of the program"; exit 1; }
if grep -i yaml <<< "$libraries"; then
  echo "the program needs a library of YAML"
  exit 1
fi
if nm -C "$program" 2> /dev/null | grep -i 'yaml_parser\|lws::.*Yaml'; then
  echo "the program has parts of the reader of YAML"
  exit 1
fi
