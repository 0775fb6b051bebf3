"""A support checker without judgement: it says what it was told. Tests can rely on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.support.protocol import CheckerIdentity, Claim, Support
from rag.terms import closeness, content_terms

_THRESHOLD = 0.5


class ScriptedChecker:
    """Gives each sentence the score that the script has for its text, else `default`; .5 makes it supported.

    It rests on the source that shares most words with it, or on the first.
    """

    def __init__(self, script: Mapping[str, float], default: float = 1.0) -> None:
        self._script = dict(script)
        self._default = default
        self._closed = False

    @property
    def identity(self) -> CheckerIdentity:
        return CheckerIdentity("scripted", "")

    def check(self, claims: Sequence[Claim]) -> list[Support]:
        if self._closed:
            raise ValueError("this checker was closed")
        return [self._support(claim) for claim in claims]

    def close(self) -> None:
        self._closed = True

    def _support(self, claim: Claim) -> Support:
        if not claim.sources or not claim.text.strip():
            return Support(0.0, False, None)
        score = self._script.get(claim.text, self._default)
        said, asked = set(content_terms(claim.text)), set(content_terms(claim.question))
        near = [closeness(said, asked, set(content_terms(source))) for source in claim.sources]
        return Support(score, score >= _THRESHOLD, near.index(max(near)))
