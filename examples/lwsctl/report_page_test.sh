#!/usr/bin/env bash
# Checks the pages of --report in headless Chromium: light and dark, at three widths, for 1 to 1,000 groups.
set -euo pipefail

lwsctl=examples/lwsctl/lwsctl
manifests=examples/manifests
probe=examples/lwsctl/report_page_probe.html
export HOME=$TEST_TMPDIR
failed=0

# Appends the probe to the page and opens it with every size and color scheme.
look() {  # page, sections, lanes, further words of the query
  local page=$TEST_TMPDIR/probed-$1
  cat "$TEST_TMPDIR/$1" "$probe" > "$page"
  for scheme in light dark; do
    for width in 1200 768 384; do
      local title
      title=$(chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$TEST_TMPDIR/profile" \
        --blink-settings=preferredColorScheme=$([ $scheme = dark ] && echo 0 || echo 1) --window-size=$width,900 \
        --dump-dom "file://$page?scheme=$scheme&sections=$2&lanes=$3${4:-}" 2> "$TEST_TMPDIR/chromium.log" |
        grep -o '<title>[^<]*' | head -1 | cut -c8- || true)
      [ "$title" = 'all is right' ] && continue
      echo "$1 $scheme $width: ${title:-$(tail -3 "$TEST_TMPDIR/chromium.log")}"
      failed=1
    done
  done
}

sed 's/replicas: 4/replicas: 1/; s/maxSurge: 1/maxSurge: 0/' $manifests/vllm.yaml > "$TEST_TMPDIR/one.yaml"
sed 's/replicas: 4/replicas: 1000/; s/size: 2/size: 1/; s/maxSurge: 1/maxSurge: 0/; s/maxUnavailable: 1/maxUnavailable: 100/' \
  $manifests/vllm.yaml > "$TEST_TMPDIR/thousand.yaml"
$lwsctl simulate --report "$TEST_TMPDIR/one.html" "$TEST_TMPDIR/one.yaml" > /dev/null
$lwsctl compare --report "$TEST_TMPDIR/compared.html" --scenario examples/scenarios/lost-node.yaml $manifests/vllm.yaml > /dev/null
$lwsctl simulate --max-unavailable-statefulset --report "$TEST_TMPDIR/thousand.html" "$TEST_TMPDIR/thousand.yaml" > /dev/null
look one.html 1 1
# A course that breaks a law: a lane for each group, whose promise is a curve.
$lwsctl check --report "$TEST_TMPDIR/check.html" $manifests/vllm.yaml > /dev/null && exit 1
look check.html 1 4 '&kind=check'
$lwsctl check --report "$TEST_TMPDIR/roles.html" $manifests/disaggregated.yaml > /dev/null && exit 1
look roles.html 1 6 '&kind=check'
look compared.html 3 4
look thousand.html 1 1000

# The probe must notice faults.
sed 's/max-width: 1120px/min-width: 1500px/' "$TEST_TMPDIR/one.html" > "$TEST_TMPDIR/wide.html"
if [ "$failed" -eq 0 ] && (look wide.html 1 1; exit $failed) > /dev/null; then
  echo "a page that is too wide is not found"
  failed=1
fi
exit $failed
