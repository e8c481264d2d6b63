#!/usr/bin/env bash
# Exit codes mean the same for every command: 0 as wished, 1 a finding, 2 a flag or file that cannot be read. Every
# command takes -o, refuses formats that it does not know, and says the same in JSON and in YAML.
set -uo pipefail
lwsctl=examples/lwsctl/lwsctl
golden=examples/lwsctl/golden
manifests=examples/manifests
nodes="--nodes examples/clusters/gpu-nodes.yaml --levels example.com/rack"
zones="--nodes $golden/place/zone-nodes.yaml --levels zone,rack,kubernetes.io/hostname --required rack"
running="$zones --pods $golden/place/zone-pods.yaml"
failed=0

# Every command, with what it needs besides FILE.
commands=(
  "validate" "render" "simulate" "test" "check" "swarm" "compare" "place $nodes" "capacity $nodes" "defragment $running --empty rack"
  "explain" "diff" "crd" "install" "status --kubeconfig $golden/diff/old.yaml" "pause" "resume" "promote" "restart" "undo"
)

expect() {  # code, words
  local code=$1 actual=0
  shift
  timeout 120 $lwsctl "$@" > "$TEST_TMPDIR/out" 2>&1 < /dev/null || actual=$?
  if [ "$actual" -ne "$code" ]; then
    echo "lwsctl $*: exit code $actual, expected $code"
    head -5 "$TEST_TMPDIR/out"
    failed=1
  fi
}

# The words are as wished and their documents equal, or they are a finding.
expect_documents() {  # code, words
  local form actual
  expect "$@"
  local code=$1
  shift
  for form in json yaml; do
    actual=0
    $lwsctl "$@" -o $form > "$TEST_TMPDIR/$form" 2> /dev/null || actual=$?
    if [ "$actual" -ne "$code" ]; then echo "lwsctl $* -o $form: exit code $actual, expected $code"; failed=1; fi
  done
  python3 - "$TEST_TMPDIR/json" "$TEST_TMPDIR/yaml" << 'END' || { echo "lwsctl $*: JSON and YAML differ"; failed=1; }
import json, sys, yaml
with open(sys.argv[1]) as file:
    as_json = json.load(file)
with open(sys.argv[2]) as file:
    as_yaml = list(yaml.load_all(file, Loader=yaml.BaseLoader))
if len(as_yaml) != 1 or isinstance(as_json, dict) and as_json.get("kind") == "List":
    as_yaml = {"apiVersion": "v1", "kind": "List", "items": as_yaml}
else:
    as_yaml = as_yaml[0]

def texts(value):  # YAML's base loader reads all scalars as texts.
    if isinstance(value, dict):
        return {key: texts(below) for key, below in value.items()}
    if isinstance(value, list):
        return [texts(below) for below in value]
    if isinstance(value, float):
        return float(value)
    return value if isinstance(value, str) else json.dumps(value)

def same(a, b):
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    return float(b) == a if isinstance(a, float) else a == b

sys.exit(0 if same(texts(as_json), as_yaml) else 1)
END
}

for command in "${commands[@]}"; do
  expect 0 $command --help
  expect 0 $command -h
  expect 0 help ${command%% *}
  expect 2 $command --no-such-flag
  expect 2 $command -o
  expect 2 $command -o xml
  expect 2 $command -o json -o json
  grep -q -- '-o: is given twice' "$TEST_TMPDIR/out" || { echo "$command: does not name the flag that is given twice"; failed=1; }
  expect 2 $command absent-a.yaml absent-b.yaml absent-c.yaml
  case $command in swarm | crd | install) continue ;; esac
  expect 2 $command
done
printf 'a: [1\n' > "$TEST_TMPDIR/unreadable.yaml"
for command in validate render simulate test check swarm compare "place $nodes" "capacity $nodes" \
  "defragment $running --empty rack" explain diff; do
  expect 2 $command "$TEST_TMPDIR/unreadable.yaml"
  expect 2 $command absent.yaml
done
sed 's/^  replicas: .*/  replicas: -1/' $manifests/vllm.yaml > "$TEST_TMPDIR/refused.yaml"
for command in validate render simulate check compare "place $nodes" "place $nodes --together example.com/rack" \
  "place $nodes --spread example.com/rack" "capacity $nodes" "capacity $nodes --groups surge" \
  "defragment $running --empty rack"; do
  expect 1 $command "$TEST_TMPDIR/refused.yaml"
done
for command in validate render simulate check compare; do
  sed 's/^spec:/spec:\n  replica: 1/' $manifests/vllm.yaml > "$TEST_TMPDIR/unknown.yaml"
  expect 1 $command --strict "$TEST_TMPDIR/unknown.yaml"
done
expect 2
expect 2 no-such-command
expect 0 --help
expect 0 -h
expect 0 help
expect 0 --version
grep -q "commit $(sed -n 's/.*at commit \([0-9a-f]*\) .*/\1/p' README.md | head -1)" "$TEST_TMPDIR/out" ||
  { echo "--version names another commit than README.md"; failed=1; }

scenarios=examples/scenarios
roles=$golden/disaggregated
expect_documents 0 validate $manifests/vllm.yaml
expect_documents 1 validate $golden/broken.yaml
expect_documents 0 render $manifests/vllm.yaml
expect_documents 0 simulate $manifests/vllm.yaml
expect_documents 1 simulate --scenario $golden/no-room.yaml $manifests/vllm.yaml
expect_documents 0 simulate $roles/small.yaml
expect_documents 0 test $scenarios/tests/roles-keep-their-budgets.yaml
expect_documents 1 test $roles/fails-test.yaml
expect_documents 1 check $manifests/vllm.yaml
expect_documents 0 check --policy keep-budget $manifests/vllm.yaml
expect_documents 0 check --policy keep-budget --all 2
expect_documents 1 check --all 2
expect_documents 0 swarm --policy keep-budget --seeds 3
expect_documents 1 swarm
expect_documents 1 swarm $golden/swarm-reference.txt
expect_documents 0 compare $manifests/vllm.yaml
expect_documents 0 compare $roles/small.yaml
expect_documents 0 explain --complete --now 2026-01-01T00:00:00Z $golden/state.yaml
expect_documents 0 diff $golden/diff/old.yaml $golden/diff/old.yaml
expect_documents 1 diff $golden/diff/old.yaml $golden/diff/image-and-scale.yaml
expect 1 diff $golden/diff/old.yaml $golden/diff/refused.yaml
expect_documents 1 place $golden/place/zone-set.yaml $zones --spread zone --most-in-domain 1
expect_documents 0 place $golden/place/zone-large-set.yaml $running --priority 0
expect_documents 1 place $golden/place/zone-set.yaml $zones --size 4
expect_documents 0 capacity $golden/place/zone-set.yaml $zones --groups surge
expect_documents 0 defragment $golden/place/zone-sets.yaml $running --empty rack
expect_documents 0 defragment $golden/place/zone-sets.yaml $running --room-for large
for words in "--together rack --spread zone" "--most-in-domain 1" "--priority low" "--size 0" "--report" \
  "--more 2147483647" "--together rack --more 2147483647"; do
  expect 2 place $golden/place/zone-set.yaml $zones $words
done
expect 2 place $golden/place/zone-set.yaml $zones --report absent/page.html
expect 2 capacity $golden/place/zone-set.yaml $zones --groups many
expect 2 defragment $golden/place/zone-sets.yaml $running
expect 2 defragment $golden/place/zone-sets.yaml $running --empty zones
expect 2 defragment $golden/place/zone-sets.yaml $running --room-for other
expect 2 defragment $golden/place/zone-sets.yaml $running --empty rack --report absent/page.html
for command in simulate compare; do
  expect 2 $command --scenario $golden/missing-target/scenario.yaml $manifests/vllm.yaml
done
expect 2 simulate --scenario $golden/missing-target/roles.yaml $manifests/disaggregated.yaml
expect 2 test $golden/missing-target/test.yaml
expect_documents 2 test $golden/missing-target/test.yaml $roles/fails-test.yaml
expect_documents 0 install --at 192.0.2.1
expect 2 install --at 127.0.0.1
expect_documents 0 crd
expect_documents 0 install
exit $failed
