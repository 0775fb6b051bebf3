#!/usr/bin/env bash
# Say plainly what this machine lacks before anything is installed.
set -u
python="${PYTHON:-python3}"
missing=()
if ! command -v "$python" >/dev/null; then
    missing+=("Python 3.11 or newer, as '$python' (or name another: make PYTHON=python3.12 ...)")
elif ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    missing+=("Python 3.11 or newer; '$python' is $("$python" -V 2>&1) (name another: make PYTHON=python3.12 ...)")
elif ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    missing+=("Python's venv module (on Debian and Ubuntu: the package python3-venv)")
fi
if ! command -v c++ >/dev/null && ! command -v g++ >/dev/null && ! command -v clang++ >/dev/null; then
    missing+=("a C++ compiler, to build llama.cpp (Debian, Ubuntu: build-essential; macOS: xcode-select --install)")
fi
if command -v ldconfig >/dev/null && ! ldconfig -p | grep -q 'libGL\.so\.1'; then
    echo "Worth knowing: text recognition (OCR) needs libGL (Debian, Ubuntu: apt install libgl1 libglib2.0-0)." >&2
fi
free_kib=$(df -Pk . | awk 'NR==2 {print $4}')
if [ ! -e .venv/.ready ] && [ "${free_kib:-0}" -lt 6291456 ]; then
    missing+=("6 GB of free disk here, for the packages and the models; there are $((free_kib / 1048576)) GB")
fi
if [ ${#missing[@]} -gt 0 ]; then
    echo "Refdesk cannot be installed yet. This machine lacks:" >&2
    printf '  - %s\n' "${missing[@]}" >&2
    exit 1
fi
