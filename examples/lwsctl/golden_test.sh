#!/usr/bin/env bash
# Every example prints what is written down beside it. UPDATE=DIR writes the outputs there instead.
set -uo pipefail
failed=0

check() {  # name, expected exit code, command...
  local name=$1 code=$2 actual=0
  shift 2
  mkdir -p "$(dirname "$TEST_TMPDIR/$name")"
  "$@" > "$TEST_TMPDIR/$name" 2>&1 || actual=$?
  if [ -n "${UPDATE:-}" ]; then
    mkdir -p "$(dirname "$UPDATE/$name")"
    cp "$TEST_TMPDIR/$name" "$UPDATE/$name"
    return
  fi
  if [ "$actual" -ne "$code" ]; then echo "$name: exit code $actual, expected $code"; failed=1; fi
  diff -u "examples/lwsctl/golden/$name" "$TEST_TMPDIR/$name" || { echo "$name differs"; failed=1; }
}

lwsctl=examples/lwsctl/lwsctl
manifests=examples/manifests
check simulate-vllm.txt 0 $lwsctl simulate $manifests/vllm.yaml
check simulate-keep-budget.txt 0 $lwsctl simulate --policy keep-budget $manifests/vllm.yaml
check simulate-replace-unready-first.txt 0 $lwsctl simulate --policy replace-unready-first $manifests/vllm.yaml
check simulate-unknown-policy.txt 2 $lwsctl simulate --policy best-effort $manifests/vllm.yaml
annotated=examples/lwsctl/golden/annotated
check annotated/simulate.txt 0 $lwsctl simulate $annotated/set.yaml
check annotated/overruled.txt 0 $lwsctl simulate --policy reference --scenario $annotated/scenario.yaml $annotated/set.yaml
check annotated/compare.txt 0 $lwsctl compare $annotated/set.yaml
check annotated/wrong-rollout.txt 2 $lwsctl simulate $annotated/wrong-rollout.yaml
check annotated/wrong-restarts.txt 2 $lwsctl compare $annotated/wrong-restarts.yaml
check simulate-tpu.txt 0 $lwsctl simulate $manifests/tpu.yaml
check simulate-bad-image.txt 0 $lwsctl simulate --scenario examples/scenarios/bad-image.yaml $manifests/vllm.yaml
check simulate-lost-node.json 0 $lwsctl simulate -o json --scenario examples/scenarios/lost-node.yaml $manifests/vllm.yaml
sed -e 's/1000000/5000/' -e 's/maxUnavailable: 1000/maxUnavailable: 2%/' $manifests/million-groups.yaml > "$TEST_TMPDIR/groups.yaml"
check simulate-groups.txt 0 $lwsctl simulate --max-unavailable-statefulset "$TEST_TMPDIR/groups.yaml"
check simulate-groups.json 0 $lwsctl simulate -o json --scenario examples/scenarios/scale-and-fail.yaml "$TEST_TMPDIR/groups.yaml"
check simulate-canary.txt 0 $lwsctl simulate --policy keep-budget --scenario examples/scenarios/canary.yaml $manifests/vllm.yaml
sed -e 's/1000000/1100/' -e 's/size: 8/size: 1/' $manifests/million-groups.yaml > "$TEST_TMPDIR/many.yaml"
check simulate-groups-restarts.txt 0 $lwsctl simulate --scenario examples/scenarios/canary.yaml "$TEST_TMPDIR/many.yaml"
check simulate-groups-nodes.txt 1 $lwsctl simulate --scenario examples/lwsctl/golden/few-nodes.yaml "$TEST_TMPDIR/many.yaml"
check missing-target-simulate.txt 2 $lwsctl simulate --scenario examples/lwsctl/golden/missing-target/scenario.yaml \
  $manifests/vllm.yaml
check missing-target-compare.txt 2 $lwsctl compare --scenario examples/lwsctl/golden/missing-target/scenario.yaml \
  $manifests/vllm.yaml
check missing-target-groups.txt 2 $lwsctl compare --scenario examples/lwsctl/golden/missing-target/groups.yaml \
  "$TEST_TMPDIR/groups.yaml"
check missing-target-roles.txt 2 $lwsctl simulate --scenario examples/lwsctl/golden/missing-target/roles.yaml \
  $manifests/disaggregated.yaml
check missing-target-test.txt 2 $lwsctl test examples/lwsctl/golden/missing-target/test.yaml
check explain.json 0 $lwsctl explain -o json --complete --now 2026-01-01T00:00:00Z examples/lwsctl/golden/state.yaml
# The policies in a set's annotations, and one that does not parse.
annotate() { sed "s|uid: set-uid,|uid: set-uid, annotations: {lws-policies/controls: '$1'},|" examples/lwsctl/golden/state.yaml; }
annotate '{"paused": true}' > "$TEST_TMPDIR/paused.yaml"
annotate '{"pausd": true}' > "$TEST_TMPDIR/misspelt.yaml"
check explain-paused.txt 0 $lwsctl explain --complete --now 2026-01-01T00:00:00Z "$TEST_TMPDIR/paused.yaml"
check explain-misspelt.txt 0 $lwsctl explain --complete --now 2026-01-01T00:00:00Z "$TEST_TMPDIR/misspelt.yaml"
check render-volume-claims.yaml 0 $lwsctl render $manifests/volume-claims.yaml
check validate.txt 0 $lwsctl validate $manifests/*.yaml
check validate-broken.txt 1 $lwsctl validate examples/lwsctl/golden/broken.yaml
golden=examples/lwsctl/golden
# The set is the first object of the file.
check explain-at-rest.txt 0 $lwsctl explain $golden/at-rest.yaml
sed '0,/image: c:1/s//image: c:2/' $golden/at-rest.yaml > "$TEST_TMPDIR/new-template.yaml"
check explain-new-template.txt 0 $lwsctl explain "$TEST_TMPDIR/new-template.yaml"
sed '0,/replicas: 2/s//replicas: 4/' $golden/at-rest.yaml > "$TEST_TMPDIR/scaled-up.yaml"
check explain-scaled-up.txt 0 $lwsctl explain "$TEST_TMPDIR/scaled-up.yaml"
sed '0,/replicas: 2/s//replicas: 1/' $golden/at-rest.yaml > "$TEST_TMPDIR/scaled-down.yaml"
check explain-scaled-down.txt 0 $lwsctl explain "$TEST_TMPDIR/scaled-down.yaml"
check simulate-scaled-while-down.txt 0 $lwsctl simulate --scenario $golden/scaled-while-down.yaml $manifests/vllm.yaml
for command in "simulate -o json" "compare -o yaml" "check -o json" "diff -o json $golden/diff/old.yaml" "diff -o yaml $golden/diff/old.yaml" \
  "place -o json --nodes $golden/place/four-nodes.yaml --levels rack" "capacity -o json --nodes $golden/place/four-nodes.yaml --levels rack"; do
  $lwsctl $command $golden/diff/refused.yaml
  echo "$command: exit code $?"
done > "$TEST_TMPDIR/refused-documents" 2>&1
check refused-documents.txt 0 cat "$TEST_TMPDIR/refused-documents"
mistakes=$golden/mistakes
four_nodes="--nodes $golden/place/four-nodes.yaml --levels"
for words in "explain $mistakes/with-service.yaml" "validate $mistakes/overhead.yaml" "validate -o json $mistakes/overhead.yaml" \
  "simulate $mistakes/overhead.yaml" "validate $mistakes/kind-nod.yaml" "validate --old $mistakes/two-old $golden/diff/old.yaml" \
  "validate --old $golden/diff/old.yaml $golden/diff/dump.yaml" "place $golden/diff/old.yaml $four_nodes typo" \
  "place $golden/diff/old.yaml $four_nodes rakc,kubernetes.io/hostname"; do
  $lwsctl $words
  echo "$words: exit code $?"
done > "$TEST_TMPDIR/mistakes" 2>&1
check mistakes.txt 0 cat "$TEST_TMPDIR/mistakes"
check simulate-refused-template.txt 1 $lwsctl simulate $golden/refused-templates/restart-never.yaml
check simulate-refused-pods.txt 1 $lwsctl simulate $golden/refused-templates/topology-key.yaml
check simulate-refused-claims.txt 1 $lwsctl simulate --scenario $golden/claims-scenario.yaml $golden/claims.yaml
check validate-refused-templates.txt 0 $lwsctl validate $golden/refused-templates
check validate-folder.txt 1 $lwsctl validate $golden/validate-folder
check validate-folder.json 1 $lwsctl validate -o json $golden/validate-folder
check validate-old.txt 0 $lwsctl validate --old $golden/claims.yaml $golden/claims-changed.yaml
check validate-old-refused.txt 1 $lwsctl validate --old $golden/claims.yaml $golden/sizes-changed.yaml $golden/validate-folder/app-wrapper.yaml
check validate-nothing.txt 2 $lwsctl validate --old $golden/claims.yaml
check validate-empty.txt 0 $lwsctl validate $golden/validate-folder/empty.yaml
for command in validate render explain simulate "place --nodes n --levels l"; do
  $lwsctl $command -o xml $manifests/vllm.yaml
  echo "$command: exit code $?"
done > "$TEST_TMPDIR/formats" 2>&1
check unknown-formats.txt 0 cat "$TEST_TMPDIR/formats"
check explain.txt 0 $lwsctl explain --complete --now 2026-01-01T00:00:00Z examples/lwsctl/golden/state.yaml
check explain-open.txt 0 $lwsctl explain --now 2026-01-01T00:00:00Z examples/lwsctl/golden/state.yaml
check explain-nothing.txt 1 $lwsctl explain examples/clusters/gpu-nodes.yaml
check render-pods.yaml 0 $lwsctl render --pods --groups 1 --scheduler-provider volcano $manifests/tpu.yaml
check simulate-not-finished.txt 1 $lwsctl simulate --scenario examples/lwsctl/golden/no-room.yaml $manifests/vllm.yaml
check unreadable.txt 2 $lwsctl validate examples/lwsctl/golden/unreadable.yaml
cluster="--nodes examples/clusters/gpu-nodes.yaml --pods examples/clusters/gpu-pods.yaml"
levels="--levels example.com/block,example.com/rack,kubernetes.io/hostname"
check place-vllm.txt 1 $lwsctl place $manifests/vllm.yaml $cluster $levels --required example.com/rack
check place-vllm.json 1 $lwsctl place -o json $manifests/vllm.yaml $cluster $levels --profile least-free
check place-sglang.txt 1 $lwsctl place $manifests/sglang-subgroups.yaml $cluster $levels --required example.com/block
check place-unknown-level.txt 2 $lwsctl place $manifests/vllm.yaml $cluster $levels --required example.com/row
place=examples/lwsctl/golden/place
racks="--levels rack,kubernetes.io/hostname"
four="--nodes $place/four-nodes.yaml $racks"
check place-even.txt 0 $lwsctl place $place/even-set.yaml --nodes $place/even-nodes.yaml $racks \
  --preferred rack --subgroup kubernetes.io/hostname --profile balanced
check place-even-racks.txt 0 $lwsctl place $place/racks-of-one-set.yaml --nodes $place/racks-of-one-nodes.yaml \
  --levels block,rack,kubernetes.io/hostname --preferred block --subgroup rack --profile balanced
check place-exclusive-two-sets.txt 0 $lwsctl place $place/exclusive-two-sets.yaml $four
check place-exclusive-pods.txt 0 $lwsctl place $place/exclusive-set.yaml --pods $place/exclusive-pods.yaml $four
cpu_leader="--nodes $place/cpu-leader-nodes.yaml $racks"
check place-cpu-leader.txt 0 $lwsctl place $place/cpu-leader-set.yaml $cpu_leader
check place-cpu-leader-plain.txt 0 $lwsctl place $place/cpu-leader-plain.yaml $cpu_leader
check place-cpu-leader-required.txt 1 $lwsctl place $place/cpu-leader-plain.yaml $cpu_leader --required rack
check place-subgroups.txt 1 $lwsctl place $place/subgroups-set.yaml --nodes $place/subgroups-nodes.yaml $racks \
  --preferred rack --subgroup kubernetes.io/hostname
check place-apart-one-node.txt 1 $lwsctl place $place/rules-apart.yaml --nodes $place/one-node.yaml $racks
check place-apart.txt 0 $lwsctl place $place/rules-apart.yaml $four
check place-near.txt 1 $lwsctl place $place/rules-affinity.yaml $four
check place-spread.txt 0 $lwsctl place $place/rules-spread.yaml $four
check place-node-name.txt 0 $lwsctl place $place/rules-nodename.yaml $four
check place-claims.txt 0 $lwsctl place $place/rules-dra.yaml $four
check place-claims.json 0 $lwsctl place -o json $place/rules-dra.yaml $four
running="$place/running-set.yaml --pods $place/running-pods.yaml $four"
check place-running.txt 0 $lwsctl place $running
check place-running.json 0 $lwsctl place -o json $running
check place-running-more.txt 1 $lwsctl place $running --more 1
check place-running-lost.txt 1 $lwsctl place $running --lost a2
for size in size-1 size-2 no-groups; do
  check place-unknown-subgroup-level.txt 2 $lwsctl place $place/unknown-level-$size.yaml \
    --nodes $place/unknown-level-nodes.yaml $racks --subgroup typo
done
check place-kueue.txt 0 $lwsctl place $place/kueue-set.yaml $four
for edit in 's/podset-slice-size: .*/podset-slice-size: "x"/' 's/podset-slice-size: .*/podset-slice-size: "3"/' '/podset-slice-size/d' \
  's/slice-required-topology: .*/slice-required-topology: row/'; do
  sed -e "$edit" $place/kueue-set.yaml > "$TEST_TMPDIR/kueue.yaml"
  for command in place capacity; do $lwsctl $command "$TEST_TMPDIR/kueue.yaml" $four; done
done > "$TEST_TMPDIR/kueue-mistakes" 2>&1
check place-kueue-mistakes.txt 0 sed 's|/[^ ]*/kueue.yaml|kueue.yaml|' "$TEST_TMPDIR/kueue-mistakes"
check place-kueue-overridden.txt 2 $lwsctl place $place/kueue-set.yaml $four --required row
zones="--nodes $place/zone-nodes.yaml --levels zone,rack,kubernetes.io/hostname"
check place-spread-zones.txt 0 $lwsctl place $place/zone-set.yaml $zones --required rack --spread zone
check place-spread-most.txt 1 $lwsctl place $place/zone-set.yaml $zones --required rack --spread zone --most-in-domain 1
check place-spread-refused.txt 2 $lwsctl place $place/zone-set.yaml $zones --most-in-domain 1
low="--pods $place/zone-pods.yaml --required rack"
check place-priority.txt 0 $lwsctl place $place/zone-large-set.yaml $zones $low --priority 0
check place-priority.json 0 $lwsctl place -o json $place/zone-large-set.yaml $zones $low --priority 0
check place-priority-too-low.txt 1 $lwsctl place $place/zone-large-set.yaml $zones $low --priority -10
check place-within.txt 1 $lwsctl place $place/zone-set.yaml $zones --required zone --preferred rack --size 3
check place-within-wider.txt 2 $lwsctl place $place/zone-set.yaml $zones --required rack --preferred zone
check place-layers.txt 1 $lwsctl place $place/zone-set.yaml $zones --size 4 --subgroups 4=zone,4=rack,2=kubernetes.io/hostname
check place-layers-malformed.txt 2 $lwsctl place $place/zone-set.yaml $zones --subgroups 4
check place-resized.txt 1 $lwsctl place $running --size 4
$lwsctl place $place/zone-set.yaml $zones --required rack --report "$TEST_TMPDIR/page.html" > /dev/null
check place-report.html 0 cat "$TEST_TMPDIR/page.html"
gb200="$place/gb200-sets.yaml --nodes $place/gb200-nodes.yaml --required nvidia.com/gpu.clique"
gb200="$gb200 --levels example.com/block,nvidia.com/gpu.clique,kubernetes.io/hostname"
check place-together.txt 0 $lwsctl place $gb200 --together example.com/block
check place-together.json 0 $lwsctl place -o json $gb200 --together example.com/block
check place-together-no-room.txt 1 $lwsctl place $gb200 --together nvidia.com/gpu.clique
$lwsctl place $gb200 --together example.com/block --report "$TEST_TMPDIR/together.html" > /dev/null
check place-together-report.txt 0 grep -o 'class="told" style[^>]*' "$TEST_TMPDIR/together.html"
$lwsctl place $place/zone-set.yaml $zones --required rack --spread zone --report "$TEST_TMPDIR/spread.html" > /dev/null
check place-spread-report.txt 0 grep -o 'class="told" style[^>]*' "$TEST_TMPDIR/spread.html"
check place-together-sizes.txt 0 $lwsctl place $gb200 --together example.com/block --size decode=2
check place-together-priority.txt 1 $lwsctl place $gb200 --together nvidia.com/gpu.clique --priority 5
check place-together-more.txt 1 $lwsctl place $gb200 --together example.com/block --more 2
check place-spread-priority.txt 0 $lwsctl place $place/zone-large-set.yaml $zones $low --spread zone --most-in-domain 1 --priority 0
tied="$place/tied-set.yaml --nodes $place/tied-nodes.yaml --pods $place/tied-pods.yaml $racks --required rack"
check place-tied.txt 0 $lwsctl place $tied
check place-keep-empty.txt 0 $lwsctl place $tied --keep-empty
check place-preferred.txt 0 $lwsctl place $place/preferred-set.yaml $zones --required rack
uneven="$place/uneven-set.yaml --nodes $place/uneven-nodes.yaml --levels block,rack,kubernetes.io/hostname"
check place-uneven.txt 0 $lwsctl place $uneven --required block
check place-uneven-rack.txt 1 $lwsctl place $uneven --required rack
shrinking="$place/shrinking-set.yaml --pods $place/shrinking-pods.yaml $zones"
check place-shrunk.txt 0 $lwsctl place $shrinking --size 1
check place-shrunk-not.txt 1 $lwsctl place $shrinking
tpu="$lwsctl place $manifests/tpu-cuboid.yaml --nodes examples/clusters/tpu-nodes.yaml"
tpu="$tpu --levels example.com/cube,kubernetes.io/hostname --required example.com/cube --grid 2x2x4"
tpu="$tpu --coordinates example.com/x,example.com/y,example.com/z"
check place-cuboid.txt 0 $tpu --cuboid 1x1x4 --wrap z
check place-cuboid-turned.txt 1 $tpu --cuboid 1x4x2 --turn --size 8
check place-cuboid-torus.json 0 $tpu --cuboid 1x1x3 --wrap z --size 3 -o json
for words in "--cuboid 1x4" "--cuboid 4y1" "--cuboid 1x1x4 --wrap w" "--cuboid 1x1x4 --spread x" "--cuboid 1x1x5" "--wrap z" \
  "--cuboid 4x1x1"; do
  $tpu $words
  echo "$words: exit code $?"
done > "$TEST_TMPDIR/cuboid-refused" 2>&1
check place-cuboid-refused.txt 0 cat "$TEST_TMPDIR/cuboid-refused"
check place-cuboid-partly.txt 1 $tpu --cuboid 1x1x4 --wrap z --pods examples/lwsctl/golden/place/cuboid-pods.yaml
check place-cuboid-spread.txt 0 $tpu --cuboid 1x1x4 --wrap z --spread example.com/cube
# Of the pods of a group some run: those of lower priority may have to go for the others.
partly="$place/partly-set.yaml $zones --pods $place/partly-pods.yaml --required rack"
check place-partly.txt 1 $lwsctl place $partly
check place-partly-priority.txt 0 $lwsctl place $partly --priority 0
check place-partly-priority.json 0 $lwsctl place $partly --priority 0 -o json
check capacity-partly.txt 0 $lwsctl capacity $partly --groups 4
check capacity-partly-added.txt 1 $lwsctl capacity $partly --groups 5 --add 1=m2
check capacity-partly-surge.txt 1 $lwsctl capacity $partly --groups surge
check capacity-partly-surge.json 0 $lwsctl capacity $partly --groups surge --add 1=m2 -o json
# Sets of one name in two namespaces.
check place-namespaces.txt 0 $lwsctl place $place/namespaces-sets.yaml $zones --required rack --spread rack
check defragment-namespaces.txt 0 $lwsctl defragment $place/namespaces-sets.yaml $zones --pods $place/namespaces-pods.yaml --empty rack
for set in serve other/serve; do
  $lwsctl defragment $place/namespaces-sets.yaml $zones --pods $place/namespaces-pods.yaml --required rack --room-for $set
  echo "$set: exit code $?"
done > "$TEST_TMPDIR/namespaces-room" 2>&1
check defragment-namespaces-room.txt 0 cat "$TEST_TMPDIR/namespaces-room"
for sizes in serve=2 other/serve=1 default/serve=2,other/serve=1 serve=2,default/serve=1 none=1 default/serve=1,default/serve=2 =2 2,1; do
  echo "--size $sizes"
  $lwsctl place $place/namespaces-sets.yaml $zones --required rack --size $sizes
  echo "exit code $?"
done > "$TEST_TMPDIR/namespaces-sizes" 2>&1
check place-namespaces-sizes.txt 0 cat "$TEST_TMPDIR/namespaces-sizes"
# Racks with pods of others are not empty, and what is not looked at is told.
check defragment-others.txt 0 $lwsctl defragment $place/others-sets.yaml $zones --pods $place/others-pods.yaml --empty rack
check defragment-others-room.txt 0 $lwsctl defragment $place/others-sets.yaml $zones --pods $place/others-pods.yaml --room-for serve
check defragment-empty.txt 0 $lwsctl defragment $place/zone-sets.yaml $zones $low --empty rack
check defragment-empty.json 0 $lwsctl defragment $place/zone-sets.yaml $zones $low --empty rack -o json
check defragment-room.txt 0 $lwsctl defragment $place/zone-sets.yaml $zones $low --room-for large
check defragment-room.json 0 $lwsctl defragment $place/zone-sets.yaml $zones $low --room-for large -o json
$lwsctl defragment $place/zone-sets.yaml $zones $low --empty rack --report "$TEST_TMPDIR/moves.html" > /dev/null
check defragment-report-leaves.txt 0 grep -o 'class="told" style[^>]*' "$TEST_TMPDIR/moves.html"
check defragment-unknown-set.txt 2 $lwsctl defragment $place/zone-sets.yaml $zones $low --room-for other
check defragment-both.txt 2 $lwsctl defragment $place/zone-sets.yaml $zones $low --room-for large --empty rack
capacity="$lwsctl capacity $manifests/vllm.yaml $cluster $levels --required example.com/rack"
check capacity.txt 0 $capacity
check capacity.json 1 $capacity -o json --groups 5
check capacity-without.txt 1 $capacity --without b2/r4,node-1 --groups 1
check capacity-added.txt 0 $capacity --add 2=node-7 --groups 2
check capacity-fewest.txt 0 $capacity --add node-7 --groups 5
check capacity-fewest.json 0 $capacity --add node-7 --groups 5 -o json
check capacity-surge.txt 1 $capacity --groups surge
check capacity-apart.txt 0 $lwsctl capacity $place/rules-apart.yaml $four
small="$lwsctl capacity $place/small-leader.yaml $zones"
check capacity-small-leader.txt 0 $small
check capacity-small-leader-fewest.txt 0 $small --groups 9 --add m3
check capacity-exclusive-subgroups.txt 0 $lwsctl capacity $place/exclusive-subgroups.yaml $zones
check capacity-exclusive.txt 0 $capacity --exclusive example.com/rack
for words in "--add node-7" "--add x=node-7" "--add 1=node-x" "--without b3" "--groups many"; do
  $capacity $words
  echo "$words: exit code $?"
done > "$TEST_TMPDIR/capacity-refused" 2>&1
check capacity-refused.txt 0 cat "$TEST_TMPDIR/capacity-refused"
# Some flags may be repeated; all others are refused when they are given twice.
check capacity-repeated.txt 1 $capacity --without b2/r4 --without node-1 --add 1=node-3 --add 1=node-3 --add 2=node-4 --groups 9
check capacity-no-nodes.txt 1 $lwsctl capacity $manifests/vllm.yaml --nodes - $levels --groups 1 < /dev/null
for words in "--groups 1 --groups 2" "--strict --strict" "--add node-7 --add node-8 --groups 1" "--groups 1 --add node-7 --add 1=node-7" \
  "--add 1=node-7 --without node-7" "--preferred example.com/block" "--subgroups 4=example.com/rack,3=kubernetes.io/hostname"; do
  $capacity $words
  echo "$words: exit code $?"
done > "$TEST_TMPDIR/repeated-refused" 2>&1
check capacity-repeated-refused.txt 0 cat "$TEST_TMPDIR/repeated-refused"
check cluster-scenarios.txt 0 $lwsctl test tests/cluster/scenarios/*.yaml
tests=examples/scenarios/tests
check test.txt 1 $lwsctl test --junit "$TEST_TMPDIR/junit.xml" --report "$TEST_TMPDIR/report.html" $tests/[!r]*.yaml $tests/re*.yaml
check test-junit.xml 0 sed -E 's/time="[0-9.]+"/time="WALL"/g' "$TEST_TMPDIR/junit.xml"
check test-report-sections.txt 0 grep -c '<h2>' "$TEST_TMPDIR/report.html"
# A file that cannot be run does not hide the others.
some="$tests/keeps-promise.yaml $golden/wrong-tests/no-expect.yaml $golden/absent.yaml $golden/diff/refused.yaml $tests/bad-image.yaml"
check test-errors.txt 2 $lwsctl test --junit "$TEST_TMPDIR/errors.xml" --report "$TEST_TMPDIR/errors.html" $some
check test-errors.json 2 $lwsctl test -o json $some
check test-errors-junit.xml 0 sed -E 's/time="[0-9.]+"/time="WALL"/g' "$TEST_TMPDIR/errors.xml"
check test-errors-report.txt 0 grep -A5 'class="verdict' "$TEST_TMPDIR/errors.html"
check test-unknown-expectation.txt 2 $lwsctl test examples/lwsctl/golden/unknown-expectation.yaml
check check-reference.txt 1 $lwsctl check $manifests/vllm.yaml
check check-keep-budget.txt 0 $lwsctl check --policy keep-budget --faults 2 --every-state $manifests/vllm.yaml
check check-scaled-down.txt 0 $lwsctl check --policy replace-unready-first $manifests/million-groups.yaml
check check-lag.txt 0 $lwsctl check --policy keep-budget --lag $manifests/vllm.yaml
check swarm-reference.txt 1 $lwsctl swarm
check swarm-replayed.txt 1 $lwsctl swarm examples/lwsctl/golden/swarm-reference.txt
check swarm-keep-budget.txt 0 $lwsctl swarm --policy keep-budget --seeds 100
check disaggregated/swarm-reference.txt 1 $lwsctl swarm --role-policy reference
check disaggregated/swarm-replayed.txt 1 $lwsctl swarm examples/lwsctl/golden/disaggregated/swarm-reference.txt
check disaggregated/swarm-kept.txt 0 $lwsctl swarm --role-policy keep-role-budgets \
  examples/lwsctl/golden/disaggregated/swarm-reference.txt
check disaggregated/swarm-keep-role-budgets.txt 0 $lwsctl swarm --role-policy keep-role-budgets --seeds 10
check disaggregated/swarm-policy.txt 2 $lwsctl swarm --role-policy reference --policy keep-budget
check compare.txt 0 $lwsctl compare $manifests/vllm.yaml
# DisaggregatedSets.
roles=$golden/disaggregated
check disaggregated/validate.txt 1 $lwsctl validate $roles/refused.yaml
check disaggregated/validate.json 1 $lwsctl validate -o json $roles/refused.yaml
check disaggregated/validate-old.txt 1 $lwsctl validate --old $manifests/disaggregated.yaml $roles/changed.yaml
check disaggregated/render.yaml 0 $lwsctl render $manifests/disaggregated.yaml
check disaggregated/render-pods.yaml 0 $lwsctl render --pods --groups 0 $roles/external.yaml
check disaggregated/render-external.yaml 0 $lwsctl render $roles/external.yaml
check disaggregated/render-groups.txt 2 $lwsctl render --groups 0 $manifests/disaggregated.yaml
explain="$lwsctl explain --now 2026-01-03T00:00:00Z"
check disaggregated/explain.txt 0 $explain --complete $roles/state.yaml
check disaggregated/explain-keep-role-budgets.txt 0 $explain --role-policy keep-role-budgets $roles/state.yaml
check disaggregated/explain.json 0 $explain --complete -o json $roles/state.yaml
check disaggregated/explain-open.txt 0 $explain $roles/external-state.yaml
check disaggregated/explain-no-scaler.txt 0 $explain --complete $roles/external-state.yaml
check disaggregated/explain-no-scaler.json 0 $explain --complete -o json $roles/external-state.yaml
sed 's/^spec:/spec:\n  slices: 2/' $roles/small.yaml > "$TEST_TMPDIR/two-slices.yaml"
check disaggregated/simulate-slice-again.txt 0 $lwsctl simulate --scenario $roles/slice-again.yaml --role-policy keep-role-budgets "$TEST_TMPDIR/two-slices.yaml"
check disaggregated/explain-manifest.txt 1 $explain $roles/external.yaml
check disaggregated/explain.txt 0 $explain --complete --save "$TEST_TMPDIR/saved-roles" $roles/state.yaml
check disaggregated/explain.txt 0 $explain --complete "$TEST_TMPDIR/saved-roles"
check disaggregated/explain.txt 0 $explain --complete --save "$TEST_TMPDIR/saved-again" "$TEST_TMPDIR/saved-roles"
check disaggregated/explain.txt 0 $explain --complete "$TEST_TMPDIR/saved-again"
check disaggregated/test-report.txt 1 $lwsctl test --report "$TEST_TMPDIR/tests.html" \
  $tests/roles-keep-their-budgets.yaml $roles/fails-test.yaml $tests/keeps-promise.yaml
check disaggregated/test-report-page.txt 0 grep -oE '<h2>[^<]*|verdict (good|bad)|<li>.*' "$TEST_TMPDIR/tests.html"
check disaggregated/simulate.txt 0 $lwsctl simulate $roles/small.yaml
check disaggregated/simulate-keep-role-budgets.txt 0 $lwsctl simulate --role-policy keep-role-budgets $roles/small.yaml
check disaggregated/simulate.json 0 $lwsctl simulate -o json --role-policy keep-role-budgets $roles/small.yaml
check disaggregated/simulate-not-finished.txt 1 $lwsctl simulate --scenario $roles/scenario.yaml $roles/small.yaml
check disaggregated/simulate-policy.txt 2 $lwsctl simulate --policy keep-budget $roles/small.yaml
check disaggregated/simulate-role-policy.txt 2 $lwsctl simulate --role-policy reference $manifests/vllm.yaml
check disaggregated/compare.txt 0 $lwsctl compare $roles/small.yaml
check disaggregated/test.txt 1 $lwsctl test $tests/roles-keep-their-budgets.yaml $roles/fails-test.yaml
check disaggregated/test-wrong.txt 2 $lwsctl test $roles/wrong-test.yaml
nodes="--nodes $roles/nodes.yaml --levels rack,kubernetes.io/hostname"
check disaggregated/place.txt 0 $lwsctl place $roles/placed.yaml $nodes
check disaggregated/place.json 0 $lwsctl place -o json $roles/placed.yaml $nodes
check disaggregated/place-no-room.txt 1 $lwsctl place $roles/too-many-slices.yaml $nodes
check disaggregated/place-no-level.txt 2 $lwsctl place $manifests/disaggregated.yaml $nodes
check disaggregated/place-more.txt 1 $lwsctl place --more 1 $roles/placed.yaml $nodes
running="$roles/placed.yaml $nodes --pods $roles/running-pods.yaml"
check disaggregated/place-running.txt 0 $lwsctl place $running
check disaggregated/place-running.json 0 $lwsctl place $running -o json
check disaggregated/place-lost.txt 0 $lwsctl place $running --lost b3
check disaggregated/place-lost-no-room.txt 1 $lwsctl place $running --lost b3,b4
$lwsctl place $running --report "$TEST_TMPDIR/roles.html" > /dev/null
check disaggregated/place-report.txt 0 grep -o 'class="told" style[^>]*\|<h2>[A-Z][a-z]*' "$TEST_TMPDIR/roles.html"
for words in "--size many" "--size other=1" "--cuboid 2" "--most-in-domain 2" "--cuboid other=2 --grid 4 --coordinates x"; do
  $lwsctl place $words $roles/placed.yaml $nodes
  echo "$words: exit code $?"
done > "$TEST_TMPDIR/place-refused" 2>&1
check disaggregated/place-refused.txt 0 cat "$TEST_TMPDIR/place-refused"
check disaggregated/place-surge.txt 1 $lwsctl place --more surge $running
check disaggregated/place-sizes.txt 0 $lwsctl place --size decode=1 $roles/placed.yaml $nodes
check disaggregated/place-resized.txt 1 $lwsctl place --size prefill=2 $running
check disaggregated/place-edited.txt 0 $lwsctl place $roles/placed-edited.yaml $nodes --pods $roles/running-pods.yaml
check disaggregated/place-spread.txt 1 $lwsctl place --spread rack --most-in-domain 1 --more 2 $roles/anywhere.yaml $nodes
low="$roles/placed.yaml $nodes --pods $roles/low-priority-pods.yaml"
check disaggregated/place-taken.txt 1 $lwsctl place $low
check disaggregated/place-priority.txt 0 $lwsctl place $low --priority 10
check disaggregated/place-priority.json 0 $lwsctl place $low --priority 10 -o json
check disaggregated/place-spread-priority.txt 0 $lwsctl place $low --priority 10 --spread rack
check disaggregated/place-too-low.txt 1 $lwsctl place $low --priority 0
ring="$roles/ring.yaml --nodes $roles/ring-nodes.yaml --levels rack,kubernetes.io/hostname --grid 6 --coordinates x --wrap x"
check disaggregated/place-cuboid.txt 0 $lwsctl place $ring --cuboid prefill=2,decode=3
check disaggregated/place-cuboid-all.txt 1 $lwsctl place $ring --cuboid prefill=2,decode=3 --more 1
slices="$lwsctl capacity $roles/placed.yaml $nodes"
check disaggregated/capacity.txt 0 $slices
check disaggregated/capacity.json 1 $slices --groups 4 -o json
check disaggregated/capacity-added.txt 1 $slices --groups 3 --add 3=c1 --without a
check disaggregated/capacity-cluster.txt 0 $lwsctl capacity $roles/external.yaml $nodes
surge="$lwsctl capacity $roles/one-slice.yaml $nodes --pods $roles/running-pods.yaml --groups surge"
check disaggregated/capacity-no-groups.txt 0 $lwsctl capacity $roles/no-groups.yaml $nodes --groups 2
check disaggregated/capacity-no-groups.json 0 $lwsctl capacity $roles/no-groups.yaml $nodes -o json
check disaggregated/capacity-surge.txt 1 $surge
check disaggregated/capacity-surge.json 0 $surge --add b1 -o json
check disaggregated/capacity-surge-added.txt 0 $surge --add b1
check disaggregated/capacity-surge-elsewhere.txt 1 $surge --add c1
check disaggregated/capacity-surge-edited.txt 0 $lwsctl capacity $roles/placed-edited.yaml $nodes --pods $roles/running-pods.yaml \
  --groups surge --add 3=b1
check disaggregated/capacity-surge-without-pods.txt 1 $slices --groups surge
check disaggregated/capacity-fewest.txt 0 $lwsctl capacity $roles/external.yaml $nodes --groups 200 --add c1
check disaggregated/capacity-fewest.json 0 $lwsctl capacity $roles/external.yaml $nodes --groups 200 --add c1 -o json
check disaggregated/capacity-never.txt 1 $slices --groups 3 --add c1
for words in "--add c1" "--add 1=x" "--groups surge --add x"; do
  $slices $words
  echo "$words: exit code $?"
done > "$TEST_TMPDIR/capacity-refused" 2>&1
check disaggregated/capacity-refused.txt 0 cat "$TEST_TMPDIR/capacity-refused"
check disaggregated/check.txt 1 $lwsctl check $roles/small.yaml
check disaggregated/check.json 1 $lwsctl check -o json --edits 1 $roles/small.yaml
check disaggregated/check-keep-role-budgets.txt 0 $lwsctl check --role-policy keep-role-budgets --lag $roles/small.yaml
check disaggregated/check-scaled-down.txt 0 $lwsctl check --role-policy keep-role-budgets --faults 0 $manifests/disaggregated.yaml
check disaggregated/check-all.json 0 $lwsctl check -o json --all 2 --roles 2 --role-policy keep-role-budgets
for words in "--policy keep-budget $roles/small.yaml" "--role-policy reference $manifests/vllm.yaml" "--roles 2 $roles/small.yaml" \
  "--all 2 --roles 4" "--all 2 --roles 2 --policy keep-budget" "--all 2 $roles/small.yaml" "--edits 3 $roles/small.yaml"; do
  $lwsctl check $words
  echo "$words: exit code $?"
done > "$TEST_TMPDIR/check-refused" 2>&1
check disaggregated/check-refused.txt 0 cat "$TEST_TMPDIR/check-refused"
$lwsctl simulate --report "$TEST_TMPDIR/roles-page.html" $roles/small.yaml > /dev/null
check disaggregated/simulate-report.txt 0 grep -o 'verdict [a-z]*\|<h2>[^<]*\|>slice 0 [a-z]*<\|lowest ready.*\|<path' "$TEST_TMPDIR/roles-page.html"
$lwsctl compare --report "$TEST_TMPDIR/roles-pages.html" $roles/small.yaml > /dev/null
check disaggregated/compare-report.txt 0 grep -o 'verdict [a-z]*\|<h2>[^<]*\|>slice 0 [a-z]*<' "$TEST_TMPDIR/roles-pages.html"
# A file of one kind in place of another, and words with a wrong letter.
scenario=examples/scenarios/lost-node.yaml
test_file=$tests/keeps-promise.yaml
case_file=$golden/swarm-reference.txt
for words in "simulate $scenario" "check $test_file" "render $case_file" "validate $scenario" \
  "simulate $manifests/vllm.yaml --scenario $manifests/vllm.yaml" "simulate $manifests/vllm.yaml --scenario $test_file" \
  "compare $manifests/vllm.yaml --scenario $case_file" "test $manifests/vllm.yaml" "test $scenario" "test $case_file" \
  "swarm $manifests/vllm.yaml" "swarm $scenario" "test $golden/wrong-tests/no-expect.yaml" \
  "test $golden/wrong-tests/nothing-expected.yaml" "test $golden/wrong-tests/no-role-expect.yaml" \
  "simulate -o jsn x" "crd -o ymal" "schema scenari" "simulat x" "simulate --sed 1 x" "test --jnit x y" "statu x" \
  "simulate --policy keep-buget $manifests/vllm.yaml" "simulate --role-policy referenc $roles/small.yaml"; do
  $lwsctl $words
  echo "$words: exit code $?"
done > "$TEST_TMPDIR/wrong-words" 2>&1
check wrong-words.txt 0 cat "$TEST_TMPDIR/wrong-words"
check help.txt 0 $lwsctl --help
check help-live.txt 0 $lwsctl status --help
# Two files need no cluster.
check diff-nothing.txt 0 $lwsctl diff $golden/diff/old.yaml $golden/diff/old.yaml
check diff-image-and-scale.txt 1 $lwsctl diff $golden/diff/old.yaml $golden/diff/image-and-scale.yaml
check diff-partition.txt 1 $lwsctl diff $golden/diff/old.yaml $golden/diff/partition.yaml
check diff-claims.txt 1 $lwsctl diff $golden/diff/claims-before.yaml $golden/diff/claims.yaml
check diff-nothing.txt 0 $lwsctl diff $golden/diff/dump.yaml $golden/diff/old.yaml
check diff-nothing.txt 0 $lwsctl diff $golden/diff/old.yaml $golden/diff/dump.yaml
check diff-refused.txt 1 $lwsctl diff $golden/diff/old.yaml $golden/diff/refused.yaml
check diff-exclusive.txt 1 $lwsctl diff $golden/diff/old.yaml $golden/diff/exclusive.yaml
check diff-lists.txt 1 $lwsctl diff $golden/diff/old.yaml $golden/diff/lists.yaml
check diff-several.txt 1 $lwsctl diff $golden/diff/several-old.yaml $golden/diff/several-new.yaml
check diff-several.json 1 $lwsctl diff -o json $golden/diff/several-old.yaml $golden/diff/several-new.yaml
check diff-several-nothing.txt 0 $lwsctl diff $golden/diff/several-old.yaml $golden/diff/several-old.yaml
# What can be read only once is read once.
check disaggregated/diff-rolls.txt 1 $lwsctl diff $manifests/disaggregated.yaml $roles/diff-rolls.yaml
check disaggregated/diff-scales.txt 1 $lwsctl diff $manifests/disaggregated.yaml $roles/diff-scales.yaml
check disaggregated/diff-renamed.txt 1 $lwsctl diff $roles/small.yaml $roles/diff-renamed.yaml
check disaggregated/diff-external.txt 1 $lwsctl diff $roles/small.yaml $roles/diff-external.yaml
check disaggregated/diff-nothing.txt 0 $lwsctl diff $manifests/disaggregated.yaml $manifests/disaggregated.yaml
check disaggregated/diff-kinds.json 1 $lwsctl diff -o json $roles/diff-both-old.yaml $roles/diff-both-new.yaml
check disaggregated/diff-other-kind.txt 2 $lwsctl diff $manifests/disaggregated.yaml $manifests/vllm.yaml
diff_from_pipe() { cat "$1" | $lwsctl diff - "$2"; }
check diff-image-and-scale.txt 1 diff_from_pipe $golden/diff/old.yaml $golden/diff/image-and-scale.yaml
check diff-two-sets.txt 2 $lwsctl diff $golden/diff/old.yaml $golden/diff/other-name.yaml
for words in "diff" "diff a b c" "diff $golden/diff/absent.yaml $golden/diff/old.yaml" "status" \
  "status a --kubeconfig $golden/diff/old.yaml" "pause" "restart a" "undo a --to-revision x" "promote --each a"; do
  $lwsctl $words
  echo "$words: exit code $?"
done > "$TEST_TMPDIR/live-refused" 2>&1
check live-refused.txt 0 cat "$TEST_TMPDIR/live-refused"
check minimal-host.txt 0 examples/minimal_host

# What --save wrote explains the same, but for what pods wait for, which decisions do not read.
$lwsctl explain --now 2026-01-01T00:00:00Z --save "$TEST_TMPDIR/saved" examples/lwsctl/golden/state.yaml > /dev/null
check explain-saved.txt 0 $lwsctl explain --complete --now 2026-01-01T00:00:00Z "$TEST_TMPDIR/saved"

# The files of deploy/ are what lwsctl prints. To renew one: lwsctl ... > deploy/FILE
printed() {  # file, command...
  local file=$1
  shift
  "$@" | diff -u "deploy/$file" - > "$TEST_TMPDIR/difference" && return
  head -40 "$TEST_TMPDIR/difference"
  echo "deploy/$file is not what $* prints"
  failed=1
}
printed chart/crds/leaderworkerset.yaml $lwsctl crd LeaderWorkerSet
printed chart/crds/disaggregatedset.yaml $lwsctl crd DisaggregatedSet DisaggregatedSetRoleScaler
printed operator.yaml $lwsctl install --without-crds
for name in $($lwsctl schema --help | sed -n 's/^NAME is one of \(.*\)\./\1/p' | tr -d ,); do
  printed schemas/$name.json $lwsctl schema $name
done
printed chart/templates/operator.yaml $lwsctl install --chart
check install-options.yaml 0 $lwsctl install --namespace lws --image r/i:t --replicas 1 --cert-manager --volcano \
  --without-disaggregated-sets --without-crds
check install-outside.yaml 0 $lwsctl install --without-crds --at 192.0.2.7
for words in "crd" "crd -o json LeaderWorkerSet" "install"; do
  $lwsctl $words | grep -cE 'CustomResourceDefinition"?,?$'
done > "$TEST_TMPDIR/counts"
check crd-counts.txt 0 cat "$TEST_TMPDIR/counts"
for words in "crd Pod" "crd -o xml" "crd -o" "install --replicas 0" "install --namespace A_b" "install --image" "install --at 127.0.0.1" "install x"; do
  $lwsctl $words > /dev/null
  echo "$words: exit code $?"
done > "$TEST_TMPDIR/refused" 2>&1
check install-refused.txt 0 grep -v '^  \|^Prints\|^Secret\|^usage' "$TEST_TMPDIR/refused"
exit $failed
