"""`python -m torture NAME`: try to make Refdesk lose something; exit 1 if that succeeds."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

from torture.disk import start_again_with_disk


def main() -> int:
    """Run the tortures that were named and print what they came to."""
    start_again_with_disk()
    arguments = _arguments()
    from torture.ingestion import do_by_small_steps, import_everything
    from torture.tortures import TORTURES

    import_everything()
    do_by_small_steps()
    logging.disable(logging.WARNING)  # rebuilding and the like are told there, hundreds of times
    started = time.perf_counter()
    chosen = TORTURES[arguments.name]
    with tempfile.TemporaryDirectory(prefix="refdesk-torture-", dir=arguments.place) as place:
        result = chosen.run(Path(place).resolve(), arguments)
    print("\n".join(result.lines()))
    print(f"  {time.perf_counter() - started:.0f} s, seed {arguments.seed}")
    return 1 if result.violations else 0


def _arguments() -> argparse.Namespace:
    from torture.tortures import TORTURES

    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    parser.add_argument("--place", type=Path, help="where to work; a folder on the disk that is meant")
    names = parser.add_subparsers(dest="name", required=True)
    for name, torture in TORTURES.items():
        own = names.add_parser(name, help=torture.help, description=torture.help)
        own.add_argument("--count", type=int, default=torture.count, help=f"trials ({torture.count})")
        own.add_argument("--seed", type=int, default=0, help="another seed, other moments (0)")
        own.add_argument("--pages", type=int, default=200, help="of the largest document made (200)")
        own.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1), help="processes at once")
        if torture.wants_folder:
            own.add_argument("folder", type=Path, help="the files to work on")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
