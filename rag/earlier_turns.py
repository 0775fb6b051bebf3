"""What of a conversation a follow-up may go on from, and how much of it a prompt repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rag.sentences import answer_sentence_spans
from rag.types import Answer, AnswerKind, Turn

#: Kinds of answers that say something of the documents.
FOLLOWED: tuple[AnswerKind, ...] = ("answer", "overview")


def turns_of(answers: Iterable[Answer]) -> tuple[Turn, ...]:
    """The answers of one conversation as its turns. Small talk and what is here are none.

    With the passages of those that the model wrote below them: a follow-up goes on from what it has read.
    """
    return tuple(
        Turn(answer.question, answer.text, answer.refused, answer.passages if _was_written(answer) else ())
        for answer in answers
        if answer.kind in FOLLOWED
    )


def _was_written(answer: Answer) -> bool:
    """Whether the model wrote it, below its passages: only those are worth going on from."""
    return answer.kind == "answer" and not answer.refused and answer.tokens.completion > 0


def earlier_turns(turns: Sequence[Turn], budget: int, count_tokens: Callable[[str], int]) -> tuple[Turn, ...]:
    """The latest turns that fit `budget` tokens, in their order.

    Refused ones are left out: a model that reads refusals refuses. No answer takes more than half of the
    budget: of a longer one its first sentences are repeated; where not even the first fits, none is.
    """
    kept: list[Turn] = []
    left = budget
    for turn in reversed(turns):
        if turn.refused:
            continue
        asked = count_tokens(turn.question)
        answer = _beginning(turn.answer, min(left - asked, budget // 2), count_tokens)
        if answer is None:
            break
        left -= asked + count_tokens(answer)
        kept.append(Turn(turn.question, answer))
    return tuple(reversed(kept))


def _beginning(answer: str, most: int, count_tokens: Callable[[str], int]) -> str | None:
    """As many of its first sentences as `most` tokens hold; None where that is none."""
    if count_tokens(answer) <= most:
        return answer
    ends = [end for _, end in answer_sentence_spans(answer)]
    for end in reversed(ends[:-1]):
        if count_tokens(answer[:end]) <= most:
            return answer[:end]
    return None
