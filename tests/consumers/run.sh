#!/usr/bin/env bash
# Builds and runs a small program outside the tree for each way to use the library: find_package, pkg-config,
# Python, Go, add_subdirectory, FetchContent, a Bazel workspace of its own. The whole library is put together by CMake
# from the objects that Bazel compiled (reuse_object.sh); add_subdirectory, FetchContent and Bazel compile the planner
# alone. tests/c and tests/linking have more of C, Go and Python, on the library that Bazel builds.
#
# With `update` the golden list of installed files is written anew. With LWS_COMPILE=yes CMake compiles the whole library.
set -euo pipefail
export LC_ALL=C
tree=$(cd "$(dirname "$0")/../.." && pwd)
here=$tree/tests/consumers
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/consumers"
cp -r "$here"/. "$work/consumers"
cd "$work"

passed=0
pass() {
  passed=$((passed + 1))
  echo "$1 PASSED in consumers"
}

# Compares a list with the golden file of the name.
golden() {
  if [ "${update:-}" = yes ]; then cp "$2" "$here/$1"; fi
  diff -u "$here/$1" "$2" || { echo "$1 differs; tests/consumers/run.sh update writes it anew"; exit 1; }
  pass "$1"
}
[ "${1:-}" = update ] && update=yes

library=$work/library
options=(-DCMAKE_BUILD_TYPE= -DCMAKE_CXX_FLAGS=-O0 -DCMAKE_INSTALL_PREFIX="$work/prefix")
if [ "${LWS_COMPILE:-no}" = no ]; then
  (cd "$tree" && ./bazelw build //lws/... > "$work/bazel.log" 2>&1) || { tail -50 bazel.log; exit 1; }
  LWS_TREE=$tree LWS_OBJECTS=$(readlink -f "$tree/bazel-bin")
  export LWS_TREE LWS_OBJECTS
  options+=(-DCMAKE_CXX_COMPILER_LAUNCHER="$here/reuse_object.sh")
fi
cmake -S "$tree" -B "$library" "${options[@]}" > cmake.log
cmake --build "$library" --parallel "$(nproc)" > build.log || { grep -A5 'error' build.log || tail -50 build.log; exit 1; }
cmake --install "$library" > install.log
lib=$work/prefix/$(sed -n 's/^libdir=${prefix}.//p' "$library/lws.pc")
(cd prefix && find . -type f -o -type l) | sort > files.txt
golden installed_files.txt files.txt

cmake -S consumers/find_package -B find_package -DCMAKE_PREFIX_PATH="$work/prefix" > cmake.log
cmake --build find_package > build.log || { cat build.log; exit 1; }
find_package/consumer
pass find_package

cmake -S consumers/core_alone -B core_alone -DCMAKE_PREFIX_PATH="$work/prefix" > cmake.log || { cat cmake.log; exit 1; }
cmake --build core_alone > build.log || { cat build.log; exit 1; }
core_alone/consumer
pass "find_package of the core alone"

export PKG_CONFIG_PATH=$lib/pkgconfig LD_LIBRARY_PATH=$lib
for name in lws lws-testing; do
  # shellcheck disable=SC2046
  cc consumers/pkg_config/main.c -o pkg_config $(pkg-config --cflags --libs "$name")
  ./pkg_config
  pass "pkg-config $name"
done

# The wheel that the project builds; the library is found where the system looks.
if python3 -c 'import ctypes' 2> /dev/null; then
  mkdir wheel && python3 "$tree/lws/adapters/python/wheel.py" wheel > wheel.log
  PYTHONPATH=$(echo wheel/*.whl) PYTHONDONTWRITEBYTECODE=1 python3 consumers/python/main.py
  pass Python
else
  echo "Python left out: it is not there"
fi

go=$(command -v go || ls /usr/local/go/bin/go /usr/lib/go/bin/go 2> /dev/null | head -1 || true)
if [ -n "$go" ]; then
  (cd consumers/go && export HOME=$work GOCACHE=$work/gocache GOFLAGS=-mod=mod GOTOOLCHAIN=local &&
    "$go" mod init example.com/consumer 2> /dev/null &&
    "$go" mod edit -require example.com/lws@v0.0.0 -replace "example.com/lws=$tree/lws/adapters/go" &&
    CGO_CFLAGS="$(pkg-config --cflags lws)" CGO_LDFLAGS="$(pkg-config --libs lws)" "$go" run .)
  pass Go
else
  echo "Go left out: it is not there"
fi

cmake -S consumers/add_subdirectory -B add_subdirectory -DLWS_TREE="$tree" > cmake.log
cmake --build add_subdirectory --parallel "$(nproc)" --target consumer > build.log || { tail -50 build.log; exit 1; }
add_subdirectory/consumer
pass add_subdirectory

tar -czf lws.tar.gz -C "$tree" CMakeLists.txt cmake lws
cmake -S consumers/fetch_content -B fetch_content -DLWS_ARCHIVE="$work/lws.tar.gz" > cmake.log
cmake --build fetch_content --parallel "$(nproc)" --target consumer > build.log || { tail -50 build.log; exit 1; }
fetch_content/consumer
pass FetchContent

cp consumers/planner.cc consumers/bazel/
sed -i "s#LWS_TREE#$tree#" consumers/bazel/WORKSPACE
(cd consumers/bazel && bazel --output_user_root="$work/bazel" build --noshow_progress //:consumer 2> ../bazel.log &&
  bazel-bin/consumer && bazel --output_user_root="$work/bazel" shutdown) || { tail -30 consumers/bazel.log; exit 1; }
pass bazel

chmod -R u+w "$work"
echo "$passed ways to use the library work"
