from __future__ import annotations

import pytest

from ingest.language import tell_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Returns are free within thirty days of the purchase.", "en"),
        ("Die Rückgabe ist innerhalb von dreißig Tagen möglich.", "de"),
        ("Le conseil a décidé que les retours sont gratuits.", "fr"),
        ("Он сказал, что вернёт деньги через тридцать дней, если покупателю это не понравится.", "ru"),
        ("これは日本語の文章です", "ja"),
        ("这是一个普通的中文文本", "zh"),
        ("이것은 평범한 한국어 텍스트입니다", "ko"),
        ("", None),
        ("Yes.", None),
        ("12,000 13,400 2019 2018 https://example.org/returns-are-free", None),
        ("A | B | C | D | E | F | G | H | I | J | K | L | M | N | O", None),
        ("\ud800\x00", None),
    ],
)
def test_the_words_tell(text, language):
    assert tell_language(text) == language
