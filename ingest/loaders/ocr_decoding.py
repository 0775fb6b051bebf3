"""From what the recognition model sees to text, with the spaces that it sees and does not say.

The model gives, for each narrow strip of a line, a probability per character ("blank" among them). It was
trained mostly on Chinese: between words of other languages "blank" often wins over the space, and words
run together. There a space that is at all likely is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BLANK = 0  # the first of the model's characters
_LIKELY_SPACE = 0.02  # .003 to .03 read equally well; below, words fall apart


class SpacedDecoder:
    """Stands in for RapidOCR's own decoder. `characters` are the model's, in its order."""

    def __init__(self, characters: Sequence[str]) -> None:
        self._characters = tuple(characters)
        self._space = self._characters.index(" ")

    def __call__(
        self,
        probabilities: NDArray[np.float32],
        return_word_box: bool = False,  # noqa: ARG002 - RapidOCR passes these, for boxes of words
        **kwargs: object,  # noqa: ARG002 - as above
    ) -> list[tuple[str, float]]:
        """Text and mean confidence of each line. Probabilities are lines x strips x characters."""
        return [self._line(strips) for strips in probabilities]

    def _line(self, strips: NDArray[np.float32]) -> tuple[str, float]:
        best = strips.argmax(axis=1)
        places = [
            place
            for place, code in enumerate(best)
            if code != _BLANK and (place == 0 or best[place - 1] != code)
        ]
        if not places:
            return "", 0.0
        text = ""
        last = places[0]
        for place in places:
            between = strips[last + 1 : place, self._space]
            character = self._characters[best[place]]
            is_joined = text and not text.endswith(" ") and character != " "
            if is_joined and between.size and between.max() > _LIKELY_SPACE:
                text += " "
            text += character
            last = place
        return text, float(strips[places, best[places]].mean())
