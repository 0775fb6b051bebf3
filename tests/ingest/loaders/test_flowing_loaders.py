"""HTML, Word, Markdown and plain text: what becomes a section, and that nothing visible is lost."""

from __future__ import annotations

import time

import pytest

from ingest.errors import EmptyFile, EncryptedFile
from ingest.loaders.content import read_content
from ingest.loaders.markdown import MarkdownLoader
from ingest.loaders.tables import Cell, table_lines
from ingest.loaders.text import TextLoader
from ingest.loaders.web import WebLoader
from ingest.loaders.word import WordLoader


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


class TestWeb:
    def load(self, make_content, body: str | bytes):
        return WebLoader().load(make_content("page.html", body))

    def test_a_section_begins_with_its_heading(self, make_content):
        document = self.load(
            make_content,
            "Before<h1>Shop</h1><h2>Returns</h2><p>Free.</p><h2>Hours</h2>Nine to five.<h1>Home</h1>",
        )
        assert [(page.label, page.headings, page.text) for page in document.pages] == [
            ("the beginning", (), "Before"),
            ("section Returns", ("Shop", "Returns"), "Shop\nReturns\nFree."),
            ("section Hours", ("Shop", "Hours"), "Hours\nNine to five."),
            ("section Home", ("Home",), "Home"),
        ]

    def test_what_no_reader_sees_is_left_out(self, make_content):
        document = self.load(
            make_content,
            "<title>Shop</title><script>var a</script><style>p{}</style><nav>Home</nav><template>t</template>"
            "<p hidden>h</p><p style='display: none'>n</p><!-- c --><p>Seen</p>",
        )
        assert document.title == "Shop"
        assert [page.text for page in document.pages] == ["Seen"]

    def test_lists_keep_their_marks_and_depth(self, make_content):
        document = self.load(
            make_content, "<p>Bring:</p><ul><li>a card<ol start=3><li>signed</ol><li>cash</ul>"
        )
        assert document.pages[0].text == "Bring:\n- a card\n  3. signed\n- cash"

    def test_a_row_says_which_column_a_value_stands_in(self, make_content):
        document = self.load(
            make_content, "<table><tr><th>Region<th>Sales<tr><td>North<td>12<tr><td>South<td></table>"
        )
        assert document.pages[0].text == "Region | Sales\nRegion: North | Sales: 12\nRegion: South"

    def test_end_tags_left_out_do_not_nest_paragraphs(self, make_content):
        document = self.load(make_content, "<p>word" * 400 + "<h2>Last</h2>end")
        assert document.pages[0].text == "\n\n".join(["word"] * 400)
        assert document.pages[1].headings == ("Last",)

    def test_code_keeps_its_line_ends(self, make_content):
        assert self.load(make_content, "<pre>if x:\n    y</pre>").pages[0].text == "if x:\n    y"

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ("<p>größer".encode("utf-16"), "größer"),
            (b'<meta charset="iso-8859-5"><p>\xd1\xd2', "бв"),
            (b"<meta charset=latin1><p>it\x92s", "it’s"),
            (b'<meta charset="no-such"><p>caf\xe9', "café"),
            ("<meta charset=latin1><p>größer".encode(), "größer"),
        ],
    )
    def test_the_encoding_is_found(self, data, expected, make_content):
        assert self.load(make_content, data).pages[0].text == expected

    def test_a_page_that_shows_nothing_is_empty(self, make_content):
        with pytest.raises(EmptyFile, match=r"page\.html shows no text"):
            self.load(make_content, "<html><script>fill()</script></html>")

    @pytest.mark.parametrize(
        "tag", ["<div>", "<b>", "<ul><li>", "<table><tr><td>", "<blockquote>", "<span><p>"]
    )
    def test_deep_nesting_loses_nothing_and_takes_no_time(self, tag, make_content):
        began = time.monotonic()
        document = self.load(make_content, f"{tag}x " * 2000 + "end")
        assert "".join(page.text for page in document.pages).count("x") == 2000
        assert time.monotonic() - began < 5


class TestTables:
    def test_a_cell_over_two_rows_stands_in_both(self):
        rows = [
            [Cell("Region", True), Cell("Sales", True)],
            [Cell("North", rows=2), Cell("12")],
            [Cell("13")],
        ]
        assert table_lines(rows) == [
            "Region | Sales",
            "Region: North | Sales: 12",
            "Region: North | Sales: 13",
        ]

    def test_without_a_header_the_position_tells(self):
        assert table_lines([[Cell("a"), Cell(""), Cell("c")], [Cell("d", columns=2), Cell("e")]]) == [
            "a |  | c",
            "d |  | e",
        ]

    def test_a_hostile_span_costs_nothing(self):
        assert len(table_lines([[Cell("a", columns=99_999, rows=99_999)]])[0]) < 500


class TestWord:
    def test_headings_become_sections(self, make_content, make_docx):
        body = paragraph("Returns", "Heading1") + paragraph("Free.") + paragraph("Hours", "Heading1")
        document = WordLoader().load(make_content("a.docx", make_docx(body, title="Policy")))
        assert [(page.label, page.text) for page in document.pages] == [
            ("section Returns", "Returns\nFree."),
            ("section Hours", "Hours"),
        ]
        assert (document.title, document.author) == ("Policy", "Ada Example")

    def test_tables_become_rows(self, make_content, make_docx):
        cells = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("North", "12"))
        document = WordLoader().load(
            make_content("a.docx", make_docx(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"))
        )
        assert document.pages[0].text == "North | 12"

    def test_formulas_are_written_out(self, make_content, make_docx):
        def run(text: str) -> str:
            return f"<m:r><m:t>{text}</m:t></m:r>"

        fraction = f"<m:f><m:num>{run('a')}</m:num><m:den>{run('b+c')}</m:den></m:f>"
        power = f"<m:sSup><m:e>{run('x')}</m:e><m:sup>{run('2')}</m:sup></m:sSup>"
        body = f"<w:p><m:oMathPara><m:oMath>{run('y=')}{fraction}{power}</m:oMath></m:oMathPara></w:p>"
        assert WordLoader().load(make_content("a.docx", make_docx(body))).pages[0].text == "y=a/(b+c)x^2"

    def test_a_password_is_named(self, make_content):
        container = (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")
        )
        with pytest.raises(EncryptedFile, match=r"a\.docx is an Office file under a password"):
            WordLoader().load(make_content("a.docx", container))


class TestMarkdown:
    def test_front_matter_gives_the_title_and_stays_readable(self, make_content):
        text = "---\ntitle: Return policy\nauthor: Ada\nvalid: 2024\n---\n# Returns\n\nFree.\n"
        document = MarkdownLoader().load(make_content("a.md", text))
        assert (document.title, document.author) == ("Return policy", "Ada")
        assert [page.headings for page in document.pages] == [(), ("Returns",)]
        assert "valid: 2024" in document.pages[0].text

    def test_code_is_no_heading_and_stays_as_it_is(self, make_content):
        document = MarkdownLoader().load(
            make_content("a.md", "# Build\n\n```\n# not a heading\n  make\n```\n")
        )
        assert [page.text for page in document.pages] == ["Build\n# not a heading\n  make"]

    def test_tables_are_read_as_tables(self, make_content):
        document = MarkdownLoader().load(
            make_content("a.md", "| Region | Sales |\n|---|---|\n| North | 12 |\n")
        )
        assert document.pages[0].text == "Region | Sales\nRegion: North | Sales: 12"


class TestText:
    def test_a_short_text_is_one_page(self, make_content):
        (page,) = TextLoader().load(make_content("a.txt", "one\r\n\r\ntwo\n")).pages
        assert (page.label, page.text, page.headings) == ("the text", "one\n\ntwo", ())

    def test_a_long_text_is_cut_between_paragraphs(self, make_content):
        paragraphs = [f"{number} " + "word " * 100 for number in range(20)]
        document = TextLoader().load(make_content("a.txt", "\n\n".join(paragraphs)))
        assert [page.label for page in document.pages] == [
            f"part {n + 1}" for n in range(len(document.pages))
        ]
        assert all(len(page.text) <= 3000 for page in document.pages)
        assert all(page.text[0].isdigit() for page in document.pages)
        assert "\n\n".join(page.text for page in document.pages).split() == " ".join(paragraphs).split()

    def test_a_text_without_any_space_is_cut_too(self, make_content):
        document = TextLoader().load(make_content("a.txt", "x" * 7000))
        assert "".join(page.text for page in document.pages) == "x" * 7000

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252", "utf-16-le"])
    def test_the_encoding_is_told(self, encoding, make_content):
        data = "Café crème coûte 3,50 - naïve".encode(encoding)
        assert TextLoader().load(make_content("a.txt", data)).pages[0].text == "Café crème coûte 3,50 - naïve"

    def test_white_space_alone_is_empty(self, make_content):
        with pytest.raises(EmptyFile, match="nothing but white space"):
            TextLoader().load(make_content("a.txt", " \n\t\n"))


def test_a_file_of_no_bytes_is_empty(tmp_path):
    (tmp_path / "a.txt").touch()
    with pytest.raises(EmptyFile, match=r"a\.txt is empty"):
        read_content(tmp_path / "a.txt")
