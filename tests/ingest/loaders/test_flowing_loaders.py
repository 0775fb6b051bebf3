"""HTML, Word, Markdown and plain text: what becomes a section, and that nothing visible is lost."""

from __future__ import annotations

import time

import pytest

from ingest.errors import EmptyFile
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

    def test_the_head_tells_title_author_language_and_day(self, make_content):
        document = self.load(
            make_content,
            '<html lang="en-GB"><meta property="og:title" content="Returns">'
            "<meta name=DC.creator content=Ada>"
            '<meta property="article:published_time" content="2024-05-31T10:00:00Z"><p>x',
        )
        facts = (document.title, document.author, document.language, document.written)
        assert facts == ("Returns", "Ada", "en", "2024-05-31")

    def test_menus_and_consent_banners_are_left_out(self, make_content):
        document = self.load(
            make_content,
            '<header><a href="/">Home</a> <a href="/a">Shop</a> <a href="/b">Help</a></header>'
            '<div class="cookie-banner">We use cookies</div><a class="skip-link" href="#m">Skip</a>'
            '<div role="navigation">Menu</div><p>Returns are free.</p>'
            '<footer><p>Example Ltd, 1 High Street, London. <a href="/c">Contact</a></p></footer>',
        )
        assert [page.text for page in document.pages] == [
            "Returns are free.\n\nExample Ltd, 1 High Street, London. Contact"
        ]

    def test_where_all_is_boilerplate_it_is_the_text(self, make_content):
        assert self.load(make_content, '<div id="cookie-banner">Only this</div>').pages[0].text == "Only this"

    @pytest.mark.parametrize("unit", ["<!--", "<a/", "<p ", '<a b="', "<![", "<script>", "<a ="])
    @pytest.mark.parametrize("end", ["", ">", '">', "-->"])
    def test_tags_without_an_end_take_no_time(self, unit, end, make_content):
        began = time.monotonic()
        self.load(make_content, f"<p>Returns are free.</p>{unit * (60_000 // len(unit))}{end}")
        assert time.monotonic() - began < 2

    def test_a_comment_that_a_script_begins_hides_no_text(self, make_content):
        document = self.load(make_content, '<script>a = "<!--"</script><p>Seen</p><!-- c --><p>too<!-- open')
        assert document.pages[0].text == "Seen\n\ntoo open"


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


class TestMarkdown:
    def test_front_matter_gives_the_facts_and_is_no_section(self, make_content):
        text = (
            "---\ntitle: Return policy\nauthors:\n  - Ada\n  - Bob\nlang: de-AT\ndate: 2024-05-31\n"
            "valid: 2024\n---\n# Returns\n\nFree.\n"
        )
        document = MarkdownLoader().load(make_content("a.md", text))
        assert (document.title, document.author) == ("Return policy", "Ada, Bob")
        assert (document.language, document.written) == ("de", "2024-05-31")
        assert [page.text for page in document.pages] == ["Returns\nvalid: 2024\n\nFree."]

    def test_a_rule_at_the_top_is_no_front_matter(self, make_content):
        document = MarkdownLoader().load(make_content("a.md", "---\n\nWords first\n\n---\n\nand more\n"))
        assert document.pages[0].text == "Words first\n\nand more"

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

    @pytest.mark.parametrize(
        ("encoding", "text"),
        [
            ("koi8-r", "Возврат товара возможен в течение тридцати дней после покупки, без объяснений."),
            ("cp1251", "Возврат товара возможен в течение тридцати дней после покупки, без объяснений."),
            ("utf-16-le", "Возврат товара возможен в течение тридцати дней."),
            ("shift_jis", "これは日本語の文章です。商品の返品は購入後三十日以内に可能です。"),
            ("iso2022_jp", "これは日本語の文章です。商品の返品は購入後三十日以内に可能です。"),
            ("gb18030", "这是一个普通的中文文本。商品可以在购买后三十天内退货，费用由公司承担。"),
            ("cp1250", "Zwrot towaru jest możliwy w ciągu trzydziestu dni, więc zażółć gęślą jaźń."),
            ("cp1254", "Ürünler otuz gün içinde iade edilebilir, çünkü sıradan bir alışveriştir."),
            ("cp500", "Returns are free within thirty days, as we say. "),
        ],
    )
    def test_old_encodings_are_told(self, encoding, text, make_content):
        (page,) = TextLoader().load(make_content("a.txt", text.encode(encoding))).pages
        assert page.text == text.strip()

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
