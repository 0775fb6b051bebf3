"""The entry of a job's process: `python -m apps.jobs FOLDER`, passwords as a JSON list on standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from apps.jobs.worker import work

if __name__ == "__main__":
    work(Path(sys.argv[1]))
