#!/usr/bin/env bash
# Every example prints what is written down beside it. UPDATE=DIR writes the outputs there instead.
set -uo pipefail
failed=0

check() {  # name, expected exit code, command...
  local name=$1 code=$2 actual=0
  shift 2
  "$@" > "$TEST_TMPDIR/$name" 2>&1 || actual=$?
  if [ -n "${UPDATE:-}" ]; then cp "$TEST_TMPDIR/$name" "$UPDATE/$name"; return; fi
  if [ "$actual" -ne "$code" ]; then echo "$name: exit code $actual, expected $code"; failed=1; fi
  diff -u "examples/lwsctl/golden/$name" "$TEST_TMPDIR/$name" || { echo "$name differs"; failed=1; }
}

lwsctl=examples/lwsctl/lwsctl
manifests=examples/manifests
check simulate-vllm.txt 0 $lwsctl simulate $manifests/vllm.yaml
check simulate-keep-budget.txt 0 $lwsctl simulate --policy keep-budget $manifests/vllm.yaml
check simulate-replace-unready-first.txt 0 $lwsctl simulate --policy replace-unready-first $manifests/vllm.yaml
check simulate-unknown-policy.txt 1 $lwsctl simulate --policy best-effort $manifests/vllm.yaml
check simulate-tpu.txt 0 $lwsctl simulate $manifests/tpu.yaml
check simulate-bad-image.txt 0 $lwsctl simulate --scenario examples/scenarios/bad-image.yaml $manifests/vllm.yaml
check simulate-lost-node.json 0 $lwsctl simulate -o json --scenario examples/scenarios/lost-node.yaml $manifests/vllm.yaml
sed -e 's/1000000/5000/' -e 's/maxUnavailable: 1000/maxUnavailable: 2%/' $manifests/million-groups.yaml > "$TEST_TMPDIR/groups.yaml"
check simulate-groups.txt 0 $lwsctl simulate --max-unavailable-statefulset "$TEST_TMPDIR/groups.yaml"
check simulate-groups.json 0 $lwsctl simulate -o json --scenario examples/scenarios/scale-and-fail.yaml "$TEST_TMPDIR/groups.yaml"
check simulate-canary.txt 0 $lwsctl simulate --policy keep-budget --scenario examples/scenarios/canary.yaml $manifests/vllm.yaml
check simulate-groups-restarts.txt 1 $lwsctl simulate --scenario examples/scenarios/canary.yaml "$TEST_TMPDIR/groups.yaml"
check simulate-groups-nodes.txt 1 $lwsctl simulate --scenario examples/scenarios/lost-node.yaml "$TEST_TMPDIR/groups.yaml"
check explain.json 0 $lwsctl explain -o json --complete --now 2026-01-01T00:00:00Z examples/lwsctl/golden/state.yaml
check render-volume-claims.yaml 0 $lwsctl render $manifests/volume-claims.yaml
check validate.txt 0 $lwsctl validate $manifests/*.yaml
check validate-broken.txt 1 $lwsctl validate examples/lwsctl/golden/broken.yaml
check explain.txt 0 $lwsctl explain --complete --now 2026-01-01T00:00:00Z examples/lwsctl/golden/state.yaml
check explain-open.txt 0 $lwsctl explain --now 2026-01-01T00:00:00Z examples/lwsctl/golden/state.yaml
check explain-nothing.txt 1 $lwsctl explain examples/clusters/gpu-nodes.yaml
check render-pods.yaml 0 $lwsctl render --pods --groups 1 --scheduler-provider volcano $manifests/tpu.yaml
check simulate-not-finished.txt 1 $lwsctl simulate --scenario examples/lwsctl/golden/no-room.yaml $manifests/vllm.yaml
check unreadable.txt 1 $lwsctl validate examples/lwsctl/golden/unreadable.yaml
cluster="--nodes examples/clusters/gpu-nodes.yaml --pods examples/clusters/gpu-pods.yaml"
levels="--levels example.com/block,example.com/rack,kubernetes.io/hostname"
check place-vllm.txt 1 $lwsctl place $manifests/vllm.yaml $cluster $levels --required example.com/rack
check place-vllm.json 1 $lwsctl place -o json $manifests/vllm.yaml $cluster $levels --profile least-free
check place-sglang.txt 1 $lwsctl place $manifests/sglang-subgroups.yaml $cluster $levels --required example.com/block
check place-unknown-level.txt 2 $lwsctl place $manifests/vllm.yaml $cluster $levels --required example.com/row
tests=examples/scenarios/tests
check test.txt 1 $lwsctl test --junit "$TEST_TMPDIR/junit.xml" --report "$TEST_TMPDIR/report.html" $tests/*.yaml
check test-junit.xml 0 cat "$TEST_TMPDIR/junit.xml"
check test-report-sections.txt 0 grep -c '<h2>' "$TEST_TMPDIR/report.html"
check test-unknown-expectation.txt 1 $lwsctl test examples/lwsctl/golden/unknown-expectation.yaml
check check-reference.txt 1 $lwsctl check $manifests/vllm.yaml
check check-keep-budget.txt 0 $lwsctl check --policy keep-budget --faults 2 --every-state $manifests/vllm.yaml
check check-scaled-down.txt 0 $lwsctl check --policy replace-unready-first $manifests/million-groups.yaml
check check-lag.txt 0 $lwsctl check --policy keep-budget --lag $manifests/vllm.yaml
check swarm-reference.txt 1 $lwsctl swarm
check swarm-replayed.txt 1 $lwsctl swarm examples/lwsctl/golden/swarm-reference.txt
check swarm-keep-budget.txt 0 $lwsctl swarm --policy keep-budget --seeds 100
check compare.txt 0 $lwsctl compare $manifests/vllm.yaml
check help.txt 0 $lwsctl --help
check minimal-host.txt 0 examples/minimal_host

# What --save wrote explains the same, but for what pods wait for, which decisions do not read.
$lwsctl explain --now 2026-01-01T00:00:00Z --save "$TEST_TMPDIR/saved" examples/lwsctl/golden/state.yaml > /dev/null
check explain-saved.txt 0 $lwsctl explain --complete --now 2026-01-01T00:00:00Z "$TEST_TMPDIR/saved"
exit $failed
