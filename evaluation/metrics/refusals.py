"""Whether it was right to answer, and in which way it was refused. A correct answer is never a refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from evaluation.metrics.squad import contains_gold, exact_match, normalise
from evaluation.types import Metric, Outcome, Question, Reply
from rag.sentences import sentence_spans

_SOURCE = (
    r"(?:the |these |this |your )?(?:given |provided |above )?"
    r"(?:passages?|documents?|texts?|contexts?|information|sources?)"
)
_OPENING = (
    r"\W*(?:(?:i'?m |i am )?(?:so )?(?:sorry|afraid)\W+(?:but |that )?|unfortunately,? |"
    rf"(?:based on|according to|from|in) {_SOURCE},? )*"
)
_PLAINLY = r"(?:explicitly |directly |clearly )?"
_STATED = r"(?:stated|mentioned|specified)"
_FOUND = rf"(?:{_STATED}|given|provided|found|contained|included|available|described|discussed|answered)"
_STATE = (
    r"(?:state|mention|provide|contain|say|specify|hold|give|include|answer|tell|indicate|discuss|describe)"
)
_IS_NOT = r"(?:(?:is|are|was|were) not|isn't|aren't|wasn't|weren't)"
_DO_NOT = r"(?:(?:do|does|did) not|don't|doesn't|didn't)"
_CANNOT = r"(?:cannot|can not|can't|could not|couldn't)"
_WAYS: Final = (
    rf"(?:i|we) (?:{_DO_NOT} know|{_CANNOT} (?:answer|determine|find|tell|say))",
    rf"(?:i|we) {_DO_NOT} have (?:enough|sufficient|any|the) (?:information|context|evidence)",
    r"(?:i'm|i am|i was|we're|we are|we were) (?:not able|unable) to (?:answer|determine|find|tell|say)",
    rf"not {_STATED}",
    rf"(?:the answer|it|this|that|(?:this|that) information) {_IS_NOT} {_PLAINLY}{_STATED}",
    rf"(?:[^.;:,]{{1,120}} )?(?:{_IS_NOT}|not) {_PLAINLY}{_FOUND} (?:in|by|from) (?:any of )?{_SOURCE}",
    rf"(?:the answer|the question|this question|this|it) {_CANNOT} be (?:answered|determined|found)",
    r"(?:there(?: is|'s| was) )?(?:no|not enough|insufficient) (?:relevant |specific |further )?"
    r"(?:information|mention|answer|evidence|context)",
    rf"{_SOURCE} {_DO_NOT} {_PLAINLY}{_STATE}",
    rf"none of {_SOURCE} {_STATE}s?",
)
_REFUSAL = re.compile(rf"{_OPENING}(?:{'|'.join(_WAYS)})\b(?P<rest>[^;:]*)", re.IGNORECASE)
_BARE_REFUSAL = re.compile(
    rf"{_OPENING}(?:(?:the answer|it) is |it's )?(?:unknown|not known|unanswerable|n/a|no answer|no idea)\W*",
    re.IGNORECASE,
)
#: With these a refusal goes on to say something after all.
_TURN = re.compile(
    r"\b(?:but|however|although|though|only|except|rather|instead|while|whereas|yet|still|"
    r"probably|likely|perhaps|maybe|suggests?|imply|implies|think|believe|assume|guess)\b|"
    r",\s*(?:and|so|which|it|he|she|they|there|these|those|this|that|the|its|his|her|their)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
#: A number, or a name: what has a capital letter and does not begin the sentence.
_TELLING = re.compile(r"\d+|(?<=\W)[A-Z]\w+")


def refused(question: Question, reply: Reply) -> bool:
    """Whether the question was refused: by `reply.refusal`, in words, or by saying nothing at all.

    In words: each sentence of what was said is a refusal and no more ("I don't know.", "The passages do not
    say when."); one that goes on ("... but", "..., it is") or brings a number or a name that the question
    lacks is an answer. Such wording is known in English only. An empty text is a refusal, as in SQuAD 2.0
    (https://arxiv.org/abs/1806.03822). What is correct (exact match, or holds a gold answer of two words and
    more of an answerable question) is never refused, however it reads. A single word such as "no" stands in
    many a refusal by chance.
    """
    return not _is_correct(question, reply) and (
        reply.refusal is not None or refuses_in_words(reply.said, question.text)
    )


def refuses_in_words(said: str, question_text: str) -> bool:
    """Whether the text is empty or nothing but a refusal; `question_text` is what it may repeat."""
    if not said.strip():
        return True
    said = said.replace("’", "'")
    known = {word.lower() for word in _WORD.findall(question_text)}
    return all(_refuses(said[start:end], known) for start, end in sentence_spans(said))


def _refuses(sentence: str, known: set[str]) -> bool:
    if _BARE_REFUSAL.fullmatch(sentence):
        return True
    clauses = sentence.split(", ")
    if len(clauses) > 1 and all(_refuses(clause, known) for clause in clauses):
        return True
    refusal = _REFUSAL.fullmatch(sentence)
    if refusal is None or _TURN.search(refusal["rest"]):
        return False
    return {telling.lower() for telling in _TELLING.findall(sentence)} <= known


def _is_correct(question: Question, reply: Reply) -> bool:
    if not question.answerable or not question.answers:
        return False
    telling = [answer for answer in question.answers if len(normalise(answer).split()) > 1]
    return any(
        text.strip() and (exact_match(text, question.answers) == 1.0 or contains_gold(text, telling) == 1.0)
        for text in (reply.said, reply.text)
    )


class RefusalScorer:
    """Whether answerable questions were answered and unanswerable ones refused; each 1 or 0.

    - true_refusal: unanswerable questions; 1 where refused. Its mean is the recall of refusing.
    - false_refusal: answerable questions; 1 where refused. Lower is better. Not 1 - true_refusal: they are
      over different questions, and a system that refuses everything has 1 on both.
    - correct_decision: 1 where an answerable question was answered or an unanswerable one refused; whether
      the answer is right is not asked.
    - answered, and refused_nothing_found, refused_not_stated, refused_in_words: what happened. Exactly one
      of the four is 1.
    """

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return (
            Metric("true_refusal", "Unanswerable questions refused", "refusal"),
            Metric("false_refusal", "Answerable questions refused", "refusal", higher_is_better=False),
            Metric("correct_decision", "Rightly answered or refused", "refusal"),
            Metric("answered", "Answered", "refusal"),
            Metric("refused_nothing_found", "Refused: nothing found", "refusal", higher_is_better=False),
            Metric("refused_not_stated", "Refused: not stated", "refusal", higher_is_better=False),
            Metric("refused_not_supported", "Refused: not supported", "refusal", higher_is_better=False),
            Metric("refused_in_words", "Refused in other words", "refusal", higher_is_better=False),
        )

    @property
    def facts(self) -> Mapping[str, str]:
        return {}

    def score(self, question: Question, outcome: Outcome) -> dict[str, float]:
        reply = outcome.reply
        if outcome.error is not None or reply is None:
            return {}
        was_refused = refused(question, reply)
        return {
            "false_refusal" if question.answerable else "true_refusal": float(was_refused),
            "correct_decision": float(was_refused != question.answerable),
            "answered": float(not was_refused),
            "refused_nothing_found": float(was_refused and reply.refusal == "nothing-found"),
            "refused_not_stated": float(was_refused and reply.refusal == "not-stated"),
            "refused_not_supported": float(was_refused and reply.refusal == "not-supported"),
            "refused_in_words": float(was_refused and reply.refusal is None),
        }

    def close(self) -> None:
        """Nothing is held."""
