"""A model tried in a child process, since running out of device memory may abort the process.

Run as `python -m generators.text.probe MODEL LAYERS CONTEXT THREADS PROMPT_TOKENS NEW_TOKENS`, it
loads the model, evaluates and writes that many tokens, and says in one line of JSON how that went.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from generators.errors import GeneratorError

_TIMEOUT_SECONDS = 300.0
_LONGEST_REASON_CHARACTERS = 300
#: What Python's fault handler writes when a signal ends the process: all threads, innermost call first.
_FAULT = "Fatal Python error:"
_PLACE = re.compile(
    r'^Current thread .*\n +File "(?P<file>.*)", line (?P<line>\d+) in (?P<function>\S+)', re.M
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: so many layers on the GPU, so many tokens read and written."""

    path: Path
    layers: int
    context_tokens: int
    threads: int | None = None
    prompt_tokens: int = 64
    new_tokens: int = 4


@dataclass(frozen=True, slots=True)
class TrialResult:
    """`reason` says why it did not work; the figures are 0 then."""

    worked: bool
    reason: str = ""
    load_seconds: float = 0.0
    prompt_tokens_per_second: float = 0.0
    generated_tokens_per_second: float = 0.0


class Probe(Protocol):
    """Tries a model. Never raises for what the trial does, be it to abort or to hang."""

    def __call__(self, trial: Trial) -> TrialResult: ...


def try_in_child(trial: Trial, timeout_seconds: float = _TIMEOUT_SECONDS) -> TrialResult:
    """The Probe that runs this module in a child process."""
    arguments = [trial.path, trial.layers, trial.context_tokens, trial.threads or 0]
    arguments += [trial.prompt_tokens, trial.new_tokens]
    # With the fault handler what died tells where it was.
    command = [sys.executable, "-X", "faulthandler", "-m", __name__, *map(str, arguments)]
    return run_child(command, timeout_seconds)


def run_child(command: list[str], timeout_seconds: float) -> TrialResult:
    """Run a command that answers with a TrialResult as JSON on its last line."""
    packages = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [packages, os.environ.get("PYTHONPATH")]))
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module, no shell
            command,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=timeout_seconds,
            env={**os.environ, "PYTHONPATH": path},
        )
    except subprocess.TimeoutExpired:
        return TrialResult(False, f"gave no answer within {timeout_seconds:g} seconds")
    except OSError as error:
        return TrialResult(False, f"could not be started: {error.strerror}")
    if done.returncode != 0:
        return TrialResult(False, _how_it_ended(done.returncode, done.stderr))
    return _read_result(done.stdout)


def _how_it_ended(code: int, stderr: str) -> str:
    words, _, fault = stderr.partition(_FAULT)
    said = _last_line(words) or "it said nothing"
    if place := _PLACE.search(fault):
        said = f"{said} (in {place['function']}, {Path(place['file']).name} line {place['line']})"
    if code >= 0:
        return f"ended with exit code {code}: {said}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"was ended by {name}: {said}"


def _read_result(stdout: str) -> TrialResult:
    line = _last_line(stdout)
    try:
        values = json.loads(line)
        return TrialResult(
            worked=values["worked"] is True,
            reason=str(values["reason"]),
            load_seconds=float(values["load_seconds"]),
            prompt_tokens_per_second=float(values["prompt_tokens_per_second"]),
            generated_tokens_per_second=float(values["generated_tokens_per_second"]),
        )
    except (ValueError, KeyError, TypeError):
        return TrialResult(False, f"answered what is no result: {line!r}")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip()[:_LONGEST_REASON_CHARACTERS] if lines else ""


def try_here(trial: Trial) -> TrialResult:
    """The trial itself, in this process."""
    from generators.text.llama_library import open_library
    from generators.text.llama_model import LlamaModel
    from generators.text.protocol import Sampling

    open_library(echo_errors=True)  # so that what it said before an abort can be read
    started = time.perf_counter()
    try:
        model = LlamaModel(
            trial.path,
            context_tokens=trial.context_tokens,
            threads=trial.threads,
            gpu_layers=trial.layers,
        )
    except GeneratorError as error:
        return TrialResult(False, str(error))
    loaded = time.perf_counter()
    # Which tokens is of no matter to the time; so many different ones that none is special to it.
    tokens = [(1000 + 7919 * number) % model.vocabulary_size for number in range(trial.prompt_tokens)]
    try:
        model.evaluate(tokens[:1])  # the first call also allocates
        model.keep_first(0)
        begun = time.perf_counter()
        for start in range(0, len(tokens), model.batch_tokens):
            model.evaluate(tokens[start : start + model.batch_tokens])
        read = time.perf_counter()
        sampler = model.open_sampler(Sampling())
        for _ in range(trial.new_tokens):
            model.evaluate([sampler.draw()])
        written = time.perf_counter()
        sampler.close()
    except GeneratorError as error:
        return TrialResult(False, str(error))
    finally:
        model.close()
    return TrialResult(
        worked=True,
        load_seconds=loaded - started,
        prompt_tokens_per_second=len(tokens) / (read - begun),
        generated_tokens_per_second=trial.new_tokens / (written - read),
    )


def main(arguments: list[str]) -> None:
    path, *numbers = arguments
    layers, context_tokens, threads, prompt_tokens, new_tokens = map(int, numbers)
    trial = Trial(Path(path), layers, context_tokens, threads or None, prompt_tokens, new_tokens)
    sys.stdout.write(json.dumps(asdict(try_here(trial))) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
