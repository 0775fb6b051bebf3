"""What answers cite, beside the sentences that people marked: in one run, every question in each arm.

    python -m benchmarks.citations FOLDER [--answerable N]

The arms search the same collection: Refdesk with the template `detailed` and with `plain`, the `extractive`
engine, which needs no model and quotes, and "the top passage", whose answer is the best hit, every sentence
of it cited. Each is compared with Refdesk's first, question by question.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from apps.cli.evaluation.progress import shown_questions
from apps.cli.evaluation.tables import write_changes
from benchmarks.machine_facts import machine_facts
from evaluation.asking import RunSettings
from evaluation.assembly import Scoring, build_scorers, build_system, close_all, collection_of
from evaluation.collection_system import CollectionSystem
from evaluation.comparison import compare
from evaluation.datasets import drawn, load_question_set
from evaluation.runner import Arm, measure_in_turns
from evaluation.system import HeldChunk
from evaluation.types import AnswerSentence, Quote, Reply, Retrieval
from generators.settings import GeneratorSettings
from rag import Settings
from rag.sentences import sentence_spans
from rag.settings import AnswerSettings

_METRICS = ("citation_f1", "citation_precision", "citation_recall", "rougeL", "token_f1", "answer_seconds")
_DETAILED = Settings(answer=AnswerSettings(template="detailed"))
_EXTRACTIVE = Settings(generator=GeneratorSettings(engine="extractive"))


class TopPassage:
    """Answers with the best hit, whole, and cites each of its sentences."""

    def __init__(self, system: CollectionSystem) -> None:
        self._system = system

    def facts(self, *, answers: bool) -> Mapping[str, str]:
        return {**self._system.facts(answers=False), "system": "the top passage", "answers": str(answers)}

    def surroundings(self) -> Mapping[str, str]:
        return self._system.surroundings()

    def held_name(self, document: str) -> str | None:
        return self._system.held_name(document)

    def chunks(self, document: str) -> Iterable[HeldChunk]:
        return self._system.chunks(document)

    def load(self, *, answers: bool) -> None:  # noqa: ARG002 - no answer takes a model
        self._system.load(answers=False)

    def search(self, question: str, count: int, document: str | None = None) -> Retrieval:
        return self._system.search(question, count, document)

    def ask(self, question: str, document: str | None = None) -> Reply:
        started = time.perf_counter()
        hits = self._system.search(question, 1, document).hits
        cited = [
            Quote(best.document, best.page_number, best.text[start:end], 1)
            for best in hits
            for start, end in sentence_spans(best.text)
        ]
        seconds = time.perf_counter() - started
        return Reply(
            text=" ".join(quote.text for quote in cited),
            short_answer=None,
            refusal=None if cited else "nothing-found",
            sentences=tuple(AnswerSentence(quote.text, "unchecked", None, (quote,)) for quote in cited),
            passages=(),
            first_text_seconds=seconds,
            first_checked_seconds=None,
            total_seconds=seconds,
            prompt_tokens=0,
            reused_tokens=0,
            completion_tokens=0,
        )

    def close(self) -> None:
        self._system.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.citations")
    parser.add_argument("questions", type=Path)
    parser.add_argument("--answerable", type=int, default=60)
    arguments = parser.parse_args()
    whole = load_question_set(arguments.questions)
    marked = tuple(question for question in whole.questions if question.gold_sentences)
    some = drawn(replace(whole, questions=marked), answerable=arguments.answerable)
    arms = []
    for name, settings in (
        ("detailed", _DETAILED),
        ("plain", Settings()),
        ("extractive", _EXTRACTIVE),
        ("top passage", Settings()),
    ):
        system = build_system(collection_of(whole, settings)[0])
        asked = TopPassage(system) if name == "top passage" else system
        arms.append(
            Arm(f"citations-{name.replace(' ', '-')}", asked, build_scorers(Scoring(answers=True), some))
        )
    try:
        with shown_questions() as progress:
            runs = measure_in_turns(
                arms,
                some,
                RunSettings(answers=True),
                command=f"python -m benchmarks.citations {whole.name}",
                anew=True,
                progress=progress,
            )
    finally:
        for arm in arms:
            close_all(arm.scorers)
            arm.system.close()
    print(f"{whole.name}, {len(some.questions)} questions with marked sentences, {machine_facts()}")
    for arm, run in list(zip(arms, runs, strict=True))[1:]:
        print(f"\nfirst: {arm.run}, second: {arms[0].run}")
        write_changes(compare(run, runs[0], metrics=_METRICS).changes)


if __name__ == "__main__":
    main()
