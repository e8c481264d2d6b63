#!/usr/bin/env bash
# ReadManifest reads what PyYAML reads, with the rules of Kubernetes on top.
exec python3 tests/api/yaml_differential.py tests/api/manifest_dump 4000
