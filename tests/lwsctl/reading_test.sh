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
# The largest size that admission takes. What a command does must not grow with it.
cat > largest-size.yaml <<'END'
apiVersion: leaderworkerset.x-k8s.io/v1
kind: LeaderWorkerSet
metadata: {name: s, namespace: default}
spec:
  replicas: 1
  leaderWorkerTemplate: {size: 2147483647, workerTemplate: {spec: {containers: [{name: c, image: "c:1"}]}}}
END
limits="-t 10 -v 2000000"
# A program with AddressSanitizer reserves more than any limit of memory allows.
bash -c "ulimit $limits; exec '$lwsctl' --help" > /dev/null 2>&1 || limits="-t 10"
for command in validate render "diff largest-size.yaml"; do
  echo
  echo "\$ lwsctl $command largest-size.yaml | tail -3"
  bash -c "ulimit $limits; exec '$lwsctl' $command largest-size.yaml" 2>&1 | tail -3
  echo "(exit ${PIPESTATUS[0]})"
done >> actual.txt
if [ -n "${UPDATE:-}" ]; then cp actual.txt "$UPDATE"; exit; fi
diff -u expected.txt actual.txt
