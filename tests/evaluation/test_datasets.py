"""Question sets in their three forms, and what is said of faulty ones."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from evaluation.datasets import drawn, lay_out, load_question_set
from evaluation.errors import QuestionSetInvalid
from evaluation.types import Gold, Question, QuestionSet


def write_lines(file: Path, *rows: object) -> None:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


class TestOwnForm:
    def test_questions_come_with_answers_labels_and_judged_passages(self, set_folder: Path) -> None:
        found = load_question_set(set_folder)
        assert found.name == "club"
        assert found.questions[0] == Question(
            "1",
            "What does a tow cost?",
            ("48 euros",),
            gold=(Gold("fees.md", None, 1),),
            labels=(("language", "en"),),
        )
        assert found.questions[1].gold == (Gold("winch.md", None, 2), Gold("fees.md", None, 0))
        assert not found.questions[2].answerable

    def test_pages_of_pdfs_are_gold(self, tmp_path: Path) -> None:
        (tmp_path / "pdfs").mkdir()
        row = {"id": "a", "text": "Which?", "doc": "x.pdf", "gold_pages": [{"doc": "x.pdf", "page": 3}] * 2}
        write_lines(tmp_path / "queries.jsonl", row)
        found = load_question_set(tmp_path)
        assert found.questions[0].gold == (Gold("x.pdf", 3),)
        assert found.questions[0].document == "x.pdf"
        assert found.files == tmp_path / "pdfs"

    def test_the_document_alone_is_gold_where_no_page_is_named(self, tmp_path: Path) -> None:
        file = tmp_path / "q.jsonl"
        write_lines(
            file,
            {"id": 7, "text": "A?", "doc": "x.pdf"},
            {"id": 8, "text": "B?", "doc": "x.pdf", "answerable": False},
        )
        answerable, unanswerable = load_question_set(file).questions
        assert (answerable.id, answerable.gold) == ("7", (Gold("x.pdf"),))
        assert unanswerable.gold == ()

    def test_gold_sentences_are_kept(self, tmp_path: Path) -> None:
        file = tmp_path / "q.jsonl"
        write_lines(file, {"id": "a", "text": "A?", "selected_sentences": ["One.", " "]})
        assert load_question_set(file).questions[0].gold_sentences == ("One.",)

    def test_the_digest_is_of_the_questions_and_their_gold(self, set_folder: Path) -> None:
        first = load_question_set(set_folder).sha256
        assert load_question_set(set_folder).sha256 == first
        qrels = set_folder / "qrels.tsv"
        qrels.write_text(qrels.read_text().replace("2\twinch\t2", "2\twinch\t1"))
        assert load_question_set(set_folder).sha256 != first


class TestBeirForm:
    def test_questions_of_the_judged_split_alone_are_asked(self, tmp_path: Path) -> None:
        write_lines(tmp_path / "corpus.jsonl", {"_id": "d1", "title": "", "text": "One."})
        write_lines(
            tmp_path / "queries.jsonl",
            {"_id": "q1", "text": "A?", "metadata": {}},
            {"_id": "q2", "text": "B?", "metadata": {}},
        )
        (tmp_path / "qrels").mkdir()
        (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq2\td1\t1\n")
        (question,) = load_question_set(tmp_path).questions
        assert (question.id, question.gold) == ("q2", (Gold("d1.md"),))

    def test_judgements_in_trec_form_are_read(self, set_folder: Path) -> None:
        (set_folder / "qrels.tsv").write_text("1 0 fees 1\n")
        assert load_question_set(set_folder).questions[0].gold == (Gold("fees.md"),)


class TestTables:
    def test_a_table_of_questions_and_answers(self, tmp_path: Path) -> None:
        file = tmp_path / "q.csv"
        file.write_text(
            "\ufeffQuestion,answer,document,page,answerable,topic\n"
            'What?,"a, b",x.pdf,2,,money\n'
            "Who?,,,,no,\n",
            encoding="utf-8",
        )
        first, second = load_question_set(file).questions
        assert first.answers == ("a, b",)
        assert first.gold == (Gold("x.pdf", 2),)
        assert first.labels == (("topic", "money"),)
        assert (first.id, second.id) == ("line-2", "line-3")
        assert not second.answerable

    def test_lines_are_counted_across_quoted_line_breaks(self, tmp_path: Path) -> None:
        file = tmp_path / "q.csv"
        file.write_text('question,answer\n"a\nb",x\n?,y,z\n')
        with pytest.raises(QuestionSetInvalid, match=r"line 4: it has more cells"):
            load_question_set(file)

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            ("question,page\nA?,1\n", "line 1: the header names no column `answer`"),
            ("question,answer,page\nA?,b,1\n", "line 2: `page` is a page's number"),
            ("question,answer,document,page\nA?,b,x.pdf,0\n", "line 2: `page` is a page's number"),
            ("question,answer,answerable\nA?,b,perhaps\n", "line 2: `answerable` is yes or no"),
            (
                "question,answer,answerable\nA?,b,no\n",
                "line 2: a question that is not answerable has no `answers`",
            ),
            ("question,answer\n,b\n", "line 2: `text` is missing"),
            ("question,answer\n", "it holds no question"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_line(self, content: str, complaint: str, tmp_path: Path) -> None:
        file = tmp_path / "q.csv"
        file.write_text(content)
        with pytest.raises(QuestionSetInvalid, match=re.escape(complaint)):
            load_question_set(file)


class TestFaults:
    def test_all_faults_are_told_at_once(self, set_folder: Path) -> None:
        queries = set_folder / "queries.jsonl"
        queries.write_text(
            queries.read_text() + 'no json\n[1]\n{"id": "4"}\n{"id": "1", "text": "A?"}\n'
            '{"id": "5", "text": "A?", "answers": [1]}\n'
        )
        with (set_folder / "qrels.tsv").open("a") as qrels:
            qrels.write("1\tnobody\t1\n1\tfees\n9\tfees\t1\n")
        with pytest.raises(QuestionSetInvalid) as caught:
            load_question_set(set_folder)
        said = str(caught.value)
        for complaint in (
            "queries.jsonl, line 4: this is not JSON",
            "queries.jsonl, line 5: a line holds one JSON object",
            "queries.jsonl, line 6: `text` is missing",
            "queries.jsonl, line 8: `answers` is a list of texts",
            "queries.jsonl, line 7: the id '1' stands in line 1 already",
            "qrels.tsv, line 5: the corpus holds no passage 'nobody'",
            "qrels.tsv, line 6: a line is: question id",
            "judges the question '9'",
        ):
            assert complaint in said

    def test_many_faults_are_counted(self, tmp_path: Path) -> None:
        file = tmp_path / "q.jsonl"
        file.write_text("x\n" * 50)
        with pytest.raises(QuestionSetInvalid, match="and 30 more"):
            load_question_set(file)

    def test_half_a_character_is_told(self, tmp_path: Path) -> None:
        file = tmp_path / "q.jsonl"
        file.write_text('{"id": "a", "text": "\\ud83e?"}\n')
        with pytest.raises(QuestionSetInvalid, match="line 1: it holds half a character"):
            load_question_set(file)

    @pytest.mark.parametrize("content", [b"\xff\xfe\x00", b""])
    def test_what_is_no_text_or_empty_is_told(self, content: bytes, tmp_path: Path) -> None:
        file = tmp_path / "q.jsonl"
        file.write_bytes(content)
        with pytest.raises(QuestionSetInvalid, match=r"not UTF-8|no question"):
            load_question_set(str(file))

    def test_judgements_without_a_grade_and_endless_nesting_are_told(self, set_folder: Path) -> None:
        (set_folder / "qrels.tsv").write_text("header\n1\tfees\t--1\n")
        with pytest.raises(QuestionSetInvalid, match=r"qrels\.tsv, line 2"):
            load_question_set(set_folder)
        (set_folder / "queries.jsonl").write_text("[" * 100_000 + "\n")
        with pytest.raises(QuestionSetInvalid, match=r"queries\.jsonl, line 1: this is not JSON"):
            load_question_set(set_folder)

    def test_missing_files_are_named(self, tmp_path: Path) -> None:
        with pytest.raises(QuestionSetInvalid, match="no such file"):
            load_question_set(tmp_path / "nothing")
        with pytest.raises(QuestionSetInvalid, match=r"queries\.jsonl"):
            load_question_set(tmp_path)


class TestLayOut:
    def test_each_passage_becomes_a_file_under_its_title(self, set_folder: Path, tmp_path: Path) -> None:
        files = lay_out(load_question_set(set_folder), tmp_path / "files")
        assert files is not None
        assert sorted(file.name for file in files.iterdir()) == ["fees.md", "winch.md"]
        assert (files / "fees.md").read_text() == "# Fees\n\nA tow to 500 metres costs 48 euros."

    def test_an_unchanged_passage_is_not_written_again(self, set_folder: Path, tmp_path: Path) -> None:
        files = lay_out(load_question_set(set_folder), tmp_path / "files")
        assert files is not None
        before = (files / "fees.md").stat().st_mtime_ns
        lay_out(load_question_set(set_folder), tmp_path / "files")
        assert (files / "fees.md").stat().st_mtime_ns == before

    def test_ids_cannot_leave_the_folder(self, tmp_path: Path) -> None:
        write_lines(tmp_path / "corpus.jsonl", {"id": "../../x", "text": "One."})
        files = lay_out(QuestionSet("s", "", (), corpus=tmp_path / "corpus.jsonl"), tmp_path / "in" / "files")
        assert files is not None
        (file,) = files.iterdir()
        assert file.name.startswith(".._.._x-")
        assert file.parent == tmp_path / "in" / "files"

    def test_ids_that_look_alike_as_names_are_two_files(self, tmp_path: Path) -> None:
        corpus = tmp_path / "corpus.jsonl"
        write_lines(corpus, {"id": "Help!", "text": "One."}, {"id": "Help?", "text": "Two."})
        files = lay_out(QuestionSet("s", "", (), corpus=corpus), tmp_path / "files")
        assert files is not None
        assert len({*files.iterdir()}) == 2

    def test_a_passage_that_left_the_corpus_leaves_the_folder(self, set_folder: Path, tmp_path: Path) -> None:
        lay_out(load_question_set(set_folder), tmp_path / "files")
        write_lines(set_folder / "corpus.jsonl", {"id": "fees", "title": "Fees", "text": "A tow costs 48."})
        (set_folder / "qrels.tsv").write_text("1\tfees\t1\n")
        files = lay_out(load_question_set(set_folder), tmp_path / "files")
        assert files is not None
        assert [file.name for file in files.iterdir()] == ["fees.md"]


class TestDrawn:
    @pytest.fixture
    def hundred(self) -> QuestionSet:
        questions = tuple(Question(str(n), f"{n}?", answerable=n % 4 > 0) for n in range(100))
        return QuestionSet("hundred", "whole", questions)

    def test_without_a_number_all_are_asked(self, hundred: QuestionSet) -> None:
        assert drawn(hundred) is hundred

    def test_the_same_seed_draws_the_same_in_the_sets_order(self, hundred: QuestionSet) -> None:
        ids = [int(question.id) for question in drawn(hundred, count=10, seed=3).questions]
        assert ids == sorted(ids)
        assert ids == [int(question.id) for question in drawn(hundred, count=10, seed=3).questions]
        assert ids != [int(question.id) for question in drawn(hundred, count=10, seed=4).questions]
        assert drawn(hundred, count=10, seed=3).sha256 != "whole"

    def test_kinds_are_drawn_apart(self, hundred: QuestionSet) -> None:
        found = drawn(hundred, answerable=5, unanswerable=30).questions
        assert sum(question.answerable for question in found) == 5
        assert sum(not question.answerable for question in found) == 25  # as many as there are

    def test_none_at_all_is_no_set(self, hundred: QuestionSet) -> None:
        with pytest.raises(QuestionSetInvalid, match="no question was drawn"):
            drawn(hundred, answerable=0)
