"""Which texts are taken for words of some language, and which for letters in the wrong place."""

from __future__ import annotations

import pytest

from ingest.loaders.letter_pairs import LEAST_PLAUSIBILITY, plausibility

READABLE = {
    "English": "Goods may be returned within thirty days when they are unused and in their original box.",
    "German": "Die Ware kann innerhalb von dreißig Tagen zurückgegeben werden, wenn sie unbenutzt ist.",
    "Polish": "Towar można zwrócić w ciągu trzydziestu dni, jeżeli nie był używany i jest w opakowaniu.",
    "Finnish": "Tavaran voi palauttaa kolmenkymmenen päivän kuluessa, jos sitä ei ole käytetty lainkaan.",
    "Vietnamese": "Hàng hóa có thể được trả lại trong vòng ba mươi ngày nếu chưa sử dụng và còn nguyên hộp.",
    "Swahili": "Bidhaa zinaweza kurudishwa ndani ya siku thelathini ikiwa hazijatumika.",
    "Basque": "Salgaiak hogeita hamar eguneko epean itzul daitezke, kutxan badaude.",
    "names": "Szczepan Brzęczyszczykiewicz, Nguyễn Thị Phương, Jürgen Schmidt, Björk Guðmundsdóttir",
    "code": "def read_lines(page): return tuple(line for line in page.splitlines() if line not in seen)",
    "a parts list": "HEX BOLT M8X40 ZN 12, WASHER M8 ZN 24, GASKET NBR 3MM, BRACKET LH, PCB ASSY\n" * 2,
}


@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE)
def test_words_are_words(text):
    found = plausibility(text)
    assert found is not None
    assert found >= LEAST_PLAUSIBILITY


@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE)
@pytest.mark.parametrize("places", [-29, -31, 1, 3])
def test_letters_some_places_on_in_the_alphabet_are_none(text, places):
    found = plausibility(
        "".join(chr(ord(letter) + places) if letter.isalpha() else letter for letter in text)
    )
    assert found is None or found < LEAST_PLAUSIBILITY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Total 1,204 998 17% 2,202",
        "0x3F 0xA2 " * 100,
        "Товар можно вернуть в течение тридцати дней, если он не использован. " * 5,
        "商品は三十日以内に返品できます。ABC qxz " * 20,
        "Qxzj vkqw",
    ],
)
def test_little_text_and_other_scripts_are_not_judged(text):
    assert plausibility(text) is None
