#!/usr/bin/env bash
# Runs every benchmark and prints one table, beginning with the memory speed of the machine. The script ends at the
# first benchmark whose result is wrong.
set -euo pipefail
# What one pass of the reference took at 100, 1,000 and 10,000 groups on a machine of two cores, in nanoseconds.
reference='100:560000 1000:5700000 10000:93000000'

# Prints the results of a benchmark, one per line, with `title` before the names.
run() {  # title, program, flags...
  local title=$1 program=$2
  shift 2
  "benchmarks/${program}_benchmark" --benchmark_min_time=0.2 "$@" 2> /dev/null |
    awk -v reference="$reference" -v title="$title" '
      BEGIN {
        n = split(reference, pairs, " ")
        for (i = 1; i <= n; ++i) { split(pairs[i], pair, ":"); slow[pair[1]] = pair[2] }
        unit["ns"] = 1; unit["us"] = 1000; unit["ms"] = 1000000
      }
      !/^BM_/ { next }
      /ERROR OCCURRED/ { print; failed = 1; next }
      {
        groups = $1; sub(/.*[\/:]/, "", groups)
        ratio = ""
        if ($1 ~ /ReconcileSet|EventToDecision/ && groups in slow) ratio = sprintf("1/%d", slow[groups] / ($2 * unit[$3]))
        counters = ""
        for (i = 7; i <= NF; ++i) counters = counters " " $i
        sub(/\/iterations:1/, "", $1); sub(/\/manual_time/, "", $1)
        printf "%-46s %11s %s   %-12s%s\n", title substr($1, 4), $2, $3, ratio, counters
      }
      END { exit failed }'
}

printf '%-46s %14s   %-12s %s\n' benchmark time 'of reference' counters
for program in floors reconcile_set fleet million_groups rollout role role_fleet readers manifest admission assign_group headroom defragment c_interface checker swarm simulation; do
  run '' "$program"
done
# Request large pages where the system offers them: events read a fleet's large memory at random places.
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1
run 'large pages: ' million_groups --benchmark_filter=RandomPodEvents
