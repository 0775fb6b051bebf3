"""A follow-up is searched for as what it means, and the answer says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings
from rag import Answered, Collection, PassagesFound, Settings, Turn, open_collection
from rag.earlier_turns import turns_of

SETTINGS = Settings(
    ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing")),
    generator=GeneratorSettings(engine="extractive"),
)


@pytest.fixture
def collection(home: Path, tmp_path: Path) -> Iterator[Collection]:
    folder = tmp_path / "documents"
    folder.mkdir()
    for year, million in ((2018, 4), (2019, 5)):
        (folder / f"{year}.md").write_text(f"# Report\n\nRevenue in {year} was {million} million euros.\n")
    (folder / "hours.md").write_text("# Hours\n\nThe library opens at nine.\n")
    with open_collection("reports", SETTINGS) as opened:
        opened.ingest([folder])
        yield opened


BEFORE = (Turn("What was revenue in 2018?", "4 million euros [1]"),)


def test_a_follow_up_is_answered_as_what_it_means(collection: Collection) -> None:
    answer = collection.ask("And in 2019?", turns=BEFORE)
    assert (answer.question, answer.searched) == ("And in 2019?", "What was revenue in 2019?")
    assert "5 million euros" in answer.text


def test_the_first_event_says_what_was_searched_for(collection: Collection) -> None:
    first, *_, last = collection.stream("And in 2019?", turns=BEFORE)
    assert isinstance(first, PassagesFound)
    assert isinstance(last, Answered)
    assert first.searched == last.answer.searched == "What was revenue in 2019?"


def test_a_question_of_its_own_is_searched_for_as_it_is(collection: Collection) -> None:
    alone = collection.ask("When does the library open?")
    later = collection.ask("When does the library open?", turns=BEFORE)
    assert later.searched is None
    assert (later.text, later.tokens.prompt) == (alone.text, alone.tokens.prompt)


def test_a_stream_that_is_closed_early_leaves_the_next_one_free(collection: Collection) -> None:
    events = collection.stream("And in 2019?", turns=BEFORE)
    next(events)
    events.close()
    assert "5 million" in collection.ask("And in 2019?", turns=BEFORE).text


def test_a_follow_up_shows_first_what_was_shown_before(collection: Collection) -> None:
    first = collection.ask("What was revenue in 2018?")
    second = collection.ask("And in 2019?", turns=turns_of([first]))
    again = second.passages[: len(first.passages)]
    assert [(p.number, p.text) for p in again] == [(p.number, p.text) for p in first.passages]
    assert {p.shown_before for p in again} == {1}
    assert "5 million euros" in second.text
    places = [(passage.document, span.start) for passage in second.passages for span in passage.spans]
    assert len(places) == len(set(places))


def test_what_was_removed_meanwhile_is_not_shown_again(collection: Collection, tmp_path: Path) -> None:
    first = collection.ask("What was revenue in 2018?")
    (tmp_path / "documents" / "2018.md").unlink()
    collection.ingest([tmp_path / "documents"], sync=True)
    second = collection.ask("And in 2019?", turns=turns_of([first]))
    assert not any("2018" in passage.text for passage in second.passages)
    assert "5 million euros" in second.text


def test_a_document_that_is_not_asked_is_not_shown_again(collection: Collection) -> None:
    first = collection.ask("What was revenue in 2018?")
    second = collection.ask("And in 2019?", turns=turns_of([first]), document="2019.md")
    assert {Path(passage.document).name for passage in second.passages} == {"2019.md"}


def test_where_the_context_has_no_room_for_both_a_follow_up_begins_anew(
    collection: Collection, tmp_path: Path
) -> None:
    script = tmp_path / "replies.json"
    script.write_text('["4 million euros [1]", "5 million euros [1]"]')
    small = GeneratorSettings(engine=f"scripted:{script}", context_tokens=980)
    long = " ".join(f"Clause {number} of the report is long." for number in range(40))
    (tmp_path / "documents" / "long.md").write_text(f"# Report\n\nRevenue in 2020 and in 2018.\n\n{long}\n")
    collection.ingest([tmp_path / "documents"])
    with open_collection("reports", replace(SETTINGS, generator=small)) as desk:
        first = desk.ask("What was revenue in 2018?")
        second = desk.ask("And in 2019?", turns=turns_of([first]))
    assert first.passages
    assert {passage.shown_before for passage in second.passages} == {0}
    assert second.tokens.prompt < 980


def test_what_a_refusal_was_written_below_is_not_gone_on_from(collection: Collection) -> None:
    refused = collection.ask("Zyx qwv?")
    (turn,) = turns_of([replace(refused, refused=True)])
    assert turn.passages == ()
