"""Where a citation's words stand: on real small PDFs and flowing files, read as any others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from generators.settings import GeneratorSettings
from ingest.loaders.content import FileOnDisk
from ingest.loaders.pdf import PdfLoader
from ingest.loaders.protocol import PageRead
from ingest.loaders.recognition import RecognisedLine, ScriptedRecogniser
from ingest.settings import EmbedderSettings, IngestSettings
from ingest.types import LineBox, Page
from rag import Box, Citation, CitationOutdated, Collection, Settings, open_collection
from rag.highlights import find_quote, highlights_between, placed
from tests.small_pdfs import Line, pdf_bytes

SETTINGS = Settings(
    ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing"), isolated=False),
    generator=GeneratorSettings(engine="extractive"),
)

#: Two columns, drawn one after the other, and a second page on which the right one goes on.
COLUMNS = (
    [
        (10, 80, "The club opened in"),
        (10, 65, "1889. A tow costs 48"),
        (10, 50, "euros for guests."),
        (110, 80, "Members pay less"),
        (110, 65, "than that."),
        (110, 50, "The winch rope is"),
    ],
    [(10, 80, "replaced every spring."), (10, 65, "Nobody minds that.")],
)
TABLE = [
    (10, 80, "Fees in euros"),
    (10, 60, "Winch launch"),
    (120, 60, "6.50"),
    (160, 60, "14.00"),
    (10, 40, "Aerotow"),
    (120, 40, "29.00"),
    (160, 40, "48.00"),
]
QUESTIONS = (
    "What does a tow cost for guests?",
    "When is the winch rope replaced?",
    "What does an aerotow cost members?",
    "When did the club open?",
    "Who checks the parachutes?",
    "When is the hangar locked?",
)


def read(
    tmp_path: Path, *pages: list[Line], page_entries: str = "", recogniser: ScriptedRecogniser | None = None
) -> list[Page]:
    path = tmp_path / "small.pdf"
    path.write_bytes(pdf_bytes(*pages, page_entries=page_entries))
    file = FileOnDisk(path, path, "0" * 64, path.stat().st_size)
    return [event.page for event in PdfLoader(recogniser).read(file) if isinstance(event, PageRead)]


def boxes_of(pages: list[Page], quote: str) -> list[tuple[int, Box]]:
    """Page number and box of each line in which the quote stands."""
    found = find_quote(placed(pages), quote)
    assert found is not None
    return [
        (each.page_number, box)
        for each in highlights_between(placed(pages), "small.pdf", *found)
        for box in each.boxes
    ]


def bare(text: str) -> str:
    return "".join(text.split())


class TestBoxes:
    """Pages are 200 x 100 units; the baseline of a line at 80 lies 20 hundredths below the top."""

    def test_a_whole_line_has_its_box(self, tmp_path: Path) -> None:
        (page,) = read(tmp_path, [(20, 70, "Returns are free.")])
        ((number, box),) = boxes_of([page], "Returns are free.")
        (line,) = page.boxes
        assert (number, box) == (1, Box(line.left, line.top, line.right, line.bottom))

    def test_first_and_last_line_are_clipped_to_what_is_quoted(self, tmp_path: Path) -> None:
        pages = read(tmp_path, *COLUMNS)
        first, last = (box for _, box in boxes_of(pages, "A tow costs 48 euros for guests."))
        whole_first, whole_last = pages[0].boxes[1], pages[0].boxes[2]
        assert (last.left, last.right) == (whole_last.left, whole_last.right)
        # "1889. " is 4 digits of a letter's width, a narrow full stop and a narrow space: 5 of 17 or so.
        share = (first.left - whole_first.left) / (whole_first.right - whole_first.left)
        assert share == pytest.approx(0.31, abs=0.05)
        assert first.right == whole_first.right

    def test_a_column_does_not_reach_into_the_other(self, tmp_path: Path) -> None:
        pages = read(tmp_path, *COLUMNS)
        assert all(box.right < 0.55 for _, box in boxes_of(pages, "The club opened in 1889."))
        assert all(box.left >= 110 / 200 - 0.01 for _, box in boxes_of(pages, "Members pay less than that."))

    def test_a_quote_that_goes_on_overleaf_has_boxes_on_both_pages(self, tmp_path: Path) -> None:
        pages = read(tmp_path, *COLUMNS)
        (first, above), (second, below) = boxes_of(pages, "The winch rope is replaced every spring.")
        assert (first, second) == (1, 2)
        assert above.left == pytest.approx(110 / 200, abs=0.01)
        assert above.top == pytest.approx(1 - 57 / 100, abs=0.03)
        assert below.left == pytest.approx(10 / 200, abs=0.01)

    def test_a_row_of_a_table_is_one_box_or_one_for_each_cell_of_that_row(self, tmp_path: Path) -> None:
        pages = read(tmp_path, TABLE)
        boxes = [box for _, box in boxes_of(pages, "Aerotow 29.00 48.00")]
        assert min(box.left for box in boxes) == pytest.approx(10 / 200, abs=0.01)
        assert max(box.right for box in boxes) > 160 / 200
        assert all(0.5 < box.top < box.bottom < 0.65 for box in boxes)  # the baseline is at 0.6

    def test_a_turned_line_is_taken_whole(self, tmp_path: Path) -> None:
        pages = read(tmp_path, [(20, 70, "Returns are free. Ask at the desk.")], page_entries="/Rotate 90")
        assert boxes_of(pages, "Ask at") == boxes_of(pages, "Returns are free. Ask at the desk.")

    def test_fractions_are_those_of_the_cropped_page(self, tmp_path: Path) -> None:
        crop = "/CropBox [10 50 200 100]"
        ((_, box),) = boxes_of(read(tmp_path, [(20, 70, "Returns are free.")], page_entries=crop), "Returns")
        assert box.left == pytest.approx((20 - 10) / (200 - 10), abs=0.01)
        assert box.bottom == pytest.approx((100 - 70) / (100 - 50), abs=0.06)

    def test_what_recognition_read_is_found_on_its_page(self, tmp_path: Path) -> None:
        lines = [
            RecognisedLine("Returns are free of charge.", 0.97, 0.1, 0.2, 0.9, 0.25),
            RecognisedLine("Ask at the desk.", 0.97, 0.1, 0.3, 0.5, 0.35),
        ]
        path = tmp_path / "scan.pdf"
        picture = Image.new("RGB", (200, 100), "white")
        picture.paste("black", (20, 20, 180, 30))
        picture.save(path)
        file = FileOnDisk(path, path, "0" * 64, path.stat().st_size)
        events = PdfLoader(ScriptedRecogniser(lines)).read(file)
        (page,) = [event.page for event in events if isinstance(event, PageRead)]
        assert page.recognised
        ((_, box),) = boxes_of([page], "Ask at the desk.")
        assert (box.left, box.top, box.right, box.bottom) == (0.1, 0.3, 0.5, 0.35)

    def test_on_a_page_upside_down_lines_are_taken_whole(self) -> None:
        lines = (LineBox(0, 10, 0.2, 0.8, 0.9, 0.85), LineBox(11, 21, 0.2, 0.7, 0.9, 0.75))
        page = Page(1, "first line\nother line", "page 1", (), lines, recognised=True)
        assert boxes_of([page], "other") == [(1, Box(0.2, 0.7, 0.9, 0.75))]

    def test_a_line_that_runs_leftwards_is_clipped_from_its_right(self) -> None:
        text = "אבגד הוזח"
        page = Page(1, text, "page 1", (), (LineBox(0, len(text), 0.0, 0.1, 0.9, 0.2),))
        ((_, box),) = boxes_of([page], "אבגד")
        # 4 letters of 8, and a space half as wide
        assert (box.left, box.right) == (pytest.approx(0.9 * 4.5 / 8.5), 0.9)


class TestLines:
    def test_flowing_text_has_lines_in_place_of_boxes(self) -> None:
        page = Page(2, "Fees\n\nA tow costs 48 euros. It\nis dear.", "section Fees")
        (one,) = highlights_between(placed([Page(1, "Club", "section Club"), page]), "club.md", 26, 44)
        assert (one.page_number, one.boxes) == (2, ())
        assert [(line.number, line.text[line.start : line.end]) for line in one.lines] == [
            (3, "euros. It"),
            (4, "is dear."),
        ]
        assert bare(one.text) == "euros.Itisdear."

    def test_a_page_of_which_white_space_alone_is_cited_has_no_highlight(self) -> None:
        pages = placed([Page(1, "Club  ", "page 1"), Page(2, "Fees", "page 2")])
        assert [each.page_number for each in highlights_between(pages, "a", 4, 11)] == [2]


class TestQuotes:
    PAGES = placed([Page(1, "A tow costs\n48 euros.", "page 1"), Page(2, "A tow costs", "page 2")])

    def test_white_space_and_the_end_of_a_page_do_not_matter(self) -> None:
        assert find_quote(self.PAGES, " tow  costs 48") == (2, 14)
        assert find_quote(self.PAGES, "euros. A tow") == (15, 27)

    def test_a_page_limits_where_it_begins(self) -> None:
        assert find_quote(self.PAGES, "A tow", 2) == (22, 27)
        assert find_quote(self.PAGES, "48 euros", 2) is None
        assert find_quote(self.PAGES, "A tow costs 48", 2) is None

    @pytest.mark.parametrize("quote", ["", " ", "a tow", "tow costs 49", "t.w"])
    def test_what_does_not_stand_there_is_not_found(self, quote: str) -> None:
        assert find_quote(self.PAGES, quote) is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "club.pdf").write_bytes(pdf_bytes(*COLUMNS, TABLE))
    (documents / "safety.md").write_text(
        "# Safety\n\nThe parachutes are checked\nby the inspector every four months.\n\n"
        "# Hangar\n\nThe hangar is locked at ten. Ünïcode is 𝔣ine here.\n",
        encoding="utf-8",
    )
    (documents / "fees.csv").write_text("launch,members,guests\nwinch,6.50,14.00\naerotow,29.00,48.00\n")
    (documents / "hours.txt").write_text("The club house opens at nine.\n" * 3)
    (documents / "rules.html").write_text(
        "<title>Rules</title><h1>Rules</h1><p>The rope is checked daily.</p>"
    )
    return documents


@pytest.fixture
def collection(home: Path, folder: Path) -> Iterator[Collection]:
    with open_collection("flying", SETTINGS) as opened:
        assert opened.ingest([folder]).count("ingested") == 5
        yield opened


def citations_of(collection: Collection) -> set[Citation]:
    return {
        citation
        for question in QUESTIONS
        for sentence in collection.ask(question).sentences
        for citation in (*sentence.citations, *filter(None, [sentence.rests_on]))
    }


def test_every_quote_is_verbatim_and_its_highlights_hold_it(collection: Collection) -> None:
    citations = citations_of(collection)
    assert {Path(citation.document).suffix for citation in citations} >= {".pdf", ".md", ".csv"}
    for citation in citations:
        text = "\f".join(page.text for page in collection.pages(citation.document))
        assert citation.quote == text[citation.start : citation.end]
        highlights = collection.highlights(citation)
        assert bare("".join(each.text for each in highlights)) == bare(citation.quote)
        marked = "".join(line.text[line.start : line.end] for each in highlights for line in each.lines)
        assert bare(marked) == bare(citation.quote)
        assert highlights[0].page_number == citation.page_number
        assert highlights[0].page_label == citation.page_label
        assert all(bool(each.boxes) == citation.document.endswith(".pdf") for each in highlights)


def test_a_citation_of_what_was_changed_since_is_told(collection: Collection, folder: Path) -> None:
    citation = next(each for each in citations_of(collection) if each.document.endswith("safety.md"))
    (folder / "safety.md").write_text("# Safety\n\nNobody jumps.\n")
    collection.ingest([folder])
    with pytest.raises(CitationOutdated, match=r"safety\.md no longer holds what was quoted .* Ask again\."):
        collection.highlights(citation)
    collection.remove("safety.md")
    with pytest.raises(CitationOutdated):
        collection.highlights(citation)


def test_a_citation_is_read_in_one_go(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest.store.database import Database

    citation = next(iter(citations_of(collection)))
    reads: list[int] = []
    read = Database.read

    def counted(self: Database) -> object:
        reads.append(1)
        return read(self)

    monkeypatch.setattr(Database, "read", counted)
    collection.highlights(citation)
    assert len(reads) == 1
