from __future__ import annotations

import io
from dataclasses import dataclass

import pytest

from ingest.errors import DamagedFile, EmptyFile, EncryptedFile
from ingest.loaders.content import FileContent, FileOnDisk
from ingest.loaders.pdf import PdfLoader
from ingest.loaders.pdf_facts import iso_date, language_of
from ingest.loaders.protocol import DEFAULT_OPTIONS, Closed, LoadOptions, Opened, PageLost, PageRead
from ingest.types import Document, Page

LINES = [(20, 70, "Returns are free."), (20, 40, "Ask at the desk.")]


@dataclass(frozen=True, slots=True)
class Told:
    """What a file's events tell."""

    document: Document
    page_count: int | None
    pages: list[Page]
    lost: list[PageLost]
    notes: tuple[str, ...]


def read(content: FileContent, options: LoadOptions = DEFAULT_OPTIONS, first_page: int = 1) -> Told:
    file = FileOnDisk(content.path, content.path, content.sha256, len(content.data))
    opened, *middle, closed = PdfLoader().read(file, options, first_page=first_page)
    assert isinstance(opened, Opened)
    assert isinstance(closed, Closed)
    return Told(
        opened.document,
        opened.page_count,
        [event.page for event in middle if isinstance(event, PageRead)],
        [event for event in middle if isinstance(event, PageLost)],
        closed.notes,
    )


def encrypted(data: bytes, user_password: str, algorithm: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(user_password, owner_password="owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class TestText:
    def test_lines_stay_lines_and_pages_stay_pages(self, make_pdf, make_content):
        document = read(make_content("a.pdf", make_pdf(LINES, [(20, 70, "Page two.")])))
        assert [page.text for page in document.pages] == ["Returns are free.\nAsk at the desk.", "Page two."]
        assert [page.label for page in document.pages] == ["page 1", "page 2"]

    def test_a_page_with_nothing_on_it_is_empty_and_keeps_its_number(self, make_pdf, make_content):
        told = read(make_content("a.pdf", make_pdf([], LINES, [])))
        assert [(page.number, bool(page.text)) for page in told.pages] == [(1, False), (2, True), (3, False)]
        assert told.lost == []

    def test_reading_may_begin_at_any_page(self, make_pdf, make_content):
        content = make_content("a.pdf", make_pdf(*([(20, 70, f"Text {number}.")] for number in range(70))))
        whole = read(content).pages
        for first in (2, 33, 34, 40, 70):
            assert read(content, first_page=first).pages == whole[first - 1 :]
        assert read(content, first_page=71).pages == []

    def test_a_file_that_is_closed_early_is_let_go(self, make_pdf, make_content):
        content = make_content("a.pdf", make_pdf(LINES, LINES))
        events = PdfLoader().read(FileOnDisk(content.path, content.path, content.sha256, len(content.data)))
        next(events)
        events.close()
        assert read(content).page_count == 2


class TestBoxes:
    def test_each_line_has_a_box_around_its_letters(self, make_pdf, make_content):
        (page,) = read(make_content("a.pdf", make_pdf(LINES))).pages
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
        (page,) = read(make_content("a.pdf", data)).pages
        (box,) = page.boxes
        # Turned clockwise, what was left is on top, and what was the baseline is the left edge.
        assert box.top == pytest.approx(20 / 200, abs=0.01)
        assert box.left == pytest.approx(70 / 100, abs=0.03)

    def test_boxes_are_fractions_of_the_cropped_page(self, make_pdf, make_content):
        data = make_pdf([(20, 70, "Returns are free.")], page_entries="/CropBox [10 50 200 100]")
        (page,) = read(make_content("a.pdf", data)).pages
        (box,) = page.boxes
        assert box.left == pytest.approx((20 - 10) / (200 - 10), abs=0.01)
        assert box.bottom == pytest.approx((100 - 70) / (100 - 50), abs=0.06)


class TestNames:
    def test_title_and_author_come_from_the_file(self, make_pdf, make_content):
        document = read(make_content("a.pdf", make_pdf(LINES, title="Return policy"))).document
        assert (document.title, document.author) == ("Return policy", "Ada Example")

    @pytest.mark.parametrize(
        "title", ["Microsoft Word - policy.doc", "untitled", "0001065280-16-000047", " "]
    )
    def test_a_title_that_names_nothing_is_passed_over(self, title, make_pdf, make_content):
        assert read(make_content("policy.pdf", make_pdf(LINES, title=title))).document.title == "policy"

    def test_headings_follow_the_outline(self, make_pdf, make_content):
        pages = [[(20, 70, f"Text {number}")] for number in range(4)]
        data = make_pdf(*pages, outline=[("Returns", 1), ("Refunds", 3)])
        document = read(make_content("a.pdf", data))
        assert [page.headings for page in document.pages] == [(), ("Returns",), ("Returns",), ("Refunds",)]


class TestEncryption:
    @pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
    def test_an_empty_password_needs_no_asking(self, algorithm, make_pdf, make_content):
        data = encrypted(make_pdf(LINES), "", algorithm)
        assert read(make_content("a.pdf", data)).pages[0].text.startswith("Returns are free.")

    def test_a_password_is_asked_for_and_used(self, make_pdf, make_content):
        content = make_content("a.pdf", encrypted(make_pdf(LINES), "sesame", "AES-256"))
        with pytest.raises(EncryptedFile, match=r"a\.pdf is protected by a password, and the empty one"):
            read(content)
        with pytest.raises(EncryptedFile, match="the one given does not open it"):
            read(content, LoadOptions(("wrong",)))
        assert read(content, LoadOptions(("sesame",))).pages[0].text.startswith("Returns are free.")

    def test_a_password_for_others_does_not_lock_a_free_file(self, make_pdf, make_content):
        assert read(make_content("a.pdf", make_pdf(LINES)), LoadOptions(("sesame",))).pages[0].text


class TestDamage:
    def test_a_file_without_its_end_is_read_with_its_boxes(self, make_pdf, make_content):
        data = make_pdf(LINES)
        told = read(make_content("a.pdf", data[: data.index(b"xref")]))
        assert told.pages[0].text == "Returns are free.\nAsk at the desk."
        assert len(told.pages[0].boxes) == 2
        assert told.notes == ("the file is damaged or cut short: what is left of it was read",)

    def test_pypdf_reads_what_pdfium_refuses(self, make_pdf, make_content, monkeypatch):
        import pypdfium2

        def refuse(*args: object, **kwargs: object) -> None:
            raise pypdfium2.PdfiumError("Failed to load document.", err_code=3)

        monkeypatch.setattr(pypdfium2, "PdfDocument", refuse)
        document = read(make_content("a.pdf", make_pdf(LINES)))
        assert document.pages[0].text == "Returns are free.\nAsk at the desk."
        assert document.notes == (
            "pdfium could not open the file: its text was read by pypdf, without the places of its lines",
        )

    def test_rubble_is_damaged(self, make_content):
        with pytest.raises(DamagedFile, match="cut short or damaged"):
            read(make_content("a.pdf", b"%PDF-1.7\nnothing of the kind"))

    def test_no_bytes_are_empty(self, make_pdf, tmp_path):
        (tmp_path / "a.pdf").touch()
        path = tmp_path / "a.pdf"
        with pytest.raises(EmptyFile, match=r"a\.pdf is empty"):
            next(PdfLoader().read(FileOnDisk(path, path, "0" * 64, 0)))

    def test_a_page_that_does_not_open_is_lost_and_the_others_read(self, make_pdf, make_content):
        data = make_pdf(LINES, LINES, LINES).replace(b"12 0 obj\n<< /Type /Page", b"12 0 obj\n<< /Type /Pane")
        told = read(make_content("a.pdf", data))
        assert [page.number for page in told.pages] == [1, 3]
        assert [lost.number for lost in told.lost] == [2]
        assert "does not open" in told.lost[0].reason

    def test_nine_hundred_thousand_promised_pages_come_to_an_end(self, make_pdf, make_content):
        data = make_pdf(LINES).replace(b"/Count 1 ", b"/Count 900000 ")
        with pytest.raises(DamagedFile, match="900000 pages it promises, 501 in a row do not open"):
            read(make_content("a.pdf", data))


class TestFacts:
    def test_the_last_change_dates_it(self, make_pdf, make_content):
        data = make_pdf(LINES).replace(
            b"/Author (Ada Example)", b"/Author (A) /CreationDate (D:2019) /ModDate (D:20240531120000Z)"
        )
        assert read(make_content("a.pdf", data)).document.written == "2024-05-31"

    def test_its_language_is_that_of_its_catalogue(self, make_pdf, make_content):
        data = make_pdf(LINES).replace(b"/Type /Catalog", b"/Type /Catalog /Lang (de-CH)")
        assert read(make_content("a.pdf", data)).document.language == "de"

    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("D:20240531120000+02'00'", "2024-05-31"),
            ("2024-05-31T12:00", "2024-05-31"),
            ("D:2019", "2019-01-01"),
            ("D:20241399", None),
            ("D:00010101", None),
            ("yesterday", None),
            ("", None),
        ],
    )
    def test_a_date_is_a_day_or_none(self, text, day):
        assert iso_date(text) == day

    @pytest.mark.parametrize(("tag", "code"), [("en-US", "en"), ("FR", "fr"), ("eng", None), ("", None)])
    def test_a_language_is_one_of_two_letters(self, tag, code):
        assert language_of(tag) == code

    def test_attached_files_are_named(self, make_pdf, make_content):
        from pypdf import PdfReader, PdfWriter

        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf(LINES))))
        writer.add_attachment("prices.xlsx", b"cells")
        out = io.BytesIO()
        writer.write(out)
        assert read(make_content("a.pdf", out.getvalue())).notes == (
            "a file attached to it was not read: prices.xlsx",
        )


class TestAnnotations:
    @pytest.mark.parametrize(
        ("entries", "expected"),
        [
            ("/Subtype /FreeText /Contents (Approved by Kim)", ["Approved by Kim"]),
            ("/Subtype /Text /Contents (Is this so?)", ["Comment: Is this so?"]),
            ("/Subtype /Text /F 2 /Contents (hidden)", []),
            ("/Subtype /Highlight /Contents (Returns are)", []),
            ("/Subtype /Link /Contents (elsewhere)", []),
        ],
    )
    def test_what_readers_wrote_follows_the_page_s_text(self, entries, expected, make_pdf, make_content):
        annotation = f"/Annots [<< /Type /Annot /Rect [10 10 60 20] {entries} >>]"
        (page,) = read(make_content("a.pdf", make_pdf(LINES, page_entries=annotation))).pages
        assert page.text.splitlines() == ["Returns are free.", "Ask at the desk.", *expected]
        if expected:
            assert page.boxes[-1].left == pytest.approx(10 / 200)
            assert page.boxes[-1].bottom == pytest.approx(1 - 10 / 100)
