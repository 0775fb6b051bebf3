"""The examples of the pages on Python, run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = {
    page: re.findall(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text("utf-8"), re.DOTALL)
    for page in ("library.md", "evaluation.md", "tools.md")
}


def run(page: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What each example of a page prints."""
    printed = []
    for example in EXAMPLES[page]:
        exec(compile(example, page, "exec"), {})  # the page's own code is what is tested
        printed.append(capsys.readouterr().out)
    return printed


@pytest.mark.real
@pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")
def test_the_librarys_examples_run_as_they_stand(
    home_with_models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert len(EXAMPLES["library.md"]) == 14
    first, _, search, filtered, reranked, ask, on_the_page, follow_up, *_ = run("library.md", capsys)
    assert "48" in first
    assert "club-rules.docx" in search
    assert "of these are of type word or html" in filtered
    assert "club-rules.docx" in filtered
    assert reranked.count("ArmScore(rank=1, ") >= 1
    assert ask.startswith("September 21")
    assert "federal-register-2020-17221.pdf page 1" in ask
    assert "as a PNG file of" in on_the_page
    assert "How much does a winch launch cost for guests?" in follow_up


@pytest.mark.real
def test_the_evaluations_example_runs_as_it_stands(
    home_with_models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (printed,) = run("evaluation.md", capsys)
    assert "document.ndcg@10" in printed
    assert "token_f1" in printed
