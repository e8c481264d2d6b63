#!/usr/bin/env bash
# Every command on every broken file: it ends with an exit code of 0 to 3, never by a signal, and prints UTF-8 in which
# no control character but the ends of lines and tabs, and nothing that turns around the direction of writing, is left.
# A report of tests is XML. Where the output cannot be written, or memory ends, the exit code is 3.
set -uo pipefail
lwsctl=$PWD/examples/lwsctl/lwsctl
cp -rL tests/lwsctl/reading "$TEST_TMPDIR/broken"
cp -L examples/lwsctl/golden/broken.yaml examples/lwsctl/golden/unreadable.yaml "$TEST_TMPDIR/broken"
cp -rL examples "$TEST_TMPDIR/examples"
cp -L examples/manifests/vllm.yaml examples/clusters/gpu-nodes.yaml "$TEST_TMPDIR"
cd "$TEST_TMPDIR/broken"
rm -f commands.txt expected.txt
printf '\0\1\2\xff' > bytes.yaml
head -c 200000 /dev/zero | tr '\0' '[' > deep.json
head -c 100000 /dev/zero | tr '\0' '7' > digits.yaml
ln -s loop.yaml loop.yaml
mkdir folder.yaml
failed=0
runs=0

fail() {
  echo "$*"
  failed=1
}

# expect_safe CODE COMMAND...: for the output in `out`.
expect_safe() {
  local code=$1
  shift
  if [ "$code" -gt 3 ]; then fail "exit code $code: $*"; fi
  if LC_ALL=C grep -aqP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae\x8e\x8f]|\xe2\x81[\xa6-\xa9]' out; then
    fail "a control character: $*"
  fi
  if ! iconv -f UTF-8 -t UTF-8 out > /dev/null 2>&1; then fail "no UTF-8: $*"; fi
}

run() {
  local code=0
  timeout 60 "$lwsctl" "$@" > out 2>&1 < /dev/null || code=$?
  runs=$((runs + 1))
  expect_safe "$code" "$@"
}

levels="--levels rack"
for file in *; do
  case $file in out | junit.xml) continue ;; esac
  for command in validate "validate --strict" "validate -o json" render simulate check compare explain "explain -o json" \
    test swarm capacity "capacity --nodes ../gpu-nodes.yaml $levels" "place --nodes ../gpu-nodes.yaml $levels"; do
    run $command "$file"
  done
  run simulate --scenario "$file" ../vllm.yaml
  run place ../vllm.yaml --nodes "$file" $levels
  run validate --old "$file" ../vllm.yaml
  rm -f junit.xml
  run test --junit junit.xml "$file"
  if [ -s junit.xml ] && ! python3 -c 'import sys, xml.etree.ElementTree as t; t.parse(sys.argv[1])' junit.xml; then
    fail "no XML: test --junit of $file"
  fi
done
if [ "$runs" -lt 500 ]; then fail "only $runs runs"; fi

# told CODE TEXT COMMAND...: the exit code, and what the errors say.
told() {
  local code=$1 text=$2 actual=0
  shift 2
  "$@" 2> errors || actual=$?
  if [ "$actual" -ne "$code" ] || ! grep -q "$text" errors; then
    fail "exit code $actual, wanted $code and \"$text\": $*: $(head -c 300 errors)"
  fi
}
vllm=../vllm.yaml
into_full_disk() { "$@" > /dev/full; }
into_closed_output() { "$@" >&-; }
into_nobody() {
  { "$@"; echo $? > code; } | true
  return "$(cat code)"
}
for command in "validate $vllm" "render $vllm" "simulate $vllm" crd "--help" "simulate --help"; do
  told 3 "output cannot be written" into_full_disk "$lwsctl" $command
  told 3 "output cannot be written" into_closed_output "$lwsctl" $command
done
yes '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"n"}}' | head -1000000 > many.json
sleep_then() { sleep 1; "$@"; }
told 3 "output cannot be written" into_nobody sleep_then "$lwsctl" crd
# A file that cannot be written is no wrong use either. Every command that writes one is here.
zones="--nodes ../examples/lwsctl/golden/place/zone-nodes.yaml --levels zone,rack,kubernetes.io/hostname --required rack"
zones="$zones --pods ../examples/lwsctl/golden/place/zone-pods.yaml"
for command in "test --junit /dev/full ../examples/scenarios/tests/bad-image.yaml" \
  "test --report /dev/full ../examples/scenarios/tests/bad-image.yaml" "simulate --report /dev/full $vllm" \
  "compare --report /dev/full $vllm" "simulate --report /dev/full ../examples/lwsctl/golden/disaggregated/small.yaml" \
  "place $zones --report /dev/full ../examples/lwsctl/golden/place/zone-sets.yaml" \
  "defragment $zones --empty rack --report /dev/full ../examples/lwsctl/golden/place/zone-sets.yaml" \
  "explain --complete --save /dev/full ../examples/lwsctl/golden/state.yaml"; do
  told 3 "^lwsctl: /dev/full: cannot be written" "$lwsctl" $command
done
# A program with a sanitizer does not begin within such limits.
if bash -c "ulimit -v 1000000; exec '$lwsctl' --help" > out 2>&1; then
  for limit in 45000 60000 100000 200000; do
    # The libraries alone may need more.
    bash -c "ulimit -v $limit; exec '$lwsctl' --help" > out 2>&1 || continue
    told 3 "not enough memory" bash -c "ulimit -v $limit; exec '$lwsctl' validate many.json"
  done
fi
echo "$runs runs"
exit "$failed"
