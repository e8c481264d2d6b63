#!/usr/bin/env bash
# Files that people or attackers have given to lwsctl, and what it says of them. `UPDATE=FILE` writes that to FILE.
set -uo pipefail
lwsctl=$PWD/examples/lwsctl/lwsctl
cp -rL tests/lwsctl/reading "$TEST_TMPDIR/reading"
cd "$TEST_TMPDIR/reading"
# A hundred kilobytes of text, twenty thousand times.
text=$(head -c 100000 /dev/zero | tr '\0' t)
{ echo "a: &x $text"; echo "b:"; yes -- '- *x' | head -20000; } > alias-long-text.yaml
while read -r -a words; do
  echo "\$ lwsctl ${words[*]}"
  timeout 60 "$lwsctl" "${words[@]}" 2>&1
  echo "(exit $?)"
  echo
done < commands.txt > actual.txt
if [ -n "${UPDATE:-}" ]; then cp actual.txt "$UPDATE"; exit; fi
diff -u expected.txt actual.txt
