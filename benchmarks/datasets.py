"""Question sets on disk, and the files they ask about.

A folder holds `queries.jsonl` (id, text, answers, answerable, and perhaps doc, gold_pages, passage_id)
and either `pdfs/` or `corpus.jsonl` (id, title, text) with `qrels.tsv` (query id, document id, grade).
Passages of a corpus become files, one each, so that both pipelines read what a person would hand them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `gold` names pages as (file name, page), page 1 where the file has one page."""

    id: str
    text: str
    answers: tuple[str, ...]
    answerable: bool
    document: str | None
    gold: frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A set, and the folder of real files it asks about."""

    name: str
    files: Path
    questions: tuple[Question, ...]
    paged: bool
    """Whether gold is a page of a PDF rather than a whole file."""


def load_question_set(folder: Path, workspace: Path) -> QuestionSet:
    """Read a set; a corpus of passages is laid out as files in the workspace."""
    rows = [json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines() if line]
    pdfs = folder / "pdfs"
    if pdfs.is_dir():
        questions = tuple(_paged_question(row) for row in rows)
        return QuestionSet(folder.name, pdfs, questions, paged=True)
    files = workspace / f"{folder.name}-files"
    files.mkdir(parents=True, exist_ok=True)
    for line in (folder / "corpus.jsonl").read_text("utf-8").splitlines():
        passage = json.loads(line)
        heading = f"# {passage['title']}\n\n" if passage.get("title") else ""
        (files / f"{_file_name(passage['id'])}").write_text(heading + passage["text"], encoding="utf-8")
    relevant: dict[str, set[tuple[str, int]]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        if int(grade) > 0:
            relevant.setdefault(query, set()).add((_file_name(document), 1))
    questions = tuple(
        Question(
            id=row["id"],
            text=row["text"],
            answers=tuple(row.get("answers") or ()),
            answerable=bool(row.get("answerable", True)),
            document=None,
            gold=frozenset(relevant.get(row["id"], ())),
        )
        for row in rows
    )
    return QuestionSet(folder.name, files, questions, paged=False)


def _paged_question(row: dict[str, object]) -> Question:
    gold = row.get("gold_pages") or []
    answers = row.get("answers") or []
    assert isinstance(gold, list)
    assert isinstance(answers, list)
    return Question(
        id=str(row["id"]),
        text=str(row["text"]),
        answers=tuple(map(str, answers)),
        answerable=bool(row.get("answerable", True)),
        document=str(row["doc"]) if row.get("doc") else None,
        gold=frozenset((page["doc"], int(page["page"])) for page in gold),
    )


def _file_name(passage_id: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in passage_id) + ".md"
