"""`refdesk eval rate` and `ratings`, with the serving itself left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.rating.ratings_file import add_rating, chosen, graded, load_task
from evaluation.rating.tasks import deck
from tests.apps.conftest import Refdesk
from tests.apps.rating_tasks import pairs_task, scale_task


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    """The commands that would have been run, and what they are told."""
    calls: list[tuple[list[str], dict[str, str]]] = []

    def serve(command: list[str], environment: dict[str, str]) -> int:
        calls.append((command, environment))
        return 0

    monkeypatch.setattr("apps.cli.ui.serve", serve)
    return calls


@pytest.fixture
def runs(refdesk: Refdesk, filled: Path, tmp_path: Path) -> None:
    """Two runs of the same questions, of which one answers with fewer passages."""
    file = tmp_path / "set.csv"
    file.write_text("question,answer\nWhat is the annual fee?,12 euros\nWhen do books go back?,Friday\n")
    for name, hits in (("before", "1"), ("after", "8")):
        said = refdesk(
            "eval",
            "run",
            file,
            "-c",
            "default",
            "--answers",
            "--name",
            name,
            "--set",
            f"passages.hits={hits}",
        )
        assert said.exit_code == 0


def test_a_run_is_rated_on_a_page_for_this_machine_alone(refdesk: Refdesk, runs: None, served) -> None:
    said = refdesk("eval", "rate", "after", "--no-browser", "--port", "8600")
    assert said.exit_code == 0
    assert "2 answers to rate. What was rated: refdesk eval ratings after-scale" in said.stdout
    ((command, environment),) = served
    assert environment == {"REFDESK_RATINGS": "after-scale"}
    assert {"--server.address=127.0.0.1", "--browser.gatherUsageStats=false"} <= set(command)
    assert any(part.endswith("entry.py") for part in command)
    assert [item.question for item in load_task("after-scale").items] == [
        "What is the annual fee?",
        "When do books go back?",
    ]


def test_two_runs_are_graded_or_paired(refdesk: Refdesk, runs: None, served) -> None:
    said = refdesk("eval", "rate", "before", "after", "--scale", "--questions", "1", "--name", "mine")
    assert said.exit_code == 0
    assert len(load_task("mine").items) == 2
    again = refdesk("eval", "rate", "before", "after", "--scale", "--name", "mine")
    assert again.exit_code == 2
    assert "2 then, 4 now" in again.stderr
    assert len(served) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rate", "nobody"], "no run 'nobody'"),
        (["rate", "after", "after"], "beside itself"),
        (["ratings", "nobody"], "no ratings 'nobody'"),
        (["rate", "after", "--name", "a/b"], "cannot be a run's name"),
    ],
)
def test_wrong_use_is_told(arguments: list[str], words: str, refdesk: Refdesk, runs: None, served) -> None:
    said = refdesk("eval", *arguments)
    assert said.exit_code == 2
    assert words in said.stderr
    assert served == []


def test_what_two_raters_chose_is_told_as_counted_by_hand(refdesk: Refdesk, modelless: Path) -> None:
    task = pairs_task()
    wishes = {
        "Ada": dict(zip("123456", "22t121", strict=True)),
        "Ben": dict(zip("123456", "2tt122", strict=True)),
    }
    for rater, wish in wishes.items():
        for card in deck(task, rater):
            code = wish[card.item.id[1]]
            place = None if code == "t" else card.order.index(int(code) - 1)
            add_rating(task.name, chosen(card, rater, place))
    result = refdesk("eval", "ratings", task.name, "--json").json()
    assert result["schema"] == 1
    assert result["agreement"]["name"] == "Cohen's kappa"
    assert result["agreement"]["value"] == pytest.approx(11 / 23)
    assert result["win_rate"]["of"] == "after"
    assert result["win_rate"]["mean"] == pytest.approx(3.75 / 6)
    every = result["win_rate"]["counts"][0]
    assert (every["first_wins"], every["ties"], every["second_wins"]) == (3, 3, 6)
    table = refdesk("eval", "ratings", task.name).stdout
    assert "Cohen's kappa 0.48" in table
    assert "after wins 0.62 of the time, a tie as half" in table
    assert "Only 6 items were rated by two or more" in table


def test_grades_of_three_raters_have_an_alpha(refdesk: Refdesk, modelless: Path) -> None:
    task = scale_task()
    for rater, grades in (("Ada", "544321"), ("Ben", "544322"), ("Eve", "554321")):
        for card in deck(task, rater):
            add_rating(task.name, graded(card, rater, int(grades[int(card.item.id[-1]) - 1])))
    result = refdesk("eval", "ratings", task.name, "--json").json()
    assert result["agreement"]["name"] == "Krippendorff's alpha"
    assert 0.8 < result["agreement"]["value"] < 1
    (grade,) = result["grades"]
    assert grade["mean"] == pytest.approx((19 + 20 + 20) / 18)
    assert result["win_rate"] is None
    assert "mean grade" in refdesk("eval", "ratings", task.name).stdout


def test_ratings_are_listed(refdesk: Refdesk, modelless: Path) -> None:
    assert "No ratings yet" in refdesk("eval", "ratings").stdout
    pairs_task()
    assert refdesk("eval", "ratings").stdout == "before--after\n"
    assert refdesk("eval", "ratings", "before--after").stdout.endswith(
        "Note: Nobody has rated anything yet.\n"
    )
