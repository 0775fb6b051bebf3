"""Which pages of a PDF are read by recognition, and what comes of it."""

from __future__ import annotations

import io

import pytest

from ingest.loaders.content import FileOnDisk
from ingest.loaders.pdf import PdfLoader
from ingest.loaders.pdf_text_layer import is_unreadable
from ingest.loaders.protocol import Closed, LoadOptions, PageLost, PageRead
from ingest.loaders.recognition import RecognisedLine, RecogniserMissing, ScriptedRecogniser

SCANNED = RecognisedLine("Returns are free.", 0.97, 0.1, 0.2, 0.9, 0.25)


def scan(pages: int = 1) -> bytes:
    """Pages that are pictures: a black bar on white."""
    from PIL import Image

    image = Image.new("RGB", (200, 100), "white")
    image.paste("black", (20, 20, 180, 30))
    data = io.BytesIO()
    image.save(data, "PDF", save_all=True, append_images=[image] * (pages - 1))
    return data.getvalue()


def stamped_scan(make_pdf, text: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(scan())))
    stamp = PdfReader(io.BytesIO(make_pdf([(10, 10, text)]))).pages[0]
    writer.pages[0].merge_page(stamp)
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


@pytest.fixture
def events(make_content):
    def read(data: bytes, recogniser, ocr="auto"):
        content = make_content("a.pdf", data)
        file = FileOnDisk(content.path, content.path, content.sha256, len(data))
        _, *rest = PdfLoader(recogniser).read(file, LoadOptions(ocr=ocr))
        return rest

    return read


class Missing:
    def recognise(self, picture):
        raise RecogniserMissing("it is not installed: pip install 'refdesk[ocr]'")


class TestAuto:
    def test_a_scan_is_recognised_and_says_so(self, events):
        read, closed = events(scan(), ScriptedRecogniser([SCANNED]))
        assert (read.page.text, read.page.recognised) == ("Returns are free.", True)
        (box,) = read.page.boxes
        assert (box.start, box.end, box.left, box.top) == (0, 17, 0.1, 0.2)
        assert closed == Closed()

    def test_a_text_layer_is_trusted(self, events, make_pdf):
        recogniser = ScriptedRecogniser([SCANNED])
        read, _ = events(make_pdf([(20, 70, "Ask at the desk.")]), recogniser)
        assert (read.page.text, read.page.recognised) == ("Ask at the desk.", False)
        assert recogniser.seen == []

    def test_a_blank_page_is_read_and_empty(self, events, make_pdf):
        recogniser = ScriptedRecogniser([SCANNED])
        read, _ = events(make_pdf([]), recogniser)
        assert read.page.text == ""
        assert recogniser.seen == []

    def test_each_page_is_recognised_when_it_is_asked_for(self, make_content):
        content = make_content("a.pdf", scan(3))
        recogniser = ScriptedRecogniser([SCANNED])
        events = PdfLoader(recogniser).read(
            FileOnDisk(content.path, content.path, content.sha256, len(content.data))
        )
        next(events)
        for count in (1, 2, 3):
            assert isinstance(next(events), PageRead)
            assert len(recogniser.seen) == count

    def test_a_page_that_gives_nothing_is_lost(self, events):
        lost, _ = events(scan(), ScriptedRecogniser([]))
        assert lost == PageLost(1, "it holds no text layer, and OCR found no text on it")

    def test_a_missing_engine_names_what_to_install(self, events):
        lost, _ = events(scan(), Missing())
        assert lost == PageLost(
            1, "it holds no text layer, and it is not installed: pip install 'refdesk[ocr]'"
        )

    def test_an_engine_that_breaks_loses_one_page(self, events):
        class Breaking(ScriptedRecogniser):
            def recognise(self, picture):
                if not super().recognise(picture):
                    raise ArithmeticError("bad shape")
                return (SCANNED,)

        lost, read, _ = events(scan(2), Breaking([], [SCANNED]))
        assert "OCR failed on it (ArithmeticError: bad shape)" in lost.reason
        assert read.page.text == "Returns are free."

    def test_a_stamp_on_a_scan_does_not_hide_it(self, events, make_pdf):
        read, _ = events(stamped_scan(make_pdf, "No 17"), ScriptedRecogniser([SCANNED]))
        assert (read.page.text, read.page.recognised) == ("Returns are free.", True)

    def test_the_stamp_is_kept_where_the_scan_gives_nothing(self, events, make_pdf):
        read, closed = events(stamped_scan(make_pdf, "No 17"), ScriptedRecogniser([]))
        assert (read.page.text, read.page.recognised) == ("No 17", False)
        assert closed.notes == ("1 page is a picture with a few words of text, which were read alone",)


class TestLettersThatMakeNoWords:
    """Files may map the glyphs they draw to the wrong letters."""

    SHOWN = "Goods may be returned within thirty days when they are unused and clean."

    @pytest.fixture
    def garbled_pdf(self, make_pdf):
        garbled = "".join(chr(ord(letter) + 1) if letter.isalpha() else letter for letter in self.SHOWN)
        return lambda pages=1: make_pdf(*[[(20, 70, garbled)]] * pages)

    def line(self, text):
        return [RecognisedLine(text, 0.97, 0.1, 0.2, 0.9, 0.25)]

    def test_the_picture_of_the_page_is_read(self, events, garbled_pdf):
        read, closed = events(garbled_pdf(), ScriptedRecogniser(self.line(self.SHOWN)))
        assert (read.page.text, read.page.recognised) == (self.SHOWN, True)
        assert closed == Closed()

    @pytest.mark.parametrize(
        "text", ["Hppet nbz cf sfuvsofe xjuijo uijsuz ebzt xifo uifz bsf vovtfe boe dmfbo", "Goods"]
    )
    def test_unless_that_reads_no_better(self, events, garbled_pdf, text):
        read, closed = events(garbled_pdf(), ScriptedRecogniser(self.line(text)))
        assert read.page.text.startswith("Hppet nbz")
        assert not read.page.recognised
        assert "1 page is of letters that make no words" in closed.notes[0]

    def test_ocr_that_is_turned_off_is_not_asked(self, events, garbled_pdf):
        recogniser = ScriptedRecogniser(self.line(self.SHOWN))
        read, closed = events(garbled_pdf(), recogniser, "never")
        assert read.page.text.startswith("Hppet nbz")
        assert "make no words" in closed.notes[0]
        assert recogniser.seen == []

    def test_a_file_of_such_pages_costs_no_more_than_three_tries(self, events, garbled_pdf):
        recogniser = ScriptedRecogniser(self.line("Goods"))
        *pages, closed = events(garbled_pdf(5), recogniser)
        assert len(pages) == 5
        assert len(recogniser.seen) == 3
        assert "5 pages are of letters that make no words" in closed.notes[0]


class TestNeverAndAlways:
    def test_never_leaves_scans_and_says_so(self, events):
        recogniser = ScriptedRecogniser([SCANNED])
        lost, _ = events(scan(), recogniser, "never")
        assert lost == PageLost(1, "it holds no text layer, and OCR is turned off")
        assert recogniser.seen == []

    def test_never_knows_a_blank_page(self, events, make_pdf):
        read, _ = events(make_pdf([]), None, "never")
        assert read.page.text == ""

    def test_always_recognises_pages_with_text_too(self, events, make_pdf):
        read, _ = events(make_pdf([(20, 70, "Ask at the desk.")]), ScriptedRecogniser([SCANNED]), "always")
        assert (read.page.text, read.page.recognised) == ("Returns are free.", True)

    def test_always_keeps_the_text_where_nothing_is_recognised(self, events, make_pdf):
        read, closed = events(make_pdf([(20, 70, "Ask at the desk.")]), Missing(), "always")
        assert read.page.text == "Ask at the desk."
        assert closed.notes == ("1 page is not read by OCR as asked for: the file's own text was taken",)


def test_a_huge_page_is_drawn_small(events, make_pdf):
    recogniser = ScriptedRecogniser([SCANNED])
    data = make_pdf([(20, 70, "x")]).replace(b"[0 0 200 100]", b"[0 0 14400 14400]")
    events(data, recogniser, "always")
    (height, width), *_ = recogniser.seen
    assert height * width <= 4_010_000


@pytest.mark.parametrize(
    ("text", "unreadable"),
    [
        ("Returns are free.", False),
        ("\uf0b7 a bullet of Word's", False),
        ("e\ufb03cient, Größe, 返品", False),
        ("\ufffd\ufffd\ufffd a", True),
        ("\ue001\ue002\ue003", True),
        ("\x01\x02\x03\x04 b", True),
        ("", False),
    ],
)
def test_text_that_is_no_characters_is_unreadable(text, unreadable):
    assert is_unreadable(text) is unreadable
