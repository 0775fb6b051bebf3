"""What no share of words makes up for: a number, a name or a "not" that only one side has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.support.names import missing_names
from rag.support.negation import denial_differs
from rag.support.numbers import missing_numbers
from rag.support.protocol import Claim
from rag.support.words import words

Rule = Literal["number", "name", "negation"]

#: "No smoking" and "No. 5" are no such answers.
_YES_OR_NO = re.compile(r"\s*(?P<said>yes|no)(?!\.\s*\d)\s*(?:[,.:;!–—-]+\s*|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence says when it is read by itself, and whether it is denied as a whole."""

    text: str
    denied: bool = False


def statement_of(claim: Claim) -> Statement:
    """A bare "Yes" says what was asked, a bare "No" denies it; "Yes, it is shut" says "it is shut"."""
    match = _YES_OR_NO.match(claim.text)
    if match is None:
        return Statement(claim.text)
    rest = claim.text[match.end() :]
    if words(rest):
        return Statement(rest)
    if not words(claim.question):
        return Statement(claim.text)
    return Statement(claim.question, denied=match.group("said").lower() == "no")


def broken_rule(statement: Statement, claim: Claim) -> Rule | None:
    """The first rule that a statement breaks; None where it breaks none.

    - number: the statement has a number that neither the sources nor the headings state.
    - name: it has a name that stands in neither.
    - negation: it denies what the closest clauses of the sources affirm, or the other way round.
    """
    read = "\n".join((*claim.headings, *claim.sources))
    if missing_numbers(statement.text, read, claim.question):
        return "number"
    if missing_names(words(statement.text), words(read)):
        return "name"
    if denial_differs(statement.text, claim.sources, denied=statement.denied):
        return "negation"
    return None
