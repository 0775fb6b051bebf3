"""Reads the prompts that the head for unanswerable questions learns from; keeps what the model makes of them.

    python -m benchmarks.answerability_prompts FOLDER[:COUNT] ... --kept STATES

Each FOLDER is a question set as `refdesk eval run` takes it, with its documents. So that no style of asking
tells the two kinds apart, a question is asked twice where that can be: of its collection, and of the same
without the documents that answer it (of another document, where questions are about one). Questions that
the set calls unanswerable are asked as they are. Each prompt costs about 2 s on two cores; what is read is
written every few prompts, and the sets take turns, so that it may be stopped at any time and gone on with.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from evaluation.assembly import build_system, collection_of
from evaluation.collection_system import CollectionSystem
from evaluation.datasets import load_question_set
from evaluation.metrics.squad import normalise
from evaluation.types import Question, QuestionSet
from generators.settings import GeneratorSettings
from generators.text.protocol import GenerationRequest, PromptRead
from rag import Settings
from rag.answerability.judge import AnswerabilityJudge
from rag.answerability.signs import missing_names, shared_words
from rag.evidence import evidence
from rag.hits import Hit
from rag.passages import Picking
from rag.prompts import load_template
from rag.types import Passage

LAYERS = (16, 20, 24)
_SETTINGS = Settings(generator=GeneratorSettings(layer_outputs=True))
_SEED = 7
_TURN = 10  # prompts of a set before the next one's turn
_YES_NO = frozenset({"yes", "no", "maybe"})


@dataclass(frozen=True, slots=True)
class PromptRow:
    """One prompt. `group`: what stays on one side when questions are divided. `answered`: by its passages.

    `named_answerable` is what the set says; an answerable question whose answer is not among the passages
    is in neither kind, and `answered` is None.
    """

    set: str
    id: str
    group: str
    kind: str
    answered: bool | None
    named_answerable: bool
    signs: tuple[float, ...]


class PromptReader:
    """One set's prompts, read by the model."""

    def __init__(self, folder: Path, count: int | None) -> None:
        self.set: QuestionSet = load_question_set(folder)
        self.passages_of = _passages(folder)
        collection, _ = collection_of(self.set, _SETTINGS)
        self.system: CollectionSystem = build_system(collection)
        questions = list(self.set.questions)
        random.Random(_SEED).shuffle(questions)
        self.questions = questions[:count]

    def prompts(self) -> Iterator[tuple[Question, str, list[Hit]]]:
        """A question, the kind of its prompt, and the hits that passages are picked from."""
        for place, question in enumerate(self.questions):
            gold = {self.system.held_name(item.document) for item in question.gold if item.grade > 0}
            hits = self.system.hits(question.text, _SETTINGS.passages.hits, question.document)
            yield question, "own", hits
            if not question.answerable:
                continue
            if question.document is not None:
                others = [one.document for one in self.questions if one.document != question.document]
                if others:
                    other = others[place % len(others)]
                    yield question, "elsewhere", self.system.hits(question.text, 8, other)
            elif gold:
                wide = self.system.hits(question.text, 3 * _SETTINGS.passages.hits, None)
                kept = [hit for hit in wide if self.system.held_name(hit.document) not in gold]
                yield question, "without", kept[: _SETTINGS.passages.hits]

    def row(self, question: Question, kind: str, hits: list[Hit]) -> tuple[PromptRow, np.ndarray] | None:
        """What the model made of it; None where there is nothing to read."""
        collection = self.system.collection
        engines, behind = collection._engines, collection._behind
        generator = engines.generator()
        passages = Picking(
            question.text,
            engines.embedder().embed_query(question.text),
            hits,
            generator.count_tokens,
            engines.embedder(),
            behind.opened(),
        ).pick(_SETTINGS.passages.wanted_tokens(accelerated=False))
        if not passages:
            return None
        messages = load_template(_SETTINGS.answer.template).messages(question.text, passages)
        request = GenerationRequest(
            messages, max_tokens=1, signals=True, openings=AnswerabilityJudge.openings, layers=LAYERS
        )
        read = next(iter(generator.stream(request)))
        if not isinstance(read, PromptRead) or read.states is None or read.openings[0] is None:
            raise SystemExit("This engine does not tell what passes between its layers.")
        refusal = read.openings[0]
        odds = float(np.log(-np.expm1(min(refusal, -1e-6))) - refusal)
        signs = (
            -refusal,
            odds,
            shared_words(question.text, passages),
            missing_names(question.text, passages),
            evidence(question.text, hits),
        )
        row = PromptRow(
            self.set.name,
            question.id,
            self.passages_of.get(question.id, question.document or question.id),
            kind,
            self._answered(question, kind, passages),
            question.answerable and kind == "own",
            signs,
        )
        return row, read.states.reshape(-1).astype(np.float32)

    def _answered(self, question: Question, kind: str, passages: tuple[Passage, ...]) -> bool | None:
        if not question.answerable:
            return False
        text = f" {normalise(' '.join(passage.text for passage in passages))} "
        wanted = [normalise(answer) for answer in question.answers]
        closed = set(wanted) <= _YES_NO
        stands = not closed and any(f" {answer} " in text for answer in wanted if answer)
        if kind != "own":
            return None if stands else False
        gold = {self.system.held_name(item.document) for item in question.gold if item.grade > 0}
        shown = {self.system.held_name(passage.document) for passage in passages}
        return True if gold <= shown and (stands or closed) else None


def _passages(folder: Path) -> dict[str, str]:
    """The passage that each question was written for, where the set says it."""
    with (folder / "queries.jsonl").open(encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    return {
        str(each.get("id", each.get("_id"))): str(each["passage_id"])
        for each in records
        if "passage_id" in each
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answerability_prompts")
    parser.add_argument("folders", nargs="+", metavar="FOLDER[:COUNT]")
    parser.add_argument("--kept", type=Path, default=Path("answerability-states"))
    arguments = parser.parse_args()
    kept: Path = arguments.kept
    kept.mkdir(parents=True, exist_ok=True)
    waiting = []
    for named in arguments.folders:
        folder, _, count = named.partition(":")
        reader = PromptReader(Path(folder), int(count) if count else None)
        waiting.append((reader, reader.prompts()))
    while waiting:
        for reader, prompts in list(waiting):
            if not _read_some(reader, prompts, kept):
                waiting.remove((reader, prompts))


def _read_some(reader: PromptReader, prompts: Iterator[tuple[Question, str, list[Hit]]], kept: Path) -> bool:
    """Read the next few prompts that are not there yet. False where there are no more."""
    file = kept / f"{reader.set.name}.jsonl"
    known = {(row["id"], row["kind"]) for row in _lines(file)}
    read: list[tuple[PromptRow, np.ndarray]] = []
    for question, kind, hits in prompts:
        if (question.id, kind) in known:
            continue
        found = reader.row(question, kind, hits)
        if found is not None:
            read.append(found)
        if len(read) >= _TURN:
            break
    if read:
        part = hashlib.sha256(f"{read[0][0].id} {read[0][0].kind}".encode()).hexdigest()[:12]
        states = f"{reader.set.name}-{part}.npy"
        np.save(kept / states, np.array([state for _, state in read]).astype(np.float16))
        with file.open("a", encoding="utf-8") as lines:
            for place, (row, _) in enumerate(read):
                lines.write(json.dumps({**asdict(row), "states": states, "place": place}) + "\n")
        print(f"{reader.set.name}: {len(known) + len(read)} read", flush=True)
    return len(read) >= _TURN


def _lines(file: Path) -> list[dict[str, object]]:
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
