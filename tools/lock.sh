#!/bin/sh
# Writes the lock files. They name versions and hashes, never a registry.
set -eu
lock() {
  uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links --python-version 3.11 "$@"
}
lock pyproject.toml --extra build -o requirements.lock
lock pyproject.toml --extra build --group dev -o requirements-dev.lock
lock tests/sandbox/mpv/requirements.in -o tests/sandbox/mpv/requirements.lock
