"""People's judgements, read from their files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.errors import NothingToJudge, QuestionSetInvalid
from evaluation.judging.labelled import drawn_of_halves, half_of, judged_rubrics, load_labelled


def test_attribution_labels(attribution_folder: Path) -> None:
    labelled = load_labelled(attribution_folder, "faithful")
    assert judged_rubrics(attribution_folder) == ("faithful",)
    assert (labelled.name, len(labelled.answers), labelled.pairs) == ("attribution", 80, ())
    first, second = labelled.answers[:2]
    assert (first.id, first.good, second.good) == ("a0", True, False)
    assert first.case.source == first.group == "The mill at bridge 0 burned down in 1800."


def test_pairs_take_the_annotators_together(pairs_folder: Path) -> None:
    labelled = load_labelled(pairs_folder, "correct")
    assert judged_rubrics(pairs_folder) == ("correct", "complete")
    assert len(labelled.pairs) == 60
    # In the file -2 is "the first, clearly" and 1 "the second, a little"; here 1 is the first.
    assert [pair.preferences for pair in labelled.pairs[:3]] == [(1, 1), (-1, -1), (0, 0)]
    assert [pair.preference for pair in labelled.pairs[:3]] == [1, -1, 0]
    complete = load_labelled(pairs_folder, "complete")
    assert complete.pairs[0].preferences == (-1, -1), "by the other label"


def test_annotators_of_two_minds_prefer_neither(pairs_folder: Path) -> None:
    file = pairs_folder / "items.jsonl"
    lines = file.read_text().splitlines()
    row = json.loads(lines[1])
    row["correctness_label"] = 1
    lines[1] = json.dumps(row)
    file.write_text("\n".join(lines))
    first = load_labelled(pairs_folder, "correct").pairs[0]
    assert (first.preferences, first.preference) == ((1, -1), 0)


def test_a_text_is_in_one_half_and_each_half_is_drawn_from(attribution_folder: Path) -> None:
    labelled = load_labelled(attribution_folder, "faithful")
    halves = {half_of(item.group) for item in labelled.items}
    assert halves == {"even", "odd"}
    some = drawn_of_halves(labelled, 5)
    assert [half_of(item.group) for item in some.items].count("even") == 5
    assert len(some.items) == 10
    assert some.answers == drawn_of_halves(labelled, 5).answers
    assert set(some.answers) < set(drawn_of_halves(labelled, 9).answers)
    assert drawn_of_halves(labelled, None) is labelled


def test_a_text_in_other_capitals_and_spaces_is_the_same_text(
    attribution_folder: Path, pairs_folder: Path
) -> None:
    file = attribution_folder / "items.jsonl"
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    again = [{**row, "id": f"{row['id']} again", "context": f" {row['context'].upper()}"} for row in rows]
    file.write_text("".join(json.dumps(row) + "\n" for row in [*rows, *again]))
    answers = load_labelled(attribution_folder, "faithful").answers
    assert [one.group for one in answers[80:]] == [one.group for one in answers[:80]]
    assert answers[80].case.source.startswith(" THE MILL"), "judged by the text as it stands"

    file = pairs_folder / "items.jsonl"
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    again = [{**row, "id": f"{row['id']} again", "query": row["query"].upper()} for row in rows]
    file.write_text("".join(json.dumps(row) + "\n" for row in [*rows, *again]))
    pairs = load_labelled(pairs_folder, "correct").pairs
    assert [pair.group for pair in pairs[60:]] == [pair.group for pair in pairs[:60]]


def test_what_nobody_judged_is_said(attribution_folder: Path) -> None:
    with pytest.raises(NothingToJudge, match="by faithful, not by relevant"):
        load_labelled(attribution_folder, "relevant")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no line"),
        ("{}\nnot json\n", "line 2 is no JSON object"),
        ('{"context": "a", "response": "b", "label": "Generic"}\n{"context": "a"}', "line 2 lacks response"),
        ('{"query": "a"}', "line 1 lacks gt_answer"),
    ],
)
def test_what_is_wrong_is_told_by_line(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text(content)
    with pytest.raises(QuestionSetInvalid, match=said):
        load_labelled(file, "faithful" if "context" in content else "correct")


def test_a_label_beyond_the_scale_is_refused(pairs_folder: Path) -> None:
    file = pairs_folder / "items.jsonl"
    file.write_text(file.read_text().replace('"correctness_label": -2', '"correctness_label": -3'))
    with pytest.raises(QuestionSetInvalid, match="correctness_label"):
        load_labelled(file, "correct")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetInvalid, match="cannot be read"):
        load_labelled(tmp_path / "gone.jsonl", "correct")
