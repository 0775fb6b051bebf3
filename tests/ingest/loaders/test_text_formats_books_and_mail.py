"""E-books, mails and reStructuredText: their parts, what they say of themselves, and hostile ones."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest

from ingest.errors import DamagedFile, EncryptedFile
from ingest.loaders import book
from ingest.loaders.book import BookLoader
from ingest.loaders.content import FileOnDisk
from ingest.loaders.mail import MailLoader
from ingest.loaders.protocol import Closed, LoadOptions, MemberFound, MemberRefused, Opened, PageRead
from ingest.loaders.restructured import RestructuredTextLoader


class TestBook:
    def test_chapters_in_reading_order_under_their_titles(self, make_content, make_epub):
        data = make_epub(
            ("b.xhtml", b"<h1>Returns</h1><p>Free.</p><h2>Late</h2><p>Not.</p>"),
            ("a.xhtml", b"<p>Nine to five.</p>"),
            metadata="<dc:title>Shop</dc:title><dc:creator>Ada</dc:creator><dc:creator>Bob</dc:creator>"
            "<dc:language>en-GB</dc:language><dc:date>2024-05-31</dc:date>",
            nav='<li><a href="b.xhtml">Returns</a></li><li><a href="a.xhtml#top">Hours</a></li>',
        )
        document = BookLoader().load(make_content("a.epub", data))
        assert (document.title, document.author) == ("Shop", "Ada, Bob")
        assert (document.language, document.written) == ("en", "2024-05-31")
        assert [(page.number, page.label, page.headings, page.text) for page in document.pages] == [
            (1, "chapter Returns", ("Returns",), "Returns\nFree."),
            (2, "chapter Returns, section Late", ("Returns", "Late"), "Late\nNot."),
            (3, "chapter Hours", ("Hours",), "Nine to five."),
        ]

    def test_several_chapters_in_one_file_are_told_by_their_headings(self, make_content, make_epub):
        data = make_epub(
            ("a.xhtml", b"<h2>One</h2><p>1</p><h2>Two</h2><p>2</p>"),
            nav='<li><a href="a.xhtml#1">ONE</a></li><li><a href="a.xhtml#2">TWO</a></li>',
        )
        pages = BookLoader().load(make_content("a.epub", data)).pages
        assert [page.label for page in pages] == ["chapter One", "chapter Two"]

    def test_a_seller_s_lock_is_named(self, make_content, make_epub):
        lock = (
            '<encryption><enc:EncryptedData><enc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc'
            '#aes128-cbc"/><enc:CipherData><enc:CipherReference URI="OPS/a.xhtml"/></enc:CipherData>'
            "</enc:EncryptedData></encryption>"
        )
        with pytest.raises(EncryptedFile, match=r"a\.epub is protected by its seller \(DRM\)"):
            BookLoader().load(make_content("a.epub", make_epub(("a.xhtml", b"\x8f\x00"), encryption=lock)))

    def test_hidden_fonts_are_no_lock(self, make_content, make_epub):
        fonts = (
            '<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/>'
            '<CipherData><CipherReference URI="OPS/a.xhtml"/></CipherData></EncryptedData></encryption>'
        )
        data = make_epub(("a.xhtml", b"<p>Free.</p>"), encryption=fonts)
        assert BookLoader().load(make_content("a.epub", data)).pages[0].text == "Free."

    def test_a_chapter_that_unpacks_without_end_is_refused(self, make_content, make_epub, monkeypatch):
        monkeypatch.setattr(book, "_LARGEST_CHAPTER_BYTES", 1_000_000)
        with pytest.raises(DamagedFile, match="unpacks to more than 1 MB"):
            BookLoader().load(make_content("a.epub", make_epub(("a.xhtml", b" " * 1_000_001))))

    def test_without_its_own_list_the_pages_are_taken_by_name(self, make_content):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr("mimetype", "application/epub+zip")
            archive.writestr("b.xhtml", "<p>two")
            archive.writestr("a.xhtml", "<p>one")
        pages = BookLoader().load(make_content("a.epub", data.getvalue())).pages
        assert [page.text for page in pages] == ["one", "two"]


class TestMail:
    def read(self, tmp_path, message: EmailMessage | bytes, scratch=None, first_page=1):
        path = tmp_path / "a.eml"
        path.write_bytes(message if isinstance(message, bytes) else message.as_bytes())
        file = FileOnDisk(path, path, "0" * 64, path.stat().st_size)
        return list(MailLoader().read(file, LoadOptions(scratch=scratch), first_page=first_page))

    def letter(self, text="Returns are free.\n", **headers: str) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = "Größe"
        message["From"] = "Ada Example <ada@example.org>"
        message["Date"] = "Fri, 31 May 2024 10:00:00 +0200"
        message.set_content(text, **headers)
        return message

    def test_headers_and_plain_text(self, tmp_path):
        letter = self.letter()
        letter.add_alternative("<p>Not this</p>", subtype="html")
        opened, page, closed = self.read(tmp_path, letter)
        assert isinstance(opened, Opened)
        document = opened.document
        assert (document.title, document.author, document.written) == ("Größe", "Ada Example", "2024-05-31")
        assert opened.page_count == 1
        assert isinstance(page, PageRead)
        assert page.page.text == (
            "Subject: Größe\nFrom: Ada Example <ada@example.org>\nDate: Fri, 31 May 2024 10:00:00 +0200\n\n"
            "Returns are free."
        )
        assert (page.page.label, page.page.headings) == ("the message", ("Größe",))
        assert closed == Closed()

    def test_an_empty_plain_part_gives_way_to_the_page(self, tmp_path):
        letter = self.letter(" \n")
        letter.add_alternative("<h1>Returns</h1><p>are <b>free</b></p>", subtype="html")
        assert self.read(tmp_path, letter)[1].page.text.endswith("\n\nReturns\nare free")

    @pytest.mark.parametrize("encoding", ["iso-2022-jp", "koi8-r", "utf-8", "no-such-encoding"])
    def test_the_encoding_that_a_part_declares(self, encoding, tmp_path):
        text = {"iso-2022-jp": "日本語の文章", "koi8-r": "возврат"}.get(encoding, "größer")
        data = text.encode("utf-8" if encoding == "no-such-encoding" else encoding)
        head = (
            f"Subject: x\nContent-Type: text/plain; charset={encoding}\nContent-Transfer-Encoding: 8bit\n\n"
        )
        assert self.read(tmp_path, head.encode() + data)[1].page.text.endswith(text)

    def test_a_mail_saved_in_utf_16(self, tmp_path):
        events = self.read(tmp_path, "Subject: Returns\nFrom: a@b\n\ngrößer".encode("utf-16"))
        assert events[1].page.text == "Subject: Returns\nFrom: a@b\n\ngrößer"

    def test_attachments_never_leave_the_folder_nor_overwrite(self, tmp_path):
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        letter = self.letter()
        names = [
            "../../evil.pdf",
            "/etc/evil.pdf",
            "C:\\windows\\evil.pdf",
            "..",
            "a\x00b\n.txt",
            "x" * 500 + ".txt",
        ]
        for number, name in enumerate(names):
            letter.add_attachment(
                b"%d" % number, maintype="application", subtype="pdf", filename="placeholder"
            )
            part = list(letter.iter_attachments())[-1]
            part.replace_header("Content-Disposition", "attachment")
            part.set_param("filename", name.replace("\n", " "), header="Content-Disposition")
        events = self.read(tmp_path, letter, scratch)
        found = [event for event in events if isinstance(event, MemberFound)]
        assert [event.file.read_bytes() for event in found] == [b"0", b"1", b"2", b"3", b"4", b"5"]
        assert {event.file.parent for event in found} == {scratch}
        assert len({event.name for event in found}) == 6
        assert not any({"/", "\\", "\x00"} & set(event.name) for event in found)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.eml", "scratch"]
        assert isinstance(events[-1], Closed)

    def test_an_attached_mail_and_an_empty_file(self, tmp_path):
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        letter = self.letter()
        letter.add_attachment(self.letter("Inner words\n"))
        letter.add_attachment(b"", maintype="application", subtype="pdf", filename="none.pdf")
        _, _, inner, refused, _ = self.read(tmp_path, letter, scratch)
        assert inner.name == "Größe.eml"
        assert b"Inner words" in inner.file.read_bytes()
        assert refused == MemberRefused("none.pdf", "It is empty.")

    def test_without_a_folder_attachments_are_named(self, tmp_path):
        letter = self.letter()
        letter.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bill.pdf")
        (note,) = self.read(tmp_path, letter)[-1].notes
        assert note == "Not read, because they lie inside the mail: bill.pdf."

    def test_a_long_mail_goes_on_where_it_was(self, tmp_path):
        events = self.read(tmp_path, self.letter("word word word\n\n" * 500), first_page=2)
        pages = [event.page for event in events if isinstance(event, PageRead)]
        assert [page.number for page in pages] == list(range(2, events[0].page_count + 1))
        assert pages[0].label == "part 2"


class TestRestructuredText:
    def load(self, make_content, text):
        return RestructuredTextLoader().load(make_content("a.rst", text))

    def test_sections_lists_tables_and_facts(self, make_content):
        document = self.load(
            make_content,
            "Policy\n======\n:Author: Ada\n:Date: 2024-05-31\n\nReturns\n-------\nAre *free*.\n\n"
            "- one\n- two\n\n"
            "===== =====\nPlace Sales\n===== =====\nNorth 12\n===== =====\n\nHours\n-----\nNine to five.\n",
        )
        assert (document.title, document.author, document.written) == ("Policy", "Ada", "2024-05-31")
        assert document.language is None
        assert [page.headings for page in document.pages][-2:] == [("Policy", "Returns"), ("Policy", "Hours")]
        assert document.pages[-2].text == (
            "Returns\nAre free.\n- one\n- two\n\nPlace | Sales\nPlace: North | Sales: 12"
        )

    def test_no_other_file_is_read_and_no_markup_passes(self, make_content, tmp_path):
        (tmp_path / "secret.txt").write_text("secret words")
        place = tmp_path / "secret.txt"
        named = f"\n   :file: {place}\n\n"
        text = f"Before\n\n.. include:: {place}\n\n.. raw:: html{named}.. csv-table::{named}"
        document = self.load(make_content, f"{text}\nAfter\n")
        assert document.pages[0].text == "Before\n\nAfter"

    def test_what_is_not_understood_stays_and_messages_do_not(self, make_content):
        (page,) = self.load(
            make_content,
            "See :ref:`hours`, |gone|.\n\n.. versionadded:: 2\n   The *thing*.\n\nAn *open star\n",
        ).pages
        assert page.text == (
            "See :ref:`hours`, |gone|.\n\n.. versionadded:: 2\n   The *thing*.\n\nAn *open star"
        )

    def test_what_breaks_the_parser_is_read_as_text(self, make_content):
        document = self.load(make_content, "* " * 3000 + "end")
        assert "".join(page.text for page in document.pages).endswith("end")
        assert "read as plain text" in document.notes[0]
