"""Whether a sentence denies what its source affirms, or affirms what that denies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from rag.support.words import BREAK, Word, words_and_breaks

_DENYING = frozenset("no not never none nobody nothing neither nor nowhere without".split())
#: Words that can say as much without denying by themselves.
_AKIN = frozenset("non unable lack fail refuse prohibit forbid forbidden ban except hardly rarely".split())
_PREFIXES = ("un", "in", "im", "ir", "il", "non", "dis")
_COMPARING = frozenset("more less fewer later earlier longer greater higher lower larger smaller".split())
#: How many words before and after what both sides say a "not" reaches.
_BEFORE, _AFTER = 3, 2
#: Clauses of the sources are read until they hold this share of the sentence's content words.
_COVERED = 0.8
_MOST_CLAUSES = 4

_Clause = Sequence[Word]


def denial_differs(sentence: str, sources: Sequence[str], *, denied: bool = False) -> bool:
    """Whether only one side denies: the sentence, or the clauses of the sources that are closest to it.

    `denied` is for a sentence that is denied as a whole (a bare "No"). A "not" counts near words that both
    sides have: "Guests may fly, but not on Sundays" denies nothing of "Guests may fly".
    """
    said = words_and_breaks(sentence)
    wanted = {word.form for word in said if word.has_content}
    close = _closest([clause for source in sources for clause in _clauses(words_and_breaks(source))], wanted)
    stated = {word.form for clause in close for word in clause if word.has_content}
    denies = any(_denied(clause, stated) for clause in _clauses(said))
    source_denies = any(_denied(clause, wanted) for clause in close)
    if not close or (denies != denied) == source_denies:
        return False
    return not any(_akin(clause, wanted) for clause in close) and not _akin(said, stated)


def _clauses(words: Sequence[Word]) -> Iterator[_Clause]:
    start = 0
    for position, word in enumerate(words):
        if word.form == BREAK:
            yield words[start:position]
            start = position + 1
    yield words[start:]


def _closest(clauses: Sequence[_Clause], wanted: Set[str]) -> list[_Clause]:
    """The clauses that hold most of the wanted words, each for those that the ones before left."""
    left, chosen = set(wanted), list[_Clause]()
    while len(left) > (1 - _COVERED) * len(wanted) and len(chosen) < _MOST_CLAUSES:
        gains = [len(left & {word.form for word in clause}) for clause in clauses]
        if not any(gains):
            break
        chosen.append(clauses[gains.index(max(gains))])
        left -= {word.form for word in chosen[-1]}
    return chosen


def _denied(clause: _Clause, shared: Set[str]) -> bool:
    """Whether a word that denies stands near the words that the other side has, too."""
    held = [position for position, word in enumerate(clause) if word.form in shared]
    if not held:
        return False
    reached = range(max(0, held[0] - _BEFORE), min(len(clause), held[-1] + 1 + _AFTER))
    return any(_denies(clause, position) for position in reached)


def _denies(clause: _Clause, position: int) -> bool:
    """Whether the word there denies: not in "not only", "no more than 5" or "No. 5"."""
    word = clause[position].written.lower()
    if word not in _DENYING:
        return False
    following = [after.written.lower() for after in clause[position + 1 : position + 3]]
    if not following:
        return True
    counts = word == "no" and following[0][0].isdigit()
    compares = following[0] in _COMPARING and following[1:] == ["than"]
    return not (counts or compares or following[0] == "only")


def _akin(words: Sequence[Word], others: Set[str]) -> bool:
    """Whether a word says "not" in its own way: "unable", or "unpaid" where the other side has "paid"."""
    forms = {word.form for word in words}
    return bool(forms & _AKIN) or bool(forms & {prefix + other for prefix in _PREFIXES for other in others})
