"""Words whose letters are set apart are words all the same, and rows of single letters are none."""

from __future__ import annotations

import io

import pytest

from ingest.loaders.pdf_pdfium import PdfiumSource

WORDS = "Here is some text in form"


def spaced_pdf(words: str, spacing: float, gap: float, *, with_spaces: bool = False) -> bytes:
    """A line of 12 points, so many points between its letters and so many more between its words."""
    from pypdf import PdfWriter
    from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(400, 100)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Times-Roman"),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F"): font})}
    )
    space = "( ) " if with_spaces else ""
    shown = f" {space}{-1000 * gap / 12:.0f} ".join(f"({word})" for word in words.split())
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F 12 Tf {spacing} Tc 20 50 Td [{shown}] TJ ET".encode())
    page[NameObject("/Contents")] = ArrayObject([writer._add_object(stream)])
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


def read(data: bytes) -> str:
    source = PdfiumSource(io.BytesIO(data))
    try:
        [line] = source.read_page(0).lines
    finally:
        source.close()
    return line.text


def test_letters_set_apart_are_joined():
    assert read(spaced_pdf(WORDS, 1.4, 4)) == WORDS


@pytest.mark.parametrize(("spacing", "gap"), [(0, 3), (0.2, 4), (0, 12)])
@pytest.mark.parametrize("words", ["if a is in A or b is in B", "a b c d e f g h", "I am so as to be in it"])
def test_short_words_and_single_letters_stay_apart(words, spacing, gap):
    assert read(spaced_pdf(words, spacing, gap)) == words


def test_spaces_of_the_file_s_own_stay():
    words = "C A N A D A and C o"
    assert read(spaced_pdf(words, 0, 0, with_spaces=True)) == words
