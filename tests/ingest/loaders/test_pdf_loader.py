from __future__ import annotations

import io

import pytest

from ingest.errors import DamagedFile, EmptyFile, EncryptedFile
from ingest.loaders.hyphens import BREAK, WordBreaks
from ingest.loaders.pdf import PdfLoader
from ingest.loaders.pdf_pages import RawLine, set_lines
from ingest.loaders.protocol import LoadOptions

LINES = [(20, 70, "Returns are free."), (20, 40, "Ask at the desk.")]


def encrypted(data: bytes, user_password: str, algorithm: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(user_password, owner_password="owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class TestText:
    def test_lines_stay_lines_and_pages_stay_pages(self, make_pdf, make_content):
        document = PdfLoader().load(make_content("a.pdf", make_pdf(LINES, [(20, 70, "Page two.")])))
        assert [page.text for page in document.pages] == ["Returns are free.\nAsk at the desk.", "Page two."]
        assert [page.label for page in document.pages] == ["page 1", "page 2"]

    def test_a_page_without_text_keeps_its_number(self, make_pdf, make_content):
        document = PdfLoader().load(make_content("a.pdf", make_pdf([], LINES, [])))
        assert [bool(page.text) for page in document.pages] == [False, True, False]
        assert document.notes == ("2 of 3 pages hold no text (scanned?)",)

    def test_no_text_at_all_looks_scanned(self, make_pdf, make_content):
        with pytest.raises(EmptyFile, match="any of its 2 pages: it looks scanned"):
            PdfLoader().load(make_content("a.pdf", make_pdf([], [])))


class TestBoxes:
    def test_each_line_has_a_box_around_its_letters(self, make_pdf, make_content):
        (page,) = PdfLoader().load(make_content("a.pdf", make_pdf(LINES))).pages
        first, second = page.boxes
        assert page.text[first.start : first.end] == "Returns are free."
        assert page.text[second.start : second.end] == "Ask at the desk."
        # The baseline is 70 of 100 from below, the capitals of 10 point Helvetica 7 points high.
        assert first.left == pytest.approx(20 / 200, abs=0.01)
        assert first.bottom == pytest.approx(1 - 70 / 100, abs=0.03)
        assert first.top == pytest.approx(1 - (70 + 7) / 100, abs=0.03)
        assert 20 / 200 < first.right < 1
        assert second.top > first.bottom

    def test_a_turned_page_turns_its_boxes(self, make_pdf, make_content):
        data = make_pdf([(20, 70, "Returns are free.")], page_entries="/Rotate 90")
        (page,) = PdfLoader().load(make_content("a.pdf", data)).pages
        (box,) = page.boxes
        # Turned clockwise, what was left is on top, and what was the baseline is the left edge.
        assert box.top == pytest.approx(20 / 200, abs=0.01)
        assert box.left == pytest.approx(70 / 100, abs=0.03)

    def test_boxes_are_fractions_of_the_cropped_page(self, make_pdf, make_content):
        data = make_pdf([(20, 70, "Returns are free.")], page_entries="/CropBox [10 50 200 100]")
        (page,) = PdfLoader().load(make_content("a.pdf", data)).pages
        (box,) = page.boxes
        assert box.left == pytest.approx((20 - 10) / (200 - 10), abs=0.01)
        assert box.bottom == pytest.approx((100 - 70) / (100 - 50), abs=0.06)


class TestNames:
    def test_title_and_author_come_from_the_file(self, make_pdf, make_content):
        document = PdfLoader().load(make_content("a.pdf", make_pdf(LINES, title="Return policy")))
        assert (document.title, document.author) == ("Return policy", "Ada Example")

    @pytest.mark.parametrize(
        "title", ["Microsoft Word - policy.doc", "untitled", "0001065280-16-000047", " "]
    )
    def test_a_title_that_names_nothing_is_passed_over(self, title, make_pdf, make_content):
        assert PdfLoader().load(make_content("policy.pdf", make_pdf(LINES, title=title))).title == "policy"

    def test_headings_follow_the_outline(self, make_pdf, make_content):
        pages = [[(20, 70, f"Text {number}")] for number in range(4)]
        data = make_pdf(*pages, outline=[("Returns", 1), ("Refunds", 3)])
        document = PdfLoader().load(make_content("a.pdf", data))
        assert [page.headings for page in document.pages] == [(), ("Returns",), ("Returns",), ("Refunds",)]


class TestEncryption:
    @pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
    def test_an_empty_password_needs_no_asking(self, algorithm, make_pdf, make_content):
        data = encrypted(make_pdf(LINES), "", algorithm)
        assert PdfLoader().load(make_content("a.pdf", data)).pages[0].text.startswith("Returns are free.")

    def test_a_password_is_asked_for_and_used(self, make_pdf, make_content):
        content = make_content("a.pdf", encrypted(make_pdf(LINES), "sesame", "AES-256"))
        with pytest.raises(EncryptedFile, match=r"a\.pdf is protected by a password, and the empty one"):
            PdfLoader().load(content)
        with pytest.raises(EncryptedFile, match="the one given does not open it"):
            PdfLoader().load(content, LoadOptions(("wrong",)))
        assert (
            PdfLoader().load(content, LoadOptions(("sesame",))).pages[0].text.startswith("Returns are free.")
        )

    def test_a_password_for_others_does_not_lock_a_free_file(self, make_pdf, make_content):
        assert (
            PdfLoader().load(make_content("a.pdf", make_pdf(LINES)), LoadOptions(("sesame",))).pages[0].text
        )


class TestDamage:
    def test_a_file_without_its_end_is_read_with_its_boxes(self, make_pdf, make_content):
        data = make_pdf(LINES)
        document = PdfLoader().load(make_content("a.pdf", data[: data.index(b"xref")]))
        assert document.pages[0].text == "Returns are free.\nAsk at the desk."
        assert len(document.pages[0].boxes) == 2

    def test_pypdf_reads_what_pdfium_refuses(self, make_pdf, make_content, monkeypatch):
        import pypdfium2

        def refuse(*args: object, **kwargs: object) -> None:
            raise pypdfium2.PdfiumError("Failed to load document.", err_code=3)

        monkeypatch.setattr(pypdfium2, "PdfDocument", refuse)
        document = PdfLoader().load(make_content("a.pdf", make_pdf(LINES)))
        assert document.pages[0].text == "Returns are free.\nAsk at the desk."
        assert document.notes == (
            "pdfium could not open the file: its text was read by pypdf, without the places of its lines",
        )

    def test_rubble_is_damaged(self, make_content):
        with pytest.raises(DamagedFile, match="cut short or damaged"):
            PdfLoader().load(make_content("a.pdf", b"%PDF-1.7\nnothing of the kind"))


class TestBrokenWords:
    @pytest.mark.parametrize(
        ("before", "after", "elsewhere", "expected"),
        [
            ("compu", "ter", "a computer", ""),
            ("long", "term", "a long-term plan", "-"),
            ("non", "public", "a public place", "-"),
            ("infor", "mation", "nothing alike", ""),
            ("Regulation S", "T during", "regulations", "-"),
            ("2018", "19", "2018", "-"),
        ],
    )
    def test_the_document_s_own_words_decide(self, before, after, elsewhere, expected):
        breaks = WordBreaks([f"{elsewhere}\n{before}{BREAK}{after}"])
        assert breaks.join(before, after) == expected

    def test_the_box_of_a_broken_line_ends_where_the_next_begins(self):
        lines = [RawLine("the compu", None, True), RawLine("ter works", None, False)]
        text, _ = set_lines(lines, WordBreaks([f"compu{BREAK}ter", "computer"]))
        assert text == "the computer works"
