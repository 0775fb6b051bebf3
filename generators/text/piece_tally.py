"""What tokens were worth whose text was not shown yet."""

from __future__ import annotations

from generators.text.protocol import TextPiece


class PieceTally:
    """Gathers tokens until there is text to show, since a piece may be made of several."""

    def __init__(self) -> None:
        self._tokens = 0
        self._logprob: float | None = 0.0

    def add(self, logprob: float | None, tokens: int = 1) -> None:
        """Tokens drawn, and the sum of their ln p: None where it is unknown."""
        self._tokens += tokens
        self._logprob = None if logprob is None or self._logprob is None else self._logprob + logprob

    def piece(self, text: str) -> TextPiece:
        """The text with all that was gathered for it; the next piece begins at nothing."""
        piece = TextPiece(text, self._logprob if self._tokens else None, self._tokens)
        self._tokens, self._logprob = 0, 0.0
        return piece
