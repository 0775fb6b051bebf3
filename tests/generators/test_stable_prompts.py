"""A beginning that another process evaluated is continued as if this one had."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from generators.assembly import build_text_generator, saved_prompts_folder
from generators.settings import GeneratorSettings
from generators.text.llama_cpp import LlamaCppGenerator
from generators.text.llama_model import LlamaModel
from generators.text.protocol import Finished, GenerationRequest, Message, TextPiece
from generators.text.stable_prompts import StablePrompts
from generators.text.state_files import StateFiles

pytestmark = pytest.mark.real

_SYSTEM = Message("system", "You answer from the passages alone, in one short sentence. " * 12)
_QUESTION = Message("user", "SECRETIVE: which river flows through Bern?")
_REQUEST = GenerationRequest((_SYSTEM, _QUESTION), max_tokens=8, signals=True)

#: The instructions have more tokens than this: more than one block.
BEGINNING = 128

Said = tuple[tuple[str, float | None], ...]


@contextmanager
def _started(
    model: Path, folder: Path, weights: Callable[[], str] = lambda: "w", context_tokens: int = 512
) -> Iterator[LlamaCppGenerator]:
    """A generator as in a process of its own, warmed."""
    kept = StablePrompts(StateFiles(folder), weights)
    generator = LlamaCppGenerator(model, context_tokens=context_tokens, stable_prompts=kept)
    try:
        generator.warm([_SYSTEM])
        yield generator
    finally:
        generator.close()


def _say(generator: LlamaCppGenerator) -> tuple[Said, Finished]:
    _, *pieces, finished = generator.stream(_REQUEST)
    assert isinstance(finished, Finished)
    return tuple((piece.text, piece.logprob) for piece in pieces if isinstance(piece, TextPiece)), finished


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many tokens were evaluated, in blocks of more than one."""
    counts: list[int] = []
    evaluate = LlamaModel.evaluate

    def counting(self: LlamaModel, tokens: tuple[int, ...]) -> None:
        if len(tokens) > 1:
            counts.append(len(tokens))
        evaluate(self, tokens)

    monkeypatch.setattr(LlamaModel, "evaluate", counting)
    return counts


@pytest.fixture(scope="module")
def plain(gemma_file: Path) -> Said:
    """What is said where nothing is kept, in a new process's first answer."""
    generator = LlamaCppGenerator(gemma_file, context_tokens=512)
    generator.warm([_SYSTEM])
    try:
        return _say(generator)[0]
    finally:
        generator.close()


def test_a_kept_beginning_is_not_evaluated_and_changes_nothing(
    gemma_file: Path, tmp_path: Path, evaluated: list[int], plain: Said
) -> None:
    with _started(gemma_file, tmp_path) as first:
        beginning = sum(evaluated)
        assert beginning > BEGINNING
        assert _say(first)[0] == plain
    evaluated.clear()
    with _started(gemma_file, tmp_path) as second:
        assert evaluated == []
        said, finished = _say(second)
        assert said == plain
        assert finished.reused_tokens >= beginning
        assert _say(second)[0] == plain  # and so it stays
    assert len(list(tmp_path.iterdir())) == 1


_IN_ANOTHER_PROCESS = """
import json, sys
from pathlib import Path
from tests.generators.test_stable_prompts import _say, _started

with _started(Path(sys.argv[1]), Path(sys.argv[2])) as generator:
    print(json.dumps(_say(generator)[0]))
"""


def test_another_process_says_the_same(gemma_file: Path, tmp_path: Path, plain: Said) -> None:
    command = [sys.executable, "-c", _IN_ANOTHER_PROCESS, str(gemma_file), str(tmp_path)]
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    for _ in range(2):
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=root, env=environment, timeout=120
        )
        assert tuple(map(tuple, json.loads(done.stdout))) == plain


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-1000]),
        lambda path: path.write_bytes(path.read_bytes()[:-1000] + b"\xff" * 1000),
    ],
    ids=["cut", "changed"],
)
def test_a_damaged_file_is_evaluated_anew_and_made_good(
    gemma_file: Path, tmp_path: Path, evaluated: list[int], plain: Said, damage: Callable[[Path], object]
) -> None:
    with _started(gemma_file, tmp_path):
        (path,) = tmp_path.iterdir()
        good = path.read_bytes()
    damage(path)
    evaluated.clear()
    with _started(gemma_file, tmp_path) as generator:
        assert sum(evaluated) > BEGINNING
        assert _say(generator)[0] == plain
    assert path.read_bytes() == good


def test_what_llama_cpp_refuses_is_evaluated_anew(
    gemma_file: Path, tmp_path: Path, evaluated: list[int], plain: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _started(gemma_file, tmp_path):
        evaluated.clear()
    # What our own check lets through because we wrote it, cut as no checksum would tell.
    read = StateFiles.read
    monkeypatch.setattr(StateFiles, "read", lambda self, key: (read(self, key) or b"")[:-4096])
    with _started(gemma_file, tmp_path) as generator:
        assert sum(evaluated) > BEGINNING
        assert _say(generator)[0] == plain


@pytest.mark.parametrize("other", [{"weights": lambda: "others"}, {"context_tokens": 400}])
def test_other_weights_or_another_context_do_not_take_it(
    gemma_file: Path, tmp_path: Path, evaluated: list[int], other: dict[str, object]
) -> None:
    with _started(gemma_file, tmp_path):
        evaluated.clear()
    with _started(gemma_file, tmp_path, **other):  # type: ignore[arg-type]  # one of its arguments
        assert sum(evaluated) > BEGINNING
    assert len(list(tmp_path.iterdir())) == 2


def test_weights_that_cannot_be_hashed_keep_nothing(gemma_file: Path, tmp_path: Path, plain: Said) -> None:
    def unreadable() -> str:
        raise PermissionError("not yours")

    with _started(gemma_file, tmp_path, unreadable) as generator:
        assert _say(generator)[0] == plain
    assert list(tmp_path.iterdir()) == []


def test_answering_writes_nothing_more(gemma_file: Path, tmp_path: Path) -> None:
    with _started(gemma_file, tmp_path) as generator:
        (path,) = tmp_path.iterdir()
        before = path.read_bytes()
        _say(generator)
        generator.warm([_SYSTEM])
    assert [found.read_bytes() for found in tmp_path.iterdir()] == [before]


@pytest.mark.parametrize("wanted", [True, False])
def test_the_setting_decides(gemma_file: Path, tmp_path: Path, wanted: bool) -> None:
    settings = GeneratorSettings(f"llama-cpp:{gemma_file}", context_tokens=512, saved_prompts=wanted)
    generator = build_text_generator(settings, Path, tmp_path)
    generator.warm([_SYSTEM])
    generator.close()
    assert saved_prompts_folder(tmp_path).is_dir() == wanted
