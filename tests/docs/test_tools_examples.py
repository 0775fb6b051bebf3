"""The examples of the page on tools, run as they stand: they need no model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.test_examples import ROOT, run


@pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")
def test_the_tools_examples_run_as_they_stand(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    program, grounded, agent = run("tools.md", capsys)
    assert "Drawn: " in program
    assert "page 1" in program
    assert program.count("club-rules.docx") >= 2
    assert grounded.startswith("the winch:")
    assert "(characters " in grounded
    assert agent.startswith("draw ['prompt', 'from_documents'")
