#!/usr/bin/env bash
# Resolve pyproject.toml as on a fresh machine and write names and versions, nothing else, to requirements.lock.
set -euo pipefail
bin="$1"
report=$(mktemp)
trap 'rm -f "$report"' EXIT
"$bin/python" -m pip install --quiet --dry-run --ignore-installed --report "$report" ".[adapters,browser,dev,eval-images,eval-sounds,images,legacy,ocr,openai,speech]"
"$bin/python" - "$report" <<'PY'
import json
import sys
from pathlib import Path

installed = json.loads(Path(sys.argv[1]).read_text())["install"]
pins = {}
for package in installed:
    name, version = package["metadata"]["name"].lower().replace("_", "-"), package["metadata"]["version"]
    if name != "refdesk":
        pins[name] = version.partition("+")[0]  # a local build of torch says +cpu; the pin holds for all builds
lines = [f"{name}=={pins[name]}" for name in sorted(pins)]
header = "# Written by `make lock` from pyproject.toml. Names and versions only.\n"
Path("requirements.lock").write_text(header + "\n".join(lines) + "\n")
print(f"requirements.lock: {len(lines)} packages")
PY
