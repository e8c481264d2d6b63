#!/usr/bin/env bash
# A compiler launcher for CMake: where Bazel compiled the same source already, as position-independent code, its object is
# taken; everything else is compiled. So the library is compiled once, and CMake's lists of files, links and installed
# headers are tried all the same. LWS_OBJECTS is the folder bazel-bin, LWS_TREE that of the sources.
set -euo pipefail
source=
output=
dependencies=
arguments=("$@")
for ((i = 1; i < $#; ++i)); do
  case ${arguments[i]} in
    -c) source=${arguments[i + 1]} ;;
    -o) output=${arguments[i + 1]} ;;
    -MF) dependencies=${arguments[i + 1]} ;;
  esac
done
if [[ $source == "$LWS_TREE"/lws/* && -n $output ]]; then
  relative=${source#"$LWS_TREE"/}
  stem=$(basename "$relative" .cc)
  for object in "$LWS_OBJECTS/$(dirname "$relative")"/_objs/*/"$stem.pic.o"; do
    if [ "$object" -nt "$source" ]; then
      cp -L "$object" "$output"
      chmod u+w "$output"
      [ -z "$dependencies" ] || echo "$output: $source" > "$dependencies"
      exit 0
    fi
  done
fi
exec "$@"
