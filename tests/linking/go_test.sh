#!/usr/bin/env bash
# The Go package's tests, on the library that was built: go vet, the race detector, and cgo's checks of pointers.
set -euo pipefail
go=$(command -v go || ls /usr/local/go/bin/go /usr/lib/go/bin/go 2> /dev/null | head -1 || true)
if [ -z "$go" ]; then
  echo "left out: Go is not there"
  exit 0
fi
here=$PWD
export HOME=$TEST_TMPDIR GOCACHE=$TEST_TMPDIR/cache GOFLAGS=-mod=mod GOTOOLCHAIN=local GODEBUG=cgocheck=1
mkdir "$TEST_TMPDIR/lib" "$TEST_TMPDIR/package"
for name in liblws liblws-testing; do
  cp -L "lws/adapters/c/$name.so" "$TEST_TMPDIR/lib/$name.so.0"
  ln -s "$name.so.0" "$TEST_TMPDIR/lib/$name.so"
done
cp -L lws/adapters/go/* "$TEST_TMPDIR/package"
export CGO_CFLAGS="-O1 -I$here/lws/adapters/c" CGO_LDFLAGS="-L$TEST_TMPDIR/lib -llws" LD_LIBRARY_PATH=$TEST_TMPDIR/lib
cd "$TEST_TMPDIR/package"
[ -z "$("$(dirname "$go")/gofmt" -l . 2> /dev/null || gofmt -l .)" ] || { gofmt -d .; exit 1; }
"$go" vet ./...
"$go" test -race ./...
"$go" test -run '^$' -bench . -benchtime 100x ./...
# What needs the simulated cluster.
CGO_LDFLAGS="-L$TEST_TMPDIR/lib -llws-testing" "$go" vet -tags lws_testing ./...
CGO_LDFLAGS="-L$TEST_TMPDIR/lib -llws-testing" "$go" test -race -tags lws_testing ./...
chmod -R u+w "$GOCACHE" 2> /dev/null || true
