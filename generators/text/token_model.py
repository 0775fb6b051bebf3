"""A loaded language model as the token engines drive it: tokens in, what it says of the next one out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from generators.text.prompt_tokens import Vocabulary
from generators.text.protocol import Sampling

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class LayerOutputs(Protocol):
    """What a model's layers give at the last token evaluated."""

    def watch(self, layers: Sequence[int]) -> None:
        """From now on keep these layers' outputs, of each evaluation the last token's."""
        ...

    def take(self, layers: Sequence[int]) -> NDArray[np.float32] | None:
        """float32 [layers, width], and nothing is watched any more. None where one was not seen."""
        ...


class TokenSampler(Protocol):
    """Draws the next token from the last evaluated one's logits."""

    def draw(self) -> int: ...
    def close(self) -> None: ...


class PieceDecoder(Protocol):
    """Makes text of an answer's tokens."""

    def decode(self, token: int) -> str:
        """What of the text may be shown now: whole characters only."""
        ...


class TokenModel(Vocabulary, Protocol):
    """Not safe for two threads at once, but for `tokenize`. `batch_tokens` may be evaluated at once."""

    batch_tokens: int
    vocabulary_size: int
    end_token: int

    @property
    def layers(self) -> LayerOutputs: ...

    def evaluate(self, tokens: Sequence[int]) -> None:
        """Append at most `batch_tokens` tokens to the state. Raises GenerationFailed."""
        ...

    def logits(self) -> NDArray[np.float32]:
        """What the last evaluated token says of the next: float32 [vocabulary]."""
        ...

    def rule_out(self, tokens: Sequence[int]) -> None:
        """None of these is the next token, whatever the last evaluated one says."""
        ...

    def keep_first(self, count: int) -> bool:
        """Forget all but the first `count` tokens; False where the model could only forget them all."""
        ...

    def is_end(self, token: int) -> bool: ...
    def open_decoder(self) -> PieceDecoder: ...
    def open_sampler(self, sampling: Sampling, grammar: str | None = None) -> TokenSampler: ...
    def close(self) -> None: ...
