"""One question put to two collections: passages of both in one prompt, each led back to its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings
from rag import (
    Answer,
    Answered,
    Collection,
    DocumentFilter,
    EmptyCollection,
    Settings,
    Turn,
    open_collection,
)

SETTINGS = Settings(
    ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing")),
    generator=GeneratorSettings(engine="extractive"),
)
QUESTION = "What does a winch launch cost, and what does a tow cost?"


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Iterator[Collection]:
    """Three notes, in one of which the price of a tow stands."""
    for name, text in {
        "tow.md": "A tow costs 48 euros.",
        "hours.md": "The club opens at nine.",
        "old.md": "A tow costs 31 euros.",
    }.items():
        (tmp_path / name).write_text(f"{text}\n")
    with open_collection("flying", SETTINGS) as opened:
        opened.ingest([tmp_path / name for name in ("tow.md", "hours.md", "old.md")])
        yield opened


@pytest.fixture
def other(home: Path, tmp_path: Path) -> Iterator[Collection]:
    """A file of its own, in which the price of a launch stands."""
    (tmp_path / "launch.md").write_text("A winch launch costs 11 euros.\n")
    with open_collection(tmp_path / "beside", SETTINGS) as opened:
        opened.ingest([tmp_path / "launch.md"])
        yield opened


def ask(
    own: Collection,
    other: Collection,
    question: str,
    only: DocumentFilter | None = None,
    turns: tuple[Turn, ...] = (),
) -> Answer:
    *_, last = own.stream(question, only=only, beside=other, turns=turns)
    assert isinstance(last, Answered)
    return last.answer


def names(answer: Answer) -> list[str]:
    return [Path(passage.document).name for passage in answer.passages]


def test_passages_of_both_are_shown_and_numbered_through(own: Collection, other: Collection) -> None:
    answer = ask(own, other, QUESTION)
    assert names(answer)[0] == "launch.md"
    assert "tow.md" in names(answer)
    assert [passage.number for passage in answer.passages] == list(range(1, len(answer.passages) + 1))


@pytest.mark.parametrize(
    ("question", "file", "says"),
    [
        ("What does a winch launch cost?", "launch.md", "A winch launch costs 11 euros."),
        ("When does the club open?", "hours.md", "The club opens at nine."),
    ],
)
def test_what_is_cited_stands_in_its_own_collection(
    own: Collection, other: Collection, question: str, file: str, says: str
) -> None:
    (sentence, *_) = ask(own, other, question).sentences
    (citation,) = sentence.citations
    assert (Path(citation.document).name, citation.quote) == (file, says)
    holder = other if file == "launch.md" else own
    assert holder.highlights(citation)[0].text == says


def test_a_follow_up_goes_on_from_the_question_before(own: Collection, other: Collection) -> None:
    turns = (Turn("What does a tow cost?", "A tow costs 48 euros. [1]"),)
    answer = ask(own, other, "And a winch launch?", turns=turns)
    assert answer.searched == "What does a winch launch cost?"
    assert answer.sentences[0].text.startswith("A winch launch costs 11 euros.")


def test_a_filter_limits_the_documents_and_not_what_is_beside_them(
    own: Collection, other: Collection
) -> None:
    answer = ask(own, other, QUESTION, DocumentFilter(documents=("old.md",)))
    assert set(names(answer)) == {"launch.md", "old.md"}


def test_what_stands_in_neither_is_refused(own: Collection, other: Collection) -> None:
    answer = ask(own, other, "Zebra quantum chromodynamics?")
    assert answer.refused
    assert "launch.md" in names(answer)


def test_an_empty_one_beside_it_is_said_to_be_empty(own: Collection, home: Path, tmp_path: Path) -> None:
    with open_collection(tmp_path / "empty", SETTINGS) as empty:
        empty.create()
        with pytest.raises(EmptyCollection):
            ask(own, empty, QUESTION)
