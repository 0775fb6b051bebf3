"""Questions that are not looked up, from the outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import (
    Answered,
    Collection,
    DocumentFilter,
    NoSuchDocument,
    ReadingPlanned,
    ReadingProgress,
    Refused,
    TextAdded,
    Verdict,
)
from rag.desk import SMALL_TALK
from tests.rag.desk.conftest import Opened

UNUSED: tuple[str, ...] = ()


def test_small_talk_gets_the_fixed_reply_and_no_model_is_asked(opened: Opened) -> None:
    answer = opened(UNUSED).ask("Hello there!")
    assert (answer.kind, answer.text, answer.refused) == ("small-talk", SMALL_TALK, False)
    assert answer.sentences == ()
    assert answer.coverage is None


def test_what_resembles_small_talk_is_looked_up(opened: Opened) -> None:
    answer = opened().ask("Hello, what is the annual fee?")
    assert answer.kind == "answer"
    assert "12 euros" in answer.text


def test_the_inventory_is_told_by_code(opened: Opened) -> None:
    answer = opened(UNUSED).ask("What documents do you have?")
    assert answer.kind == "inventory"
    lines = answer.text.splitlines()
    assert lines[0] == "3 documents, 4 pages:"
    assert [line.split(":")[0].removeprefix("- ") for line in lines[1:]] == [
        "lease contract.txt",
        "notes.txt",
        "rules.md (Returns)",
    ]


def test_a_long_inventory_names_twenty_and_counts_the_others(opened: Opened, tmp_path: Path) -> None:
    collection = opened(UNUSED)
    more = tmp_path / "more"
    more.mkdir()
    for number in range(29):
        (more / f"page {number:02}.txt").write_text(f"Number {number}.")
    collection.ingest([more])
    lines = collection.ask("list all documents").text.splitlines()
    assert lines[0] == "32 documents, 33 pages:"
    assert len(lines) == 22
    assert lines[-1] == "and 12 more."


def test_the_inventory_of_a_kind_and_of_a_document(opened: Opened) -> None:
    collection = opened(UNUSED)
    assert collection.ask("How many markdown files are there?").text.startswith("1 document of type markdown")
    assert collection.ask("Which PDFs do you have?").text == "There is no document of type pdf here."
    assert collection.ask("How many pages does rules.md have?").text.startswith("rules.md (Returns): 2 pages")
    assert collection.ask("Do you have nosuch.pdf?").text == (
        "No document here is called 'nosuch.pdf'. There is lease contract.txt, notes.txt and rules.md."
    )


def test_the_inventory_is_limited_by_a_filter(opened: Opened) -> None:
    answer = opened(UNUSED).ask("how many documents?", only=DocumentFilter(types="text"))
    assert answer.text.startswith("2 documents, 2 pages")


def test_a_document_is_summed_up_and_its_sentences_are_checked(opened: Opened) -> None:
    collection = opened(["Books go back on Friday [1]. The annual fee is 12 euros [2]."])
    events = list(collection.stream("Summarise rules.md, please."))
    planned = [event for event in events if isinstance(event, ReadingPlanned)]
    assert [(event.documents, event.pages, event.pieces) for event in planned] == [(1, 2, 1)]
    assert planned[0].prompt_tokens > 0
    assert [event.piece for event in events if isinstance(event, ReadingProgress)] == [1]
    assert isinstance(events[-1], Answered)
    answer = events[-1].answer
    assert answer.kind == "overview"
    assert answer.text == "Books go back on Friday. [1] The annual fee is 12 euros. [2]"
    assert [sentence.verdict for sentence in answer.sentences] == [Verdict.SUPPORTED] * 2
    assert [sentence.citations[0].page_label for sentence in answer.sentences] == [
        "section Returns",
        "section Fees",
    ]
    assert answer.sentences[1].citations[0].quote == "The annual fee is 12 euros."
    assert answer.coverage is not None
    assert answer.coverage.text == "From 1 of 1 document, 2 pages."


def test_a_note_that_the_document_does_not_say_is_put_right(opened: Opened) -> None:
    answer = opened(["The annual fee is 15 euros [2]."]).ask("What is rules.md about?")
    assert answer.text == "The annual fee is 12 euros. [1]"


def test_a_sentence_that_was_cut_off_is_left_out(opened: Opened) -> None:
    rules = "Books go back on Friday [1]. The annual fee is 12 euros [2]. It is due on 1 October [2]."
    lease = "The tenant is Anna Lund [1]. The rent is 900 euros a month [1]."
    cut = (
        "The tenant is Anna Lund [1]. The annual fee is 12 euros [4] "
        + "and the annual fee is 12 euros " * 60
    )
    collection = opened([lease, "Not stated.", rules, cut])
    events = list(collection.stream("summarise everything"))
    assert isinstance(events[-1], Answered)
    answer = events[-1].answer
    assert (answer.finish, answer.text) == ("length", "The tenant is Anna Lund [1].")
    assert [sentence.text for sentence in answer.sentences] == ["The tenant is Anna Lund."]


def test_a_note_of_headings_alone_is_none(opened: Opened) -> None:
    answer = opened(["Returns [1]. Returns and fees [1][2]. It is due on 1 October [2]."]).ask(
        "Summarise rules.md"
    )
    assert answer.text == "It is due on 1 October. [1]"


def test_a_last_step_of_which_nothing_holds_gives_way_to_the_notes(opened: Opened) -> None:
    lease = "The tenant is Anna Lund [1]. The rent is 900 euros a month [1]."
    rules = "Books go back on Friday [1]. The annual fee is 12 euros [2]."
    replies = [lease, "The winch rope was replaced [1].", rules, "Cows fly over Sweden [1]."]
    answer = opened(replies).ask("summarise everything")
    assert {sentence.verdict for sentence in answer.sentences} == {Verdict.SUPPORTED}
    assert "900 euros" in answer.text


def test_all_documents_are_put_together_in_a_last_step(opened: Opened) -> None:
    collection = opened(
        [
            "The tenant is Anna Lund [1]. The rent is 900 euros a month [1].",
            "The winch rope was replaced [1].",
            "Books go back on Friday [1]. The annual fee is 12 euros [2].",
            "The tenant is Anna Lund [1]. The annual fee is 12 euros [5]. Cows fly [4].",
        ]
    )
    answer = collection.ask("Summarise all documents")
    assert [passage.document.rsplit("/", 1)[-1] for passage in answer.passages] == [
        "lease contract.txt",
        "lease contract.txt",
        "notes.txt",
        "rules.md",
        "rules.md",
    ]
    assert [sentence.verdict.value for sentence in answer.sentences] == [
        "supported",
        "supported",
        "unsupported",
    ]
    assert answer.sentences[1].citations[0].quote == "The annual fee is 12 euros."
    assert answer.passages[0].text == "The tenant is Anna Lund."
    assert answer.coverage is not None
    assert answer.coverage.text == "From 3 of 3 documents, 4 pages."


def test_where_the_last_step_says_nothing_the_notes_stand(opened: Opened) -> None:
    notes = [
        "The tenant is Anna Lund [1]. The rent is 900 euros a month [1].",
        "The winch rope was replaced [1].",
    ]
    rules = "Books go back on Friday [1]. The annual fee is 12 euros [2]."
    answer = opened([*notes, rules, "Not stated."]).ask("Summarise all documents")
    assert not answer.refused
    assert answer.text.startswith("The tenant is Anna Lund. [1]")


def test_a_model_that_notes_nothing_still_gives_how_the_document_begins(opened: Opened) -> None:
    answer = opened(["Not stated."]).ask("Summarise notes.txt")
    assert answer.text == "Anna Lund asked about the winch. [1]"


def test_without_a_model_the_leads_are_the_summary(opened: Opened) -> None:
    answer = opened().ask("Give me an overview of the lease contract")
    assert answer.kind == "overview"
    assert answer.text == "The tenant is Anna Lund. [1]"


def test_every_item_is_listed_once_with_all_its_places(opened: Opened) -> None:
    collection = opened(["- Anna Lund [1]\n- Bertha Nobody [1]", "- anna lund [1]", "Not stated."])
    answer = collection.ask("List all people mentioned in the documents")
    assert answer.text == "- Anna Lund [1] [2]"
    (sentence,) = answer.sentences
    assert sentence.verdict is Verdict.SUPPORTED
    assert [citation.quote for citation in sentence.citations] == [
        "The tenant is Anna Lund.",
        "Anna Lund asked about the winch.",
    ]
    assert [passage.number for passage in answer.passages] == [1, 2]


def test_a_list_that_is_cut_off_is_read_again_in_halves(opened: Opened) -> None:
    collection = opened(["- 12 euros [2]\n" * 100, "Not stated.", "- 12 euros [1]\n- 1 October [1]"])
    answer = collection.ask("Extract all amounts from rules.md")
    assert [sentence.text for sentence in answer.sentences] == ["12 euros", "1 October"]
    assert {sentence.citations[0].page_label for sentence in answer.sentences} == {"section Fees"}


def test_a_list_of_nothing_is_the_refusal_with_what_was_read(opened: Opened) -> None:
    answer = opened(["Not stated."] * 3).ask("List all airports")
    assert (answer.kind, answer.refused, answer.refusal) == ("overview", True, "not-stated")
    assert answer.coverage is not None
    assert answer.coverage.is_whole


def test_without_a_model_a_list_is_the_sentences_that_match(opened: Opened) -> None:
    answer = opened().ask("List every winch in all documents.")
    assert answer.text == "- Anna Lund asked about the winch [1]\n- The winch rope was replaced [1]"


def test_mentions_are_counted_by_code(opened: Opened) -> None:
    answer = opened(UNUSED).ask("How many documents mention Anna Lund?")
    assert answer.text == (
        "2 of 3 documents mention “Anna Lund” word for word:\n"
        "- “The tenant is Anna Lund.” [1]\n- “Anna Lund asked about the winch.” [2]"
    )
    assert answer.short_answer == "2"
    assert {sentence.verdict for sentence in answer.sentences} == {Verdict.SUPPORTED}
    assert opened(UNUSED).ask("How many documents mention zebras?").text == (
        "None of 3 documents mentions “zebras” word for word."
    )


def test_a_document_that_is_not_here_is_declined_in_words(opened: Opened) -> None:
    events = list(opened(UNUSED).stream("Summarise nosuch.pdf"))
    assert isinstance(events[0], Refused)
    assert events[0].text.startswith("No document here is called 'nosuch.pdf'.")
    assert isinstance(events[-1], Answered)
    assert events[-1].answer.refused


def test_this_document_is_the_only_one_in_question(opened: Opened) -> None:
    collection = opened()
    assert collection.ask("What is this document about?", document="notes.txt").kind == "overview"
    assert collection.ask("What is this document about?").kind == "answer"


def test_a_question_can_be_looked_up_whatever_it_looks_like(opened: Opened) -> None:
    assert opened().ask("list all documents", as_question=True).kind == "answer"


def test_a_filter_is_respected(opened: Opened) -> None:
    answer = opened().ask("Summarise all documents", document="rules.md")
    assert {passage.document.rsplit("/", 1)[-1] for passage in answer.passages} == {"rules.md"}
    declined = opened().ask("Summarise rules.md", document="notes.txt")
    assert declined.refused


def test_the_overview_can_be_asked_for_directly(opened: Opened) -> None:
    told: list[ReadingPlanned | ReadingProgress] = []
    answer = opened().overview(document="notes.txt", progress=told.append)
    assert answer.text == "Anna Lund asked about the winch. [1]"
    assert isinstance(told[0], ReadingPlanned)
    about = opened().overview(question="annual fee")
    assert about.text == "The annual fee is 12 euros. [1]"
    assert (
        opened().overview(document="rules.md", question="List all books").text
        == "- Books go back on Friday [1]"
    )
    with pytest.raises(NoSuchDocument):
        opened().overview(document="nosuch.pdf")


@pytest.mark.parametrize("question", ["Summarise all documents", "List all people"])
@pytest.mark.parametrize("asked", [0, 1, 3])
def test_it_stops_at_once_and_says_how_far_it_came(opened: Opened, question: str, asked: int) -> None:
    collection = opened(["Anna Lund is the tenant [1]"])  # a second piece would find the script at its end
    calls = iter([False] * asked)
    events = list(collection.stream(question, cancelled=lambda: next(calls, True)))
    assert isinstance(events[-1], Answered)
    answer = events[-1].answer
    assert answer.finish == "cancelled"
    assert answer.coverage is not None
    assert answer.coverage.documents == 0
    assert "not reached" in answer.coverage.text


def test_a_stream_that_is_closed_early_leaves_the_collection_usable(opened: Opened) -> None:
    collection: Collection = opened()
    events: Iterator[object] = collection.stream("Summarise all documents")
    next(events)
    events.close()  # type: ignore[attr-defined]  # a generator has it
    assert collection.ask("What is the annual fee?").kind == "answer"


def test_text_is_what_the_answer_says(opened: Opened) -> None:
    events = list(opened().stream("what documents do you have?"))
    assert isinstance(events[-1], Answered)
    assert "".join(event.text for event in events if isinstance(event, TextAdded)) == events[-1].answer.text
