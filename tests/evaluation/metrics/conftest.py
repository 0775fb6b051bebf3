"""A reply to change one thing of."""

from __future__ import annotations

import pytest

from evaluation.types import Reply


@pytest.fixture
def reply() -> Reply:
    return Reply(
        text="The gate closes at nine.",
        short_answer=None,
        refusal=None,
        sentences=(),
        passages=(),
        first_text_seconds=0.5,
        first_checked_seconds=0.75,
        total_seconds=2.0,
        prompt_tokens=400,
        reused_tokens=300,
        completion_tokens=20,
    )
