#!/usr/bin/env bash
# Build llama-cpp-python again, for the GPU that is here: CUDA, Metal or Vulkan, whichever is found first.
set -euo pipefail
bin="$1"
version=$("$bin/python" -c 'from importlib.metadata import version; print(version("llama-cpp-python"))')
if command -v nvcc >/dev/null && { command -v nvidia-smi >/dev/null || [ -e /dev/nvidia0 ] || [ -e /dev/dxg ]; }; then
    kind=CUDA
    flags="-DGGML_CUDA=on"
elif [ "$(uname -s)" = Darwin ] && [ "$(uname -m)" = arm64 ]; then
    kind=Metal
    flags="-DGGML_METAL=on"
elif command -v glslc >/dev/null && command -v vulkaninfo >/dev/null; then
    kind=Vulkan
    flags="-DGGML_VULKAN=on"
else
    {
        echo "No GPU that llama.cpp could be built for was found here. Looked for:"
        echo "  - CUDA: nvcc (the CUDA toolkit) and an NVIDIA device"
        echo "  - Metal: a Mac with Apple silicon"
        echo "  - Vulkan: glslc and vulkaninfo (Debian, Ubuntu: glslc, libvulkan-dev, vulkan-tools)"
        echo "The build for the processor stays as it is."
    } >&2
    exit 1
fi
echo "Building llama-cpp-python $version for $kind; this takes several minutes."
CMAKE_ARGS="$flags" "$bin/python" -m pip install --no-cache-dir --force-reinstall --no-deps \
    --no-binary llama-cpp-python "llama-cpp-python==$version"
"$bin/python" - "$kind" <<'PY'
import sys

import llama_cpp

if not llama_cpp.llama_supports_gpu_offload():
    sys.exit(f"The build went through, yet it says it cannot offload. Is the {sys.argv[1]} driver in order?")
print(f"Done: this build can offload layers to the GPU ({sys.argv[1]}). `refdesk doctor` measures it.")
PY
