from __future__ import annotations

from dataclasses import replace

from generators.text.chat_template import Segment
from generators.text.prompt_tokens import content_tokens, prompt_blocks, shared_blocks
from generators.text.protocol import Message

_MARK, _BEGINNING = 1000, 1001
_NAME = "<turn>"


class LetterVocabulary:
    """A token per character, and one user-defined special token, which is matched in plain text too."""

    adds_space = False
    beginning_token = _BEGINNING

    def __init__(self, *, adds_beginning: bool = False) -> None:
        self.adds_beginning = adds_beginning

    def tokenize(self, text: str, *, markup: bool) -> list[int]:
        tokens: list[int] = []
        while text:
            is_mark = text.startswith(_NAME)
            tokens.append(_MARK if is_mark else ord(text[0]))
            text = text[len(_NAME) if is_mark else 1 :]
        return tokens

    def token_name(self, token: int) -> str:
        return _NAME if token == _MARK else chr(token)

    def is_control(self, token: int) -> bool:
        return token == _BEGINNING

    def is_user_defined(self, token: int) -> bool:
        return token == _MARK


def _letters(text: str) -> tuple[int, ...]:
    return tuple(map(ord, text))


def _segments(system: str, question: str) -> tuple[tuple[Segment, ...], tuple[Message, ...]]:
    segments = (Segment(_NAME), Segment(system, 0), Segment(_NAME), Segment(question, 1), Segment(_NAME))
    return segments, (Message("system", system), Message("user", question))


def test_a_block_ends_where_the_users_content_begins() -> None:
    blocks = prompt_blocks(LetterVocabulary(), *_segments("abcde", "uvw"), block_tokens=4)
    start = (_MARK, *_letters("abcde"), _MARK)
    assert blocks == (start[:4], start[4:], (*_letters("uvw"), _MARK))


def test_a_users_content_is_cut_where_it_says_so() -> None:
    segments, (system, user) = _segments("ab", "uvwxyz")
    cut = prompt_blocks(LetterVocabulary(), segments, (system, replace(user, cuts=(4, 2, 6, 9))), 9)
    assert cut[1:] == (_letters("uv"), _letters("wx"), (*_letters("yz"), _MARK))


def test_cuts_keep_their_places_where_the_template_trims() -> None:
    segments, (system, _) = _segments("ab", "uvwx")
    cut = prompt_blocks(LetterVocabulary(), segments, (system, Message("user", "\n\nuvwx ", (2, 4))), 9)
    assert cut[1:] == (_letters("uv"), (*_letters("wx"), _MARK))


def test_a_vocabulary_that_adds_spaces_is_not_cut() -> None:
    vocabulary = LetterVocabulary()
    vocabulary.adds_space = True
    segments, (system, user) = _segments("ab", "uvwx")
    assert len(prompt_blocks(vocabulary, segments, (system, replace(user, cuts=(2,))), 9)) == 2


def test_the_beginning_is_added_once() -> None:
    blocks = prompt_blocks(LetterVocabulary(adds_beginning=True), *_segments("ab", "u"), block_tokens=9)
    assert blocks == ((_BEGINNING, _MARK, *_letters("ab"), _MARK), (*_letters("u"), _MARK))


def test_a_special_tokens_name_in_a_content_is_spelt_out() -> None:
    (_, content) = prompt_blocks(LetterVocabulary(), *_segments("ab", f"x{_NAME}y"), block_tokens=99)
    assert content == (*_letters(f"x{_NAME}y"), _MARK)


def test_without_markup_a_user_defined_token_is_an_ordinary_one() -> None:
    assert content_tokens(LetterVocabulary(), _NAME) == [_MARK]


def test_spaces_added_by_the_vocabulary_do_not_double() -> None:
    vocabulary = LetterVocabulary()
    vocabulary.adds_space = True
    segments = (Segment("[I] "), Segment("q", 0), Segment(" [/I]"))
    blocks = prompt_blocks(vocabulary, segments, (Message("user", "q"),), block_tokens=99)
    assert blocks == (_letters("[I]"), _letters("q[/I]"))


def test_only_equal_blocks_at_the_start_are_shared() -> None:
    assert shared_blocks([(1, 2), (3,), (4,)], [(1, 2), (3,), (5,)]) == 2
    assert shared_blocks([(1, 2)], [(1,), (2,)]) == 0
    assert shared_blocks([], [(1,)]) == 0
