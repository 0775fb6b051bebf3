"""Questions in a table: CSV or TSV with the columns `question` and `answer`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from evaluation.question_rows import ENCODING, OWN_FIELDS, Faults, is_double, question_of
from evaluation.types import Question

_NO = frozenset({"false", "no", "0", "n"})
_YES = frozenset({"true", "yes", "1", "y", ""})


def read_csv(file: Path, faults: Faults) -> list[Question]:
    """Questions of a table with a header. Rows are counted as lines of the file."""
    questions = []
    seen: dict[str, int] = {}
    try:
        with file.open(encoding=ENCODING, newline="") as lines:
            table = csv.DictReader(lines, delimiter="\t" if file.suffix.lower() == ".tsv" else ",")
            columns = [name.strip().lower() for name in table.fieldnames or ()]
            table.fieldnames = columns
            for needed in ("question", "answer"):
                if needed not in columns:
                    faults.add(
                        file, 1, f"the header names no column `{needed}`; it has: {', '.join(columns)}"
                    )
                    return []
            before = table.line_num
            for row in table:
                line, before = before + 1, table.line_num  # a quoted cell may hold line breaks
                question = _table_row(row, file, line, faults)
                if question is not None and not is_double(question, seen, file, line, faults):
                    questions.append(question)
    except OSError as error:
        faults.add(file, None, f"it cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        faults.add(file, None, f"it is not UTF-8 text ({error.reason} at byte {error.start})")
    except csv.Error as error:
        faults.add(file, None, f"it is not a table ({error})")
    return questions


def _table_row(
    row: Mapping[str | None, str | list[str] | None], file: Path, line: int, faults: Faults
) -> Question | None:
    if None in row:
        faults.add(file, line, "it has more cells than the header has columns")
        return None
    cells = {str(name): (cell if isinstance(cell, str) else "").strip() for name, cell in row.items()}
    said = cells.get("answerable", "").lower()
    if said not in _YES | _NO:
        faults.add(file, line, f"`answerable` is yes or no, not {said!r}")
        return None
    fields: dict[str, object] = {
        name: cell for name, cell in cells.items() if name not in OWN_FIELDS and cell
    }
    fields |= {
        "id": cells.get("id") or f"line-{line}",
        "text": cells["question"],
        "answers": [cells["answer"]] if cells["answer"] else [],
        "answerable": said not in _NO,
    }
    if cells.get("sentence"):
        fields["selected_sentences"] = [cells["sentence"]]
    if document := cells.get("document"):
        fields["document"] = document
    if page := cells.get("page"):
        if not document or not page.isdecimal() or int(page) < 1:
            faults.add(
                file, line, f"`page` is a page's number, from 1, of the row's `document`, not {page!r}"
            )
            return None
        fields["gold_pages"] = [{"doc": document, "page": int(page)}]
    return question_of(fields, file, line, faults)
