"""The examples of docs/library.md, run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "library.md").read_text("utf-8"), re.DOTALL)


@pytest.mark.real
@pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")
def test_the_examples_run_as_they_stand(
    home_with_models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    printed = []
    for example in EXAMPLES:
        exec(compile(example, "docs/library.md", "exec"), {})  # the page's own code is what is tested
        printed.append(capsys.readouterr().out)
    assert len(EXAMPLES) == 7
    first, _, search, ask, *_ = printed
    assert "48" in first
    assert "club-rules.docx" in search
    assert ask.startswith("September 21")
    assert "federal-register-2020-17221.pdf page 1" in ask
