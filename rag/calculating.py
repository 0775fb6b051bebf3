"""What a question asks to be computed is computed by code, from figures that are cited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generators.text.protocol import Finished, GenerationRequest, TextGenerator, TextPiece
from rag.calculation.asked import Asked, asked_calculation
from rag.calculation.by_rule import calculation_by_rule
from rag.calculation.expression import ExpressionRefused
from rag.calculation.located import Located, located_figures
from rag.calculation.wording import calculated_sentence
from rag.calculation.written import calculation_as_written
from rag.prompts import load_step_template
from rag.types import Passage, Sentence, TokenUse

_LONGEST_LINE_TOKENS = 64
_TEMPLATE = "calculation"


@dataclass(frozen=True, slots=True)
class Calculated:
    """The sentence that says the result (its `calculation` is set), and what the model took for it."""

    sentence: Sentence
    use: TokenUse

    @property
    def text(self) -> str:
        """The sentence with its marks before its full stop."""
        numbers = dict.fromkeys(citation.passage_number for citation in self.sentence.citations)
        return self.sentence.text.removesuffix(".") + "".join(f" [{number}]" for number in numbers) + "."

    @property
    def short_answer(self) -> str | None:
        return None if self.sentence.calculation is None else self.sentence.calculation.shown


def calculate(
    question: str,
    passages: Sequence[Passage],
    generator: TextGenerator,
    cancelled: Callable[[], bool] = lambda: False,
) -> Calculated | None:
    """The result with its arithmetic; None where the question asks for none or its figures are not all found.

    Tables decide alone where they leave no doubt. Else the model writes the arithmetic, and it counts only if
    every figure stands in what it cites and its form is that of what was asked for.
    """
    asked = asked_calculation(question)
    if asked is None:
        return None
    figures = located_figures(passages)
    if len(figures) < 2:
        return None
    found = calculation_by_rule(asked, figures)
    try:
        if found is not None:
            return Calculated(calculated_sentence(asked, *found), TokenUse(0, 0, 0))
        if asked.certain:
            return _as_written(question, asked, passages, figures, generator, cancelled)
    except ExpressionRefused:
        return None
    return None


def _as_written(
    question: str,
    asked: Asked,
    passages: Sequence[Passage],
    figures: Sequence[Located],
    generator: TextGenerator,
    cancelled: Callable[[], bool],
) -> Calculated | None:
    messages = load_step_template(_TEMPLATE).messages(question, passages)
    if generator.count_prompt_tokens(messages) + _LONGEST_LINE_TOKENS > generator.context_tokens:
        return None
    request = GenerationRequest(messages, question, max_tokens=_LONGEST_LINE_TOKENS, stop=("\n",))
    line, use = "", TokenUse(0, 0, 0)
    for event in generator.stream(request, cancelled):
        if isinstance(event, Finished):
            use = TokenUse(event.prompt_tokens, event.reused_tokens, event.completion_tokens)
        elif isinstance(event, TextPiece):
            line += event.text
    expression, operands = calculation_as_written(line, asked, question, figures, len(passages))
    return Calculated(calculated_sentence(asked, expression, operands), use)
