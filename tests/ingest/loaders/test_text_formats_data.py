"""Tables, records, notebooks, code and XML: what becomes a page, and that nothing is lost."""

from __future__ import annotations

import json

import pytest

from ingest.errors import EmptyFile
from ingest.loaders.code import CodeLoader
from ingest.loaders.delimited import DelimitedLoader
from ingest.loaders.markup import MarkupLoader
from ingest.loaders.metadata import tidy_day, tidy_language
from ingest.loaders.notebook import NotebookLoader
from ingest.loaders.records import RecordsLoader


class TestDelimited:
    def load(self, make_content, data, name="a.csv"):
        return DelimitedLoader().load(make_content(name, data))

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_a_row_says_which_column_a_value_stands_in(self, delimiter, make_content):
        text = "Region,Sales,Note\nNorth,12,\nSouth,13,new\n".replace(",", delimiter)
        assert self.load(make_content, text).pages[0].text == (
            "Region | Sales | Note\nRegion: North | Sales: 12\nRegion: South | Sales: 13 | Note: new"
        )

    def test_each_page_holds_200_rows_and_the_header(self, make_content):
        rows = "".join(f"n{number},{number}\n" for number in range(1, 451))
        pages = self.load(make_content, "Name,Count\n" + rows).pages
        assert [page.label for page in pages] == ["rows 1-200", "rows 201-400", "rows 401-450"]
        assert all(page.text.startswith("Name | Count\nName: n") for page in pages)
        assert sum(page.text.count("Count: ") for page in pages) == 450

    def test_a_caption_above_the_header_is_the_title(self, make_content):
        document = self.load(make_content, "Stanley Cups,,\nTeam,City,Cups\nBlues,STL,1\n")
        assert document.title == "Stanley Cups"
        assert document.pages[0].text == (
            "Stanley Cups\nTeam | City | Cups\nTeam: Blues | City: STL | Cups: 1"
        )

    def test_rows_of_numbers_have_no_header(self, make_content):
        assert self.load(make_content, "1,2\n3,4,5\n").pages[0].text == "1 | 2\n3 | 4 | 5"

    def test_a_quote_never_closed_loses_nothing(self, make_content):
        text = 'Part,Size\npipe,"5\n' + "bolt,3\n" * 500
        assert sum(page.text.count("bolt") for page in self.load(make_content, text).pages) == 500

    def test_old_encodings_and_the_sheet_program_s_hint(self, make_content):
        document = self.load(make_content, "sep=;\nStraße;Größe\nA,B;3\n".encode("cp1252"))
        assert document.pages[0].text == "Straße | Größe\nStraße: A,B | Größe: 3"


class TestRecords:
    def load(self, make_content, value, name="a.json"):
        return RecordsLoader().load(
            make_content(name, value if isinstance(value, str) else json.dumps(value))
        )

    def test_values_stand_with_the_keys_that_lead_to_them(self, make_content):
        document = self.load(
            make_content,
            {
                "title": "Shop",
                "items": [
                    {"name": "Lamp", "maker": {"city": "Oslo"}, "tags": ["a", "b"]},
                    {"name": "Chair", "sizes": [{"w": 1}, {"w": 2}], "x": None},
                ],
            },
        )
        assert document.title == "Shop"
        assert document.pages[0].text == (
            "title: Shop\n\nname: Lamp\nmaker.city: Oslo\ntags: a, b\n\n"
            "name: Chair\nsizes[1].w: 1\nsizes[2].w: 2"
        )

    def test_a_hundred_records_are_a_page(self, make_content):
        pages = self.load(make_content, [{"id": number} for number in range(250)]).pages
        assert [page.label for page in pages] == ["records 1-100", "records 101-200", "records 201-250"]

    def test_one_huge_record_is_cut(self, make_content):
        pages = self.load(make_content, [{"text": "word " * 20_000}]).pages
        assert {page.label for page in pages} == {"record 1"}
        assert sum(page.text.count("word") for page in pages) == 20_000
        assert max(len(page.text) for page in pages) <= 20_000

    def test_lines_that_are_no_json_stay_as_text(self, make_content):
        document = self.load(make_content, '{"a": 1}\n{"a": \n{"a": 3}\n', "a.jsonl")
        assert document.pages[0].text == 'a: 1\n{"a":\na: 3'
        assert document.notes == ("1 of its 3 lines are no valid JSON: read as plain text.",)

    @pytest.mark.parametrize("text", ["Returns are free.", '{"a": ', "[" * 100_000])
    def test_what_is_no_json_is_read_as_text(self, text, make_content):
        document = self.load(make_content, text)
        assert "".join(page.text for page in document.pages) == text.strip()
        assert "read as plain text" in document.notes[0]


class TestNotebook:
    def test_cells_in_order_under_their_headings(self, make_content):
        cells = [
            {"cell_type": "markdown", "source": ["# Sales\n", "Intro"]},
            {
                "cell_type": "code",
                "source": "if x:\n    y()",
                "outputs": [
                    {"output_type": "stream", "text": ["\x1b[31mred\x1b[0m\n"]},
                    {"output_type": "display_data", "data": {"image/png": "AAAA", "text/plain": "<Figure>"}},
                    {"output_type": "error", "ename": "KeyError", "evalue": "'a'", "traceback": ["long"]},
                ],
            },
            {"cell_type": "markdown", "source": "## North\nmore"},
        ]
        document = NotebookLoader().load(make_content("a.ipynb", json.dumps({"cells": cells, "nbformat": 4})))
        assert document.title == "Sales"
        assert [(page.label, page.headings, page.text) for page in document.pages] == [
            ("cells 1-2", ("Sales",), "Sales\nIntro\n\nif x:\n    y()\n\nred\n\nKeyError: 'a'"),
            ("cell 3", ("Sales", "North"), "North\nmore"),
        ]

    def test_a_broken_one_is_read_as_text(self, make_content):
        document = NotebookLoader().load(make_content("a.ipynb", '{"cells": [{"source": "Returns'))
        assert "Returns" in document.pages[0].text
        assert "read as plain text" in document.notes[0]


class TestCode:
    def test_parts_are_cut_before_definitions_and_keep_every_line(self, make_content):
        function = "def f{0}():\n" + "    x = 1\n" * 30 + "\n\n"
        text = "".join(function.format(number) for number in range(6))
        pages = CodeLoader().load(make_content("a.py", text)).pages
        assert [page.label for page in pages] == ["lines 1-66", "lines 67-132", "lines 133-199"]
        assert all(page.text.startswith("def f") for page in pages)
        assert sum(page.text.count("    x = 1") for page in pages) == 6 * 30

    def test_an_endless_line_is_cut(self, make_content):
        pages = CodeLoader().load(make_content("a.js", "var a=1;" * 5000)).pages
        assert {page.label for page in pages} == {"line 1"}
        assert sum(page.text.count("var a=1;") for page in pages) >= 5000 - len(pages)


class TestMarkup:
    def load(self, make_content, text, name="a.xml"):
        return MarkupLoader().load(make_content(name, text))

    def test_leaves_are_named_and_mixed_text_is_a_paragraph(self, make_content):
        document = self.load(
            make_content,
            "<?xml version='1.0'?><shop><title>Shop</title>"
            "<item size='3'><name>Lamp</name><price>9</price></item>"
            "<p>Returns <b>are</b> free.</p></shop>",
        )
        assert document.title == "Shop"
        assert document.pages[0].text == (
            "title: Shop\n\nitem (size 3)\nname: Lamp\nprice: 9\n\nReturns are free."
        )

    def test_entities_are_neither_expanded_nor_fetched(self, make_content, tmp_path):
        (tmp_path / "secret.txt").write_text("secret words")
        inner = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 20}">' for n in range(1, 9))
        document = self.load(
            make_content,
            f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "ha">{inner}'
            f'<!ENTITY file SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]><a><b>said &e8; &file;</b></a>',
        )
        assert document.pages[0].text.startswith("b: said")
        assert not any(words in document.pages[0].text for words in ("ha", "secret"))

    def test_the_declared_encoding_does_not_count_against_a_mark(self, make_content):
        text = '<?xml version="1.0" encoding="UTF-8"?><a><b>größer</b></a>'
        assert self.load(make_content, text.encode("utf-16")).pages[0].text == "b: größer"

    def test_word_s_own_xml_is_a_document(self, make_content):
        word = "http://schemas.microsoft.com/office/word/2003/wordml"
        run = "<w:r><w:t>{}</w:t></w:r>"
        cell = "<w:tc><w:p>" + run + "</w:p></w:tc>"
        document = self.load(
            make_content,
            f'<?xml version="1.0"?><w:wordDocument xmlns:w="{word}"><w:styles><w:style w:styleId="T1">'
            '<w:name w:val="heading 1"/></w:style></w:styles><w:body>'
            '<w:p><w:pPr><w:pStyle w:val="T1"/></w:pPr>'
            f"{run.format('Returns')}</w:p><w:p>{run.format('are ')}{run.format('free')}</w:p><w:tbl><w:tr>"
            f"{cell.format('North')}{cell.format('12')}</w:tr></w:tbl></w:body></w:wordDocument>",
        )
        assert [(page.headings, page.text) for page in document.pages] == [
            (("Returns",), "Returns\nare free\n\nNorth | 12")
        ]

    def test_word_s_own_xml_with_text_boxes(self, make_content):
        word = "http://schemas.microsoft.com/office/word/2003/wordml"

        def paragraph(text, boxes=""):
            return f"<w:p><w:r><w:t>{text}</w:t></w:r>{boxes}</w:p>"

        def box(content):
            shape = f"<box><w:txbxContent>{content}</w:txbxContent></box>"
            return f"<w:r><w:pict><w:binData>AAAA</w:binData>{shape}</w:pict></w:r>"

        on_title = box(paragraph("Handbook", box(paragraph("second edition")))) + box(paragraph("by Ada"))
        in_cell = f"<w:tbl><w:tr><w:tc>{paragraph('North', box(paragraph('cold')))}</w:tc></w:tr></w:tbl>"
        document = self.load(
            make_content,
            f'<?xml version="1.0"?><w:wordDocument xmlns:w="{word}"><w:body>'
            f"{paragraph('Welcome', on_title)}{in_cell}{paragraph('Contents')}</w:body></w:wordDocument>",
        )
        assert [page.text for page in document.pages] == [
            "\n\n".join(["Welcome", "Handbook", "second edition", "by Ada", "North", "cold", "Contents"])
        ]

    def test_the_words_of_a_drawing(self, make_content):
        words = "<style>p{}</style><text>Hello <tspan>World</tspan></text>"
        text = f"<svg xmlns='http://www.w3.org/2000/svg'>{words}</svg>"
        assert self.load(make_content, text, "a.svg").pages[0].text == "Hello World"

    def test_tags_alone_are_empty(self, make_content):
        with pytest.raises(EmptyFile, match=r"a\.xml holds no text"):
            self.load(make_content, "<?xml version='1.0'?><a><b/></a>")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05-31T10:00:00Z", "2024-05-31"),
        ("20240531", "2024-05-31"),
        ("2024-05", "2024-05"),
        ("Fri, 16 Dec 2022 17:04:16 -0500", "2022-12-16"),
        ("May 31st, 2024", "2024-05-31"),
        ("31/05/2024", None),
        ("2024-99-99", None),
        (None, None),
    ],
)
def test_a_day_in_one_form(text, day):
    assert tidy_day(text) == day


@pytest.mark.parametrize(("text", "code"), [("en-US", "en"), ("ger", "de"), ("English", None), (None, None)])
def test_a_language_in_one_form(text, code):
    assert tidy_language(text) == code
