#!/usr/bin/env bash
# Install the locked packages, then this project, into the environment of the given python.
set -euo pipefail
python="$1"
export PIP_DISABLE_PIP_VERSION_CHECK=1
# torch by itself and first: a CPU-only build that is already there, or that pip is pointed at, is kept.
"$python" -m pip install --quiet "torch==2.13.0"
"$python" -m pip install --quiet --requirement requirements.lock
"$python" -m pip install --quiet --no-deps --editable .
"$python" -m pip check
