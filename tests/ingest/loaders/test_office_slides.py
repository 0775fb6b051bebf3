"""PowerPoint: slides as pages, shapes in the order people read them, nothing lost for one broken link."""

from __future__ import annotations

import io
import zipfile

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from ingest.loaders.slides import SlidesLoader

P = "http://schemas.openxmlformats.org/presentationml/2006/main"


def blank(presentation):
    return presentation.slides.add_slide(presentation.slide_layouts[6])


def box(shapes, text: str, left: float, top: float):
    shape = shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(0.5))
    shape.text_frame.text = text
    return shape


def saved(presentation) -> bytes:
    data = io.BytesIO()
    presentation.save(data)
    return data.getvalue()


def rewritten(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(changed, "w") as copy:
        for member in package.namelist():
            content = package.read(member)
            copy.writestr(member, content.replace(old, new) if member == name else content)
    return changed.getvalue()


def load(make_content, presentation_or_data):
    data = presentation_or_data if isinstance(presentation_or_data, bytes) else saved(presentation_or_data)
    return SlidesLoader().load(make_content("a.pptx", data))


def test_a_slide_is_a_page_under_its_title(make_content):
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = "Results"
    frame = slide.placeholders[1].text_frame
    frame.text = "Sales grew"
    deeper = frame.add_paragraph()
    deeper.text, deeper.level = "in the north", 1
    blank(presentation)
    document = load(make_content, presentation)
    assert [(page.label, page.headings, page.text) for page in document.pages] == [
        ("slide 1", ("Results",), "Results\n\nSales grew\n- in the north"),
        ("slide 2", (), ""),
    ]
    assert document.notes == ("1 of 2 slides hold no text.",)


def test_shapes_are_read_from_the_top_row_by_row_within_groups_too(make_content):
    presentation = Presentation()
    shapes = blank(presentation).shapes
    box(shapes, "below", 1, 4)
    box(shapes, "right", 5, 1.1)
    group = shapes.add_group_shape()
    inner = group.shapes.add_group_shape()
    box(inner.shapes, "left, second", 1, 1.8)
    box(inner.shapes, "left, first", 1, 1)
    text = load(make_content, presentation).pages[0].text
    assert text.split("\n\n") == ["left, first", "left, second", "right", "below"]


def test_a_table_names_its_columns(make_content):
    presentation = Presentation()
    table = blank(presentation).shapes.add_table(2, 2, 0, 0, Inches(4), Inches(1)).table
    for place, text in zip([(0, 0), (0, 1), (1, 0), (1, 1)], ["Region", "Sales", "North", "12"], strict=True):
        table.cell(*place).text = text
    assert load(make_content, presentation).pages[0].text == "Region | Sales\nRegion: North | Sales: 12"


def test_a_chart_is_read_as_its_figures(make_content):
    presentation = Presentation()
    data = CategoryChartData()
    data.categories = ["2023", "2024"]
    data.add_series("Sales", (1.5, 2))
    chart = blank(presentation).shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, Inches(4), Inches(3), data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Sales by year"
    assert load(make_content, presentation).pages[0].text == (
        "Sales by year\n\n| Sales\n2023 | Sales: 1.5\n2024 | Sales: 2"
    )


def test_speaker_notes_are_marked(make_content):
    presentation = Presentation()
    slide = blank(presentation)
    box(slide.shapes, "Hello", 1, 1)
    slide.notes_slide.notes_text_frame.text = "Smile."
    assert load(make_content, presentation).pages[0].text == "Hello\n\nNotes:\nSmile."


def test_hidden_slides_are_read_and_named(make_content):
    presentation = Presentation()
    slide = blank(presentation)
    box(slide.shapes, "Secret", 1, 1)
    slide.element.set("show", "0")
    document = load(make_content, presentation)
    assert document.pages[0].text == "Secret"
    assert document.notes == ("Hidden slides are read too: 1.",)


def test_a_broken_link_loses_no_slide(make_content):
    presentation = Presentation()
    box(blank(presentation).shapes, "Here", 1, 1)
    link = (
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"'
        b' Target="../media/gone.png"/></Relationships>'
    )
    data = rewritten(saved(presentation), "ppt/slides/_rels/slide1.xml.rels", b"</Relationships>", link)
    assert load(make_content, data).pages[0].text == "Here"


def test_a_shape_in_two_ways_is_read_once(make_content):
    presentation = Presentation()
    box(blank(presentation).shapes, "Once", 1, 1)
    data = rewritten(saved(presentation), "ppt/slides/slide1.xml", b"<p:sp>", b"<X><p:sp>")
    data = rewritten(data, "ppt/slides/slide1.xml", b"</p:sp>", b"</p:sp></X>")
    mc = b"mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"
    data = rewritten(data, "ppt/slides/slide1.xml", b"<X>", b"<" + mc + b"><mc:Choice Requires='p'>")
    end = b"</mc:Choice><mc:Fallback/></mc:AlternateContent>"
    assert load(make_content, rewritten(data, "ppt/slides/slide1.xml", b"</X>", end)).pages[0].text == "Once"


def test_what_stands_on_every_slide_is_read_once(make_content):
    presentation = Presentation()
    for text in ("One", "Two"):
        box(blank(presentation).shapes, text, 1, 1)
    master = presentation.slide_master.shapes
    sample = box(blank(presentation).shapes, "Acme Ltd", 1, 5)._element
    master._spTree.append(sample)
    document = load(make_content, presentation)
    assert [page.text for page in document.pages] == ["One", "Two", "", "Acme Ltd"]
    assert document.pages[-1].label == "on every slide"
