#!/usr/bin/env bash
# The pages of --report look as the thumbnails beside this file show: 1 to 1,000 groups, at three widths, light and dark.
# UPDATE=DIR writes what is seen there instead; compare the two, and copy what is right to golden_pages/.
set -euo pipefail

lwsctl=$PWD/examples/lwsctl/lwsctl
golden=$PWD/examples/lwsctl/golden_pages
thumbnails=$PWD/examples/lwsctl/page_thumbnails.py
scenario=$PWD/examples/scenarios/lost-node.yaml
seen=${UPDATE:-${TEST_UNDECLARED_OUTPUTS_DIR:-$TEST_TMPDIR}}
export HOME=$TEST_TMPDIR
mkdir -p "$seen"
failed=0

# One font for all letters, whatever the machine has besides.
export FONTCONFIG_FILE=$TEST_TMPDIR/fonts.conf
cat > "$FONTCONFIG_FILE" << END
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts/truetype/dejavu</dir>
  <cachedir>$TEST_TMPDIR/font-cache</cachedir>
  <match target="pattern">
    <edit name="family" mode="assign" binding="strong"><string>DejaVu Sans</string></edit>
  </match>
</fontconfig>
END

# A browser that does not start, as on a machine without memory, is tried again.
shoot() {  # page, width, scheme, file
  for _ in 1 2 3; do
    chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
      --user-data-dir="$TEST_TMPDIR/profile" --font-render-hinting=none --force-device-scale-factor=0.5 \
      --blink-settings=preferredColorScheme=$([ "$3" = dark ] && echo 0 || echo 1) --window-size="$2",1200 \
      --screenshot="$4" "file://$TEST_TMPDIR/$1" 2> "$TEST_TMPDIR/chromium.log" || true
    [ -s "$4" ] && return
  done
  echo "$1: no screenshot: $(tail -3 "$TEST_TMPDIR/chromium.log")"
  return 1
}

look() {  # page, name of its golden file, width, scheme
  local shot=$TEST_TMPDIR/shot.png name=$2-$3-$4.png
  rm -f "$shot"
  shoot "$1" "$3" "$4" "$shot" || { failed=1; return; }
  python3 "$thumbnails" make "$shot" "$seen/$name"
  [ -n "${UPDATE:-}" ] && return
  python3 "$thumbnails" compare "$golden/$name" "$shot" || failed=1
}

# Relative names, since a page shows the name of its file.
cd "$TEST_TMPDIR"
manifest=$OLDPWD/examples/manifests/vllm.yaml
cp "$manifest" four.yaml
cp "$scenario" lost-node.yaml
sed 's/replicas: 4/replicas: 1/; s/maxSurge: 1/maxSurge: 0/' "$manifest" > one.yaml
sed 's/replicas: 4/replicas: 1000/; s/size: 2/size: 1/; s/maxSurge: 1/maxSurge: 0/; s/maxUnavailable: 1/maxUnavailable: 100/' \
  "$manifest" > thousand.yaml
"$lwsctl" simulate --report one.html one.yaml > /dev/null
"$lwsctl" compare --report four.html --scenario lost-node.yaml four.yaml > /dev/null
"$lwsctl" simulate --max-unavailable-statefulset --report thousand.html thousand.yaml > /dev/null
"$lwsctl" check --report check.html four.yaml > /dev/null && exit 1

for page in one four thousand check; do
  for width in 1200 768 384; do look $page.html $page $width light; done
  look $page.html $page 768 dark
done

# The comparison must notice faults: another colour, something that is missing, something out of place.
if [ -z "${UPDATE:-}" ]; then
  notices() {  # what is wrong, page, sed
    sed "$3" "$2.html" > wrong.html
    cmp -s "$2.html" wrong.html && { echo "$1: the page is as it was"; failed=1; return; }
    shoot wrong.html 768 light wrong.png
    python3 "$thumbnails" compare "$golden/$2-768-light.png" wrong.png > /dev/null || return 0
    echo "$1 is not noticed"
    failed=1
  }
  notices 'another colour of new groups' four 's/--new: *#[0-9a-f]*/--new: #c02080/'
  notices 'a drawing that is missing' one 's/<svg /<svg hidden style="display: none" /'
  notices 'a wide margin' thousand 's/margin: 2rem auto/margin: 5rem 6rem/'
fi
exit $failed
