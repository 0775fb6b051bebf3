"""How often an ordinary sentence is taken for an order to the software.

    python -m benchmarks.false_removals FILE.jsonl... [--show 50]

Each line of a file is an object with a `text`. All sentences of it are judged as those of a passage are, in
their order; the count per 100,000 is told file by file, with intervals, and the sentences are shown, since
only reading says which of them were orders.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

from rag.neutralising.orders import addressing
from rag.sentences import sentence_spans


def removed_from(text: str) -> tuple[int, list[str]]:
    """How many sentences a text has, and those that would be left out."""
    sentences = [text[start:end] for start, end in sentence_spans(text)]
    found = addressing(sentences)
    return len(sentences), [sentence for sentence, out in zip(sentences, found, strict=True) if out]


def wilson_interval(successes: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """The 95% interval of a rate (Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953).

    Bootstrapping hundreds of thousands of sentences would say the same, slowly.
    """
    if not trials:
        return 0.0, 1.0
    rate = successes / trials
    middle = rate + z * z / (2 * trials)
    half = z * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    below = 1 + z * z / trials
    return max(0.0, (middle - half) / below), min(1.0, (middle + half) / below)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.false_removals", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE.jsonl")
    parser.add_argument("--show", type=int, default=20, metavar="N", help="show N sentences of each file")
    arguments = parser.parse_args()
    for file in arguments.files:
        count, out = 0, list[str]()
        for line in file.read_text("utf-8").splitlines():
            sentences, removed = removed_from(json.loads(line)["text"])
            count += sentences
            out += removed
        low, high = wilson_interval(len(out), count)
        print(
            f"{file.parent.name}: {len(out)} of {count:,} sentences, {1e5 * len(out) / max(1, count):.1f} "
            f"(95%: {1e5 * low:.1f} to {1e5 * high:.1f}) per 100,000"
        )
        for sentence in out[: arguments.show]:
            print(f"    {' '.join(sentence.split())[:200]}")


if __name__ == "__main__":
    main()
