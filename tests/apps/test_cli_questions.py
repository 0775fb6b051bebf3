"""Search, ask and chat."""

from __future__ import annotations

import json
import signal
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apps.cli.answer_display import StreamedText


def test_search_json_is_the_contract(refdesk, filled: Path) -> None:
    found = refdesk("search", "annual fee", "-k", "2", "--json").json()
    assert found["schema"] == 1
    best = found["hits"][0]
    assert set(best) == {"rank", "document", "page", "page_end", "page_label", "score", "text", "repeats"}
    assert (best["rank"], best["document"], best["page"]) == (1, str(filled / "fees.md"), 1)
    assert "12 euros" in best["text"]
    assert len(found["hits"]) == 2


def test_search_shows_where_a_hit_stands(refdesk, filled: Path) -> None:
    said = refdesk("search", "books back on friday", "-k", "1")
    assert said.stdout.startswith("1. fees.md, section Returns\n   score ")
    assert "Books go back on Friday." in said.stdout


def test_search_is_limited_to_documents(refdesk, filled: Path) -> None:
    found = refdesk("search", "fee", "--document", "*.txt", "--json").json()
    assert {hit["document"] for hit in found["hits"]} == {str(filled / "hours.txt")}


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["search", "fee", "-c", "nosuch"], "CollectionNotFound"),
        (["search", "fee", "--document", "nosuch"], "NoSuchDocument"),
        (["ask", "fee", "-c", "no/name"], "WrongUse"),
        (["ask", "fee", "--model", "nosuch"], "UnknownModel"),
        (["ask", "fee", "--model", "./nosuch.gguf"], "ModelUnusable"),
        (["chat", "-c", "nosuch"], "CollectionNotFound"),
    ],
)
def test_wrong_use_has_words_a_kind_and_code_2(
    refdesk, filled: Path, arguments: list[str], kind: str
) -> None:
    said = refdesk(*arguments, "--json")
    assert said.exit_code == 2
    error = said.json()
    assert (error["schema"], error["error"]["kind"]) == (1, kind)
    assert said.stderr == f"refdesk: {error['error']['message']}\n"


def test_an_empty_collection_is_wrong_use(refdesk, filled: Path) -> None:
    refdesk("remove", "*", "--yes")
    for command in (["ask", "fee"], ["search", "fee"], ["chat"]):
        said = refdesk(*command)
        assert said.exit_code == 2
        assert "refdesk ingest" in said.stderr


def test_missing_models_are_named_with_the_command_that_gets_them(
    refdesk, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REFDESK_EMBEDDER_ENGINE")
    said = refdesk("ingest", filled, "-c", "another")
    assert said.exit_code == 2
    assert "refdesk models pull all-minilm-l6-v2" in said.stderr


def test_a_collection_is_searched_with_what_it_was_made_with(
    refdesk, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REFDESK_EMBEDDER_ENGINE")
    assert refdesk("search", "fee").exit_code == 0


def test_an_unknown_embedder_engine_is_wrong_use(refdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFDESK_EMBEDDER_ENGINE", "magic")
    said = refdesk("search", "fee")
    assert said.exit_code == 2
    assert "sentence-transformers" in said.stderr


def test_ask_json_is_the_contract(refdesk, filled: Path) -> None:
    answer = refdesk("ask", "What is the annual fee?", "--json").json()
    assert set(answer) == {
        "schema",
        "kind",
        "coverage",
        "answer",
        "short_answer",
        "refused",
        "finish",
        "sentences",
        "passages",
        "timings",
        "tokens",
    }
    assert "12 euros" in answer["answer"]
    sentence = answer["sentences"][0]
    assert set(sentence) == {"text", "verdict", "support", "citations"}
    assert sentence["verdict"] == "supported"
    assert 0.9 < sentence["support"] <= 1.0
    assert sentence["citations"] == [
        {
            "document": str(filled / "fees.md"),
            "page": 1,
            "quote": "The annual fee is 12 euros.",
            "start": len("Fees\n"),
            "end": len("Fees\nThe annual fee is 12 euros."),
            "boxes": [],
        }
    ]
    assert set(answer["timings"]) == {
        "retrieve_seconds",
        "first_token_seconds",
        "first_checked_seconds",
        "total_seconds",
    }
    assert set(answer["tokens"]) == {"prompt", "completion"}


def test_ask_shows_quotes_the_verdict_and_what_each_number_is(refdesk, filled: Path) -> None:
    said = refdesk("ask", "What is the annual fee?", "--passages")
    assert (said.exit_code, said.stderr) == (0, "")
    assert "[1] fees.md, section Fees: “The annual fee is 12 euros.”" in said.stdout
    assert "Verdict: 1 sentence supported" in said.stdout
    assert "Seconds since the question, models loaded: passages " in said.stdout
    assert "Passage 1: fees.md, section Fees" in said.stdout


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of replies, chosen as the engine."""
    path = tmp_path / "replies.json"
    monkeypatch.setenv("REFDESK_ENGINE", f"scripted:{path}")
    return path


def test_a_refusal_is_well(refdesk, filled: Path, script: Path) -> None:
    script.write_text(json.dumps(["Not stated."] * 2))
    said = refdesk("ask", "Who won?", "--json")
    assert said.exit_code == 0
    assert said.json()["refused"] is True
    shown = refdesk("ask", "Who won?").stdout
    assert shown.startswith("The documents do not hold an answer to this question.\n")


def test_a_refusal_says_what_was_looked_for_and_what_came_nearest(
    refdesk, filled: Path, script: Path
) -> None:
    script.write_text(json.dumps(["Not stated."]))
    shown = refdesk("ask", "What is the annual fee for dogs?").stdout
    assert "Looked for: What is the annual fee for dogs?" in shown
    nearest = shown.partition("The nearest passages")[2]
    assert "fees.md" in nearest
    assert "12 euros" in nearest


def test_a_sentence_without_a_citation_is_shown_as_such(refdesk, filled: Path, script: Path) -> None:
    script.write_text(json.dumps(["The annual fee is 12 euros [1]. Penguins swim well."]))
    said = refdesk("ask", "What is the annual fee?")
    assert "No citation: “Penguins swim well.”" in said.stdout


def test_unsupported_sentences_are_marked_withdrawn_or_corrected(refdesk, filled: Path, script: Path) -> None:
    script.write_text(json.dumps(["The annual fee is 13 euros [1]."] * 4))
    asked = ["ask", "What is the annual fee?"]
    said = refdesk(*asked).stdout
    assert "? Unsupported (0.0" in said
    assert "“The annual fee is 13 euros.”" in said
    assert "Verdict: 1 sentence unsupported" in said
    assert refdesk(*asked, "--unsupported", "withdraw", "--json").json()["refused"]
    assert "Corrected, in the document's own words: “The annual fee is 12 euros.”" in (
        refdesk(*asked, "--unsupported", "correct").stdout
    )
    found = refdesk(*asked, "--unsupported", "correct", "--json").json()
    assert found["answer"] == "The annual fee is 12 euros. [1]"
    (sentence,) = found["sentences"]
    assert (sentence["verdict"], sentence["corrected"]) == ("supported", True)


def test_text_that_changed_is_shown_as_it_finally_reads(refdesk, filled: Path, script: Path) -> None:
    script.write_text(json.dumps(["The annual fee is 12 euros [1][9]."]))
    said = refdesk("ask", "What is the annual fee?")
    assert "As it finally reads: The annual fee is 12 euros [1]." in said.stdout


def test_an_engine_that_fails_is_a_problem_in_words(refdesk, filled: Path, script: Path) -> None:
    script.write_text("[]")
    said = refdesk("ask", "What is the annual fee?", "--json")
    assert said.exit_code == 1
    assert said.json()["error"]["kind"] == "GenerationFailed"


def test_chat_reads_lines_and_knows_its_commands(refdesk, filled: Path) -> None:
    before = "/sources\nWhat is the annual fee?\n/sources\n/nosuch\n"
    after = "/document *.txt\nWhen does it open?\n/quit\nnever asked\n"
    said = refdesk("chat", typed=before + after)
    assert said.exit_code == 0
    assert "12 euros" in said.stdout
    assert "Passage 1: fees.md" in said.stdout
    assert "hours.txt, the text" in said.stdout
    assert "Nothing has been answered yet." in said.stderr
    assert "no command /nosuch" in said.stderr


def test_a_follow_up_sees_what_was_said_before(refdesk, filled: Path, script: Path) -> None:
    script.write_text(json.dumps(["The annual fee is 12 euros [1].", "Books go back on Friday [1]."]))
    said = refdesk("chat", "--json", typed="What is the annual fee?\nAnd the books?\n")
    first, second = (json.loads(line) for line in said.stdout.splitlines())
    assert first["answer"].startswith("The annual fee")
    # What that noun stands for is not plain: the second prompt holds the first question and its answer too.
    assert second["tokens"]["prompt"] > first["tokens"]["prompt"] + len("The annual fee is 12 euros".split())


def test_ctrl_c_stops_an_answer_and_the_chat_goes_on(
    refdesk, filled: Path, script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.write_text(json.dumps(["Penguins swim well in cold water [1].", "Books go back on Friday [1]."]))
    pressed: list[str] = []

    class Pressing(StreamedText):
        def add(self, text: str) -> None:
            super().add(text)
            if not pressed:
                pressed.append(text)
                signal.raise_signal(signal.SIGINT)

    @contextmanager
    def display() -> Iterator[StreamedText]:
        yield Pressing()

    monkeypatch.setattr("apps.cli.chat.answer_display", display)
    said = refdesk("chat", typed="What swims?\n/sources\nWhen do books go back?\n")
    assert said.exit_code == 0
    assert "Stopped; this answer is not part of the conversation." in said.stderr
    assert "Nothing has been answered yet." in said.stderr
    assert "water" not in said.stdout
    assert "Books go back on Friday" in said.stdout


def test_chat_goes_on_after_a_question_that_finds_no_document(refdesk, filled: Path) -> None:
    typed = "/document nosuch\nfee?\n/document\nWhat is the annual fee?\n"
    said = refdesk("chat", typed=typed)
    assert said.exit_code == 0
    assert "No document here matches 'nosuch'" in said.stderr
    assert "12 euros" in said.stdout


def test_bytes_that_are_no_utf8_in_a_question_do_no_harm(refdesk, filled: Path) -> None:
    assert refdesk("search", "fee \udcff", "--json").exit_code == 0
    assert refdesk("ask", "What is the annual fee? \udcff").exit_code == 0


def test_a_hit_says_what_people_call_its_page(refdesk, filled: Path) -> None:
    best = refdesk("search", "books back on friday", "-k", "1", "--json").json()["hits"][0]
    assert best["page_label"] == "section Returns"


@pytest.mark.parametrize("query", ["", "   "])
@pytest.mark.parametrize("command", ["search", "ask"])
def test_an_empty_question_is_wrong_use(refdesk, filled: Path, command: str, query: str) -> None:
    said = refdesk(command, query, "--json")
    assert (said.exit_code, said.json()["error"]["kind"]) == (2, "EmptyQuestion")


@pytest.fixture
def two_of_a_name(refdesk, folder: Path) -> Path:
    """Two files of one name, and a third in an archive."""
    for year, fee in (("2023", 31), ("2024", 47)):
        (folder / year).mkdir()
        (folder / year / "tow.md").write_text(f"# Tow {year}\n\nIn {year} a glider tow costs {fee} euros.\n")
    with zipfile.ZipFile(folder / "old papers.zip", "w") as archive:
        archive.writestr("flying/tow.md", "# Tow long ago\n\nLong ago a glider tow costs 5 euros.\n")
    assert refdesk("ingest", folder).exit_code == 0
    return folder


def test_hits_of_one_file_name_are_told_apart(refdesk, two_of_a_name: Path) -> None:
    said = refdesk("search", "glider tow costs", "-k", "3").stdout
    assert ". 2023/tow.md, " in said
    assert ". 2024/tow.md, " in said
    assert ". old papers.zip › flying/tow.md, " in said


def test_citations_and_passages_are_named_alike(refdesk, two_of_a_name: Path) -> None:
    said = refdesk("ask", "What does a glider tow cost in 2024?", "--passages").stdout
    assert "] 2024/tow.md, " in said
    assert ": 2024/tow.md, " in said


def test_an_archive_and_a_folder_mean_all_in_them(refdesk, two_of_a_name: Path) -> None:
    found = refdesk("search", "tow", "--document", "old papers.zip", "--json").json()["hits"]
    assert {hit["document"] for hit in found} == {str(two_of_a_name / "old papers.zip" / "flying" / "tow.md")}
    gone = refdesk("remove", "old papers.zip", f"{two_of_a_name}/2023/", "--yes", "--json").json()["removed"]
    assert gone == [
        str(two_of_a_name / "2023" / "tow.md"),
        str(two_of_a_name / "old papers.zip" / "flying" / "tow.md"),
    ]
