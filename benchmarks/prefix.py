"""What it saves that the beginnings of prompts are kept: between processes, and within a conversation.

    python -m benchmarks.prefix [--repeats N] [--model ENGINE]

Each measurement is a new process in a data home of the run's own. First, a question right after the start,
with the evaluated instructions taken from the disk and without, in turns; the answers' pieces and their
log-probabilities must be the same. Exit status 1 where they are not. Then, through the library,
several conversations about `examples/documents`: each first question beside the one that follows it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.machine_facts import machine_facts
from benchmarks.spread import quartiles
from generators.settings import DEFAULT_ENGINE
from generators.text.protocol import GenerationRequest, Message, TextPiece
from machine import cache_folder, models_folder
from rag import open_collection
from rag.assembly import Engines, with_model
from rag.earlier_turns import turns_of
from rag.settings import Settings

_QUESTION = "What does an aerotow to 500 metres cost a guest?"
_CONVERSATIONS = (
    (_QUESTION, "And to 1,000 metres?"),
    ("How much does a winch launch cost?", "And for guests?"),
    ("From what age may a person join the club?", "What must they pay for it?"),
    ("By which date must the FAA receive comments on the proposed directive?", "Why was it proposed?"),
)
_PASSAGE = "[1] Prices, page 1\nAn aerotow to 500 metres costs guests 38 euros and members 29 euros."
_COLLECTION = "prefix"

Measured = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--model", default=DEFAULT_ENGINE, metavar="ENGINE")
    parser.add_argument("--child", choices=("kept", "evaluated", "ingest", "conversation"), help="internal")
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(_in_child(arguments.child, with_model(Settings(), arguments.model))))
        return 0
    print(machine_facts()["machine"])
    with tempfile.TemporaryDirectory(prefix="refdesk-prefix-") as place:
        environment = {**os.environ, "REFDESK_HOME": str(_make_home(Path(place)))}

        def run(child: str) -> Measured:
            command = [
                sys.executable,
                "-m",
                "benchmarks.prefix",
                "--child",
                child,
                "--model",
                arguments.model,
            ]
            done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
            found: Measured = json.loads(done.stdout)
            return found

        run("kept")  # evaluates and keeps them
        same = _report_starts([(run("kept"), run("evaluated")) for _ in range(arguments.repeats)])
        run("ingest")
        _report_conversations([run("conversation") for _ in range(arguments.repeats)])
    return 0 if same else 1


def _make_home(place: Path) -> Path:
    """A data home that shares models and what was converted of them; it keeps instructions of its own."""
    (place / "cache").mkdir()
    (place / "models").symlink_to(models_folder(), target_is_directory=True)
    for kept in cache_folder().glob("*"):
        if kept.is_dir() and kept.name != "prompts":
            (place / "cache" / kept.name).symlink_to(kept, target_is_directory=True)
    return place


def _in_child(what: str, settings: Settings) -> Measured:
    if what == "ingest":
        with open_collection(_COLLECTION, settings) as collection:
            collection.ingest(["examples/documents"])
        return {}
    if what == "conversation":
        return _converse(settings)
    generator_settings = replace(settings.generator, saved_prompts=what == "kept")
    return _start(replace(settings, generator=generator_settings))


def _start(settings: Settings) -> Measured:
    """Load, warm, and ask: seconds until the engine is ready and until the first text after that."""
    engines = Engines(settings)
    started = time.perf_counter()
    generator = engines.generator()
    ready = time.perf_counter()
    question = Message("user", f"{_PASSAGE}\n\nQuestion: {_QUESTION}")
    request = GenerationRequest((*engines.template().stable_messages(), question), max_tokens=32)
    first = next(event for event in generator.stream(request) if isinstance(event, TextPiece))
    written = time.perf_counter()
    events = generator.stream(replace(request, signals=True))
    pieces = [(event.text, event.logprob) for event in events if isinstance(event, TextPiece)]
    engines.close()
    return {
        "ready": ready - started,
        "first": written - ready,
        "pieces": pieces,
        "agrees": first.text == pieces[0][0],
    }


def _converse(settings: Settings) -> Measured:
    """Seconds to the first text or the refusal, and the tokens that were read for it, of each question."""
    found: Measured = {"first": [], "follow-up": []}
    with open_collection(_COLLECTION, settings) as collection:
        for question, follow_up in _CONVERSATIONS:
            first = collection.ask(question)
            second = collection.ask(follow_up, turns=turns_of([first]))
            for name, answer in (("first", first), ("follow-up", second)):
                told = answer.timings.first_token_seconds or answer.timings.total_seconds
                found[name].append([told, answer.tokens.prompt - answer.tokens.reused])
    return found


def _report_starts(pairs: Sequence[tuple[Measured, Measured]]) -> bool:
    for number, arm in enumerate(("kept on the disk", "evaluated")):
        runs = [pair[number] for pair in pairs]
        _report(f"instructions {arm}: model loaded and ready", [run["ready"] for run in runs])
        _report(f"instructions {arm}: start to first text", [run["ready"] + run["first"] for run in runs])
    runs = [run for pair in pairs for run in pair]
    same = all(run["pieces"] == runs[0]["pieces"] and run["agrees"] for run in runs)
    count = len(runs[0]["pieces"])
    print(
        f"{count} pieces and their log-probabilities are {'the same' if same else 'NOT THE SAME'} in all runs"
    )
    return same


def _report_conversations(runs: Sequence[Measured]) -> None:
    for name in ("first", "follow-up"):
        asked = [each for run in runs for each in run[name]]
        read = statistics.median(tokens for _, tokens in asked)
        _report(
            f"{name} questions, {read:g} tokens read: to first text or refusal",
            [seconds for seconds, _ in asked],
        )
    pairs = [pair for run in runs for pair in zip(run["first"], run["follow-up"], strict=True)]
    ratio = statistics.median(first[0] / second[0] for first, second in pairs)
    print(f"a follow-up is {ratio:.2f} times sooner than its first question (median of {len(pairs)} pairs)")


def _report(what: str, seconds: Sequence[float]) -> None:
    low, middle, high = quartiles(seconds)
    print(
        f"{what}: median {middle:.3f} s (quartiles {low:.3f} to {high:.3f}, {len(seconds)} runs)", flush=True
    )


if __name__ == "__main__":
    sys.exit(main())
