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
# Twenty thousand pods. The limit of the processor's time breaks off work that grows with the square of their number.
{
  cat <<'END'
{"apiVersion":"leaderworkerset.x-k8s.io/v1","kind":"LeaderWorkerSet","metadata":{"name":"s","namespace":"n","uid":"u"},
 "spec":{"replicas":5000,"leaderWorkerTemplate":{"size":4,"workerTemplate":{"spec":{"containers":[{"name":"c","image":"c:1"}]}}}}}
END
  awk 'BEGIN {
    for (group = 0; group < 5000; ++group) {
      for (worker = 0; worker < 4; ++worker) {
        printf "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"namespace\":\"n\",\"name\":\"s-%d%s\",", group, worker ? "-" worker : ""
        printf "\"labels\":{\"leaderworkerset.sigs.k8s.io/name\":\"s\",\"leaderworkerset.sigs.k8s.io/group-index\":\"%d\",", group
        printf "\"leaderworkerset.sigs.k8s.io/worker-index\":\"%d\"}}}\n", worker
      }
    }
  }'
} > many-pods.json
{
  echo '$ lwsctl explain many-pods.json'
  bash -c "ulimit -t 10; exec '$lwsctl' explain many-pods.json" 2>&1
  echo "(exit $?)"
} >> actual.txt
# The largest size and the most groups that admission takes, on a node without limits. What a command does must not grow
# with them.
cat > largest-size.yaml <<'END'
apiVersion: leaderworkerset.x-k8s.io/v1
kind: LeaderWorkerSet
metadata: {name: s, namespace: default}
spec:
  replicas: 1
  leaderWorkerTemplate: {size: 2147483647, workerTemplate: {spec: {containers: [{name: c, image: "c:1"}]}}}
END
sed 's/replicas: 1/replicas: 1000000/; s/2147483647/2/' largest-size.yaml > most-groups.yaml
cat > endless-node.yaml <<'END'
apiVersion: v1
kind: Node
metadata: {name: a, labels: {rack: r}}
status: {allocatable: {cpu: "2147483647", pods: "2147483647"}}
END
cat > running-pod.yaml <<'END'
apiVersion: v1
kind: Pod
metadata:
  name: s-0
  labels: {leaderworkerset.sigs.k8s.io/name: s, leaderworkerset.sigs.k8s.io/group-index: "0"}
spec: {nodeName: a}
END
cat > most-roles.yaml <<'END'
apiVersion: disaggregatedset.x-k8s.io/v1
kind: DisaggregatedSet
metadata: {name: s}
spec:
  slices: 100
  roles:
  - {name: a, spec: {replicas: 1000000, leaderWorkerTemplate: {size: 1, workerTemplate: {spec: {containers: [{name: c, image: "c:1"}]}}}}}
  - {name: b, spec: {replicas: 1, leaderWorkerTemplate: {size: 2147483647, workerTemplate: {spec: {containers: [{name: c, image: "c:1"}]}}}}}
END
limits="-t 10 -v 2000000"
# A program with AddressSanitizer reserves more than any limit of memory allows.
bash -c "ulimit $limits; exec '$lwsctl' --help" > /dev/null 2>&1 || limits="-t 10"
bounded() {  # FILE COMMAND...
  echo
  echo "\$ lwsctl ${*:2} $1 | tail -3"
  bash -c "ulimit $limits; exec '$lwsctl' ${*:2} $1" 2>&1 | tail -3
  echo "(exit ${PIPESTATUS[0]})"
}
nodes="--nodes endless-node.yaml --levels rack"
pods="$nodes --pods running-pod.yaml"
{
  for command in validate render "diff largest-size.yaml" "render --pods" simulate compare "check" "place $nodes" \
    "place $pods" "place $nodes --together rack" "capacity $pods" "defragment $pods --empty rack"; do
    bounded largest-size.yaml $command
  done
  for command in render "render --pods" "render --pods --groups 0,999999" "place $nodes" "place $pods --together rack" \
    "capacity $pods" "defragment $pods --empty rack"; do
    bounded most-groups.yaml $command
  done
  for command in validate render "render --pods" simulate compare "place $pods" "capacity $nodes" \
    "capacity $nodes --groups surge"; do
    bounded most-roles.yaml $command
  done
  bounded gpu-set.yaml place $nodes --more 1000000
  bounded roles-set.yaml place $nodes --more 1000000
  bounded gpu-set.yaml place $nodes --size 2147483647
} >> actual.txt
if [ -n "${UPDATE:-}" ]; then cp actual.txt "$UPDATE"; exit; fi
diff -u expected.txt actual.txt
