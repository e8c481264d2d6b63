#!/usr/bin/env bash
# liblws.so exports the functions of lws.h alone, needs no library beside those that are listed, is named after its
# interface's version, and is small. With `update` the lists are written anew: from the project's folder,
#   tests/linking/shared_library_test.sh update
set -euo pipefail
export LC_ALL=C
library=lws/adapters/c/liblws.so
[ "${1:-}" = update ] && library=bazel-bin/$library
work=${TEST_TMPDIR:-$(mktemp -d)}
failed=0

golden() {
  if [ "$update" = yes ]; then cp "$2" "tests/linking/$1"; fi
  diff -u "tests/linking/$1" "$2" || { echo "$1 differs; tests/linking/shared_library_test.sh update writes it anew"; failed=1; }
}
update=no
if [ "${1:-}" = update ]; then update=yes; fi

nm -D --defined-only "$library" | awk '{ sub(/@.*/, "", $3); print $3 }' | grep -v '^LWS_' | sort > "$work/exported"
golden exported_symbols.txt "$work/exported"
readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort > "$work/needed"
golden needed_libraries.txt "$work/needed"
soname=$(readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
[ "$soname" = liblws.so.0 ] || { echo "the SONAME is $soname"; failed=1; }
strip -o "$work/stripped" "$library"
size=$(stat -c %s "$work/stripped")
echo "$size bytes"
[ "$size" -lt 4000000 ] || { echo "the stripped library has $size bytes, more than 4,000,000"; failed=1; }
exit "$failed"
