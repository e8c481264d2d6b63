#!/usr/bin/env bash
# liblws.so and liblws-testing.so export the functions of lws.h alone, need no library beside those that are listed, are
# named after their interface's version, and are small. With `update` the lists are written anew: from the project's
# folder,
#   tests/linking/shared_library_test.sh update
set -euo pipefail
export LC_ALL=C
folder=lws/adapters/c
[ "${1:-}" = update ] && folder=bazel-bin/$folder
work=${TEST_TMPDIR:-$(mktemp -d)}
failed=0

golden() {
  if [ "$update" = yes ]; then cp "$2" "tests/linking/$1"; fi
  diff -u "tests/linking/$1" "$2" || { echo "$1 differs; tests/linking/shared_library_test.sh update writes it anew"; failed=1; }
}
update=no
if [ "${1:-}" = update ]; then update=yes; fi

# check NAME MOST: the library has less than MOST bytes.
check() {
  local library=$folder/$1.so
  readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort > "$work/$1.needed"
  golden "$1.needed.txt" "$work/$1.needed"
  soname=$(readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
  [ "$soname" = "$1.so.0" ] || { echo "the SONAME is $soname"; failed=1; }
  strip -o "$work/stripped" "$library"
  size=$(stat -c %s "$work/stripped")
  echo "$1: $size bytes"
  [ "$size" -lt "$2" ] || { echo "the stripped $1.so has $size bytes, $2 or more"; failed=1; }
}

exported() { nm -D --defined-only "$1" | awk '{ sub(/@.*/, "", $3); print $3 }' | grep -v '^LWS_' | sort; }

exported "$folder/liblws.so" > "$work/exported"
golden exported_symbols.txt "$work/exported"
# The larger library has all of the smaller one.
exported "$folder/liblws-testing.so" > "$work/all"
comm -13 "$work/exported" "$work/all" > "$work/added"
golden exported_symbols_testing.txt "$work/added"
[ -z "$(comm -23 "$work/exported" "$work/all")" ] || { echo "liblws-testing.so lacks functions of liblws.so"; failed=1; }
# Every function of the header is in it, and no other.
grep -o '\blws_[a-z_]*(' lws/adapters/c/lws.h | tr -d '(' | sort -u > "$work/declared"
diff -u "$work/declared" "$work/all" || { echo "lws.h declares other functions than the library exports"; failed=1; }
# bazel/cc.bzl names what is compiled for size. Compiled so, the admission of a pod would cost 24% more.
check liblws 2000000
check liblws-testing 3000000
exit "$failed"
