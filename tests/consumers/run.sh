#!/usr/bin/env bash
# Builds and runs a small program outside the tree for each way to use the library: find_package, pkg-config,
# add_subdirectory, FetchContent, a Bazel workspace of its own, Python and Go. The library is
# built once, by CMake; add_subdirectory, FetchContent and Bazel build the planner alone.
#
# With `update` the golden lists of installed files and exported symbols are written anew.
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

cmake -S "$tree" -B library -DCMAKE_BUILD_TYPE=Debug -DCMAKE_INSTALL_PREFIX="$work/prefix" > cmake.log
cmake --build library --parallel "$(nproc)" > build.log || { tail -50 build.log; exit 1; }
cmake --install library --strip > install.log
lib=$work/prefix/$(sed -n 's/^libdir=${prefix}.//p' library/lws.pc)
(cd prefix && find . -type f -o -type l) | sort > files.txt
golden installed_files.txt files.txt
nm -D --defined-only "$lib/liblws.so" | awk '{ sub(/@.*/, "", $3); print $3 }' | grep -v '^LWS_' | sort > symbols.txt
golden exported_symbols.txt symbols.txt

cmake -S consumers/find_package -B find_package -DCMAKE_PREFIX_PATH="$work/prefix" > cmake.log
cmake --build find_package > build.log || { cat build.log; exit 1; }
find_package/consumer
pass find_package

export PKG_CONFIG_PATH=$lib/pkgconfig LD_LIBRARY_PATH=$lib
# shellcheck disable=SC2046
cc consumers/pkg_config/main.c -o pkg_config $(pkg-config --cflags --libs lws)
./pkg_config
pass pkg-config

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

if python3 -c 'import ctypes' 2> /dev/null; then
  LWS_LIBRARY=$lib/liblws.so PYTHONPATH=$tree/lws/adapters/python python3 "$tree/tests/consumers/python_test.py"
  pass python
else
  echo "left out: Python, which is not there"
fi

if command -v go > /dev/null; then
  cp -r "$tree/lws/adapters/go" go_package
  (cd go_package && CGO_CFLAGS=$(pkg-config --cflags lws) CGO_LDFLAGS=$(pkg-config --libs lws) GOFLAGS=-mod=mod \
    GOCACHE=$work/go-cache go vet ./... && CGO_CFLAGS=$(pkg-config --cflags lws) CGO_LDFLAGS=$(pkg-config --libs lws) \
    GOCACHE=$work/go-cache go test ./...)
  pass go
else
  echo "left out: Go, which is not there"
fi
chmod -R u+w "$work"
echo "$passed ways to use the library work"
