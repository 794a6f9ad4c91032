#!/bin/sh
# Writes both lock files. They name versions and hashes, never a registry.
set -eu
compile() {
  uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links --python-version 3.11 --extra build "$@"
}
compile pyproject.toml -o requirements.lock
compile pyproject.toml --group dev -o requirements-dev.lock
