"""Whatever documents, questions, answers, names and facts say stays text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from evaluation.report import write_comparison_report, write_run_report, write_sweep_report
from evaluation.report.markdown_page import escaped
from evaluation.types import Metric, Row, Run
from evaluation.verdicts import Change, Comparison, Slice, Summary, Sweep, Variant

HOSTILE = (
    "# h <script>alert(1)</script> </style> </title> --> <img src=http://evil.example/x onerror=alert(1)> "
    "[a](javascript:alert(1)) ![i](http://evil.example/i.png) | cell | `code` ``` $x^2$ \\frac{a}{b} "
    "{{ 7*7 }} {% raw %} \x1b[31mred \x07 \u202egnp.exe\u202c \ud800 \ufeff http://evil.example "
    "www.evil.example <http://evil.example> me@evil.example @someone &lt;b&gt; ]]> "
    "url(http://evil.example) 日本 \\"
)
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")

MakeRow = Callable[..., Row]
MakeRun = Callable[..., Run]


@pytest.fixture
def hostile_run(make_row: MakeRow, make_run: MakeRun) -> Callable[[float], Run]:
    """Hostile in every text that a run has, the names of metrics included."""
    metric = Metric(HOSTILE, HOSTILE, "answer", unit=HOSTILE)

    def make(score: float) -> Run:
        row = make_row(
            HOSTILE,
            {HOSTILE: score},
            question=HOSTILE,
            answer=HOSTILE,
            passage=f"{HOSTILE}\n\n# {HOSTILE}",
            document=HOSTILE,
            label=HOSTILE,
        )
        row = replace(row, question=replace(row.question, answers=(HOSTILE,)))
        failed = make_row("q2", {}, question=HOSTILE, error=HOSTILE)
        run = make_run([row, failed], HOSTILE, **{HOSTILE: HOSTILE, "other": str(score)})
        manifest = replace(run.manifest, question_set=HOSTILE, started_at=HOSTILE, metrics=(metric,))
        return replace(run, manifest=replace(manifest, surroundings={HOSTILE: f"{HOSTILE}{score}"}))

    return make


@pytest.fixture(params=["run", "comparison", "sweep"])
def written(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    hostile_run: Callable[[float], Run],
    summaries_of: Callable[[Sequence[Row]], tuple[Summary, ...]],
    changes_of: Callable[[Run, Run], tuple[Change, ...]],
    make_run: MakeRun,
    three_rows: tuple[Row, ...],
    metrics: dict[str, Metric],
) -> tuple[Path, Path]:
    """Each kind of report of hostile runs; the change is that of a sound run under a hostile name."""
    first, second = hostile_run(0.25), hostile_run(0.5)
    metric = first.manifest.metrics[0]
    estimate = replace(summaries_of(three_rows)[0].estimate, mean=0.25, low=0.2, high=0.3, count=1)
    summary = Summary(metric, estimate)
    sound = make_run(three_rows)
    change = replace(changes_of(sound, sound)[0], metric=metric, difference=estimate, verdict="better")
    if request.param == "run":
        slices = [Slice(HOSTILE, HOSTILE, 1, (summary,), too_small=True)]
        return write_run_report(first, [summary], slices, tmp_path, reproduce=HOSTILE, warnings=[HOSTILE])
    if request.param == "comparison":
        comparison = Comparison(first, second, (change,), (), (HOSTILE,), (HOSTILE,))
        return write_comparison_report(comparison, tmp_path, reproduce=HOSTILE)
    variants = tuple(Variant({HOSTILE: HOSTILE}, run, (summary,)) for run in (first, second))
    sweep = Sweep(HOSTILE, variants, ((change,),))
    return write_sweep_report(sweep, tmp_path, quality=HOSTILE, seconds=HOSTILE, reproduce=HOSTILE)


def test_html_holds_no_element_and_no_address_of_theirs(written: tuple[Path, Path]) -> None:
    soup = BeautifulSoup(written[0].read_text("utf-8"), "lxml")
    assert (
        soup.find_all(["script", "img", "iframe", "link", "object", "embed", "form", "base", "image"]) == []
    )
    for tag in soup.find_all(True):
        for name, value in tag.attrs.items():
            assert not name.startswith("on")
            assert name not in ("src", "srcset", "action", "data", "poster")
            if name in ("href", "xlink:href"):
                assert re.fullmatch(r"#[a-zA-Z][\w.\-]*", value)
            if name == "id":
                assert re.fullmatch(r"[a-zA-Z][\w.\-]*", value)
            if name == "style":
                assert "evil" not in value
                assert re.sub(r"url\(#[\w\-]+\)", "", value).count("url(") == 0
    assert "alert(1)" in soup.get_text()  # it is shown, as text
    assert "{{ 7*7 }}" in soup.get_text()


def test_the_policy_allows_nothing_but_the_style(written: tuple[Path, Path]) -> None:
    soup = BeautifulSoup(written[0].read_text("utf-8"), "lxml")
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert policy is not None
    assert policy["content"] == (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    )
    styles = soup.find_all("style")
    assert len(styles) == 1
    assert "evil" not in styles[0].get_text()
    assert "url(" not in styles[0].get_text()


def test_markdown_holds_no_element_and_no_link_of_theirs(written: tuple[Path, Path]) -> None:
    parser = MarkdownIt("commonmark").enable("table")
    titles, cells, inner = [], [], []
    tokens = parser.parse(written[1].read_text("utf-8"))
    for at, token in enumerate(tokens):
        assert token.type not in ("html_block", "hr", "ordered_list_open")
        if token.type == "heading_open":
            titles.append(tokens[at + 1].content)
        if token.type == "tr_open":
            cells.append(0)
        if token.type in ("th_open", "td_open"):
            cells[-1] += 1
        if token.type == "table_close":
            assert len(set(cells)) == 1  # no cell of theirs
            cells.clear()
        inner.extend(token.children or ())
    assert {token.content for token in inner if token.type == "html_inline"} <= {"<!-- -->"}
    assert {token.type for token in inner} <= {"text", "strong_open", "strong_close", "html_inline"}
    assert not [title for title in titles if title.startswith("h ")]
    assert any("<script>alert(1)</script>" in token.content for token in inner)


def test_no_character_steers_a_terminal_or_reorders_letters(written: tuple[Path, Path]) -> None:
    for path in written:
        text = path.read_text("utf-8")
        assert _UNSEEN.findall(text) == []
        assert "‹U+001B›" in text
        assert "‹U+202E›" in text
        assert "‹U+D800›" in text


def test_a_command_cannot_leave_its_block(tmp_path: Path, make_run: MakeRun) -> None:
    command = "refdesk eval\n```\n# not a heading\n````\n<script>"
    _, markdown = write_run_report(make_run([]), (), (), tmp_path, reproduce=command)
    fences = [token for token in MarkdownIt().parse(markdown.read_text("utf-8")) if token.type == "fence"]
    assert [fence.content for fence in fences] == [f"{command}\n"]


def test_a_label_of_a_plot_is_no_formula_and_no_element(
    tmp_path: Path,
    make_run: MakeRun,
    three_rows: tuple[Row, ...],
    summaries_of: Callable[[Sequence[Row]], tuple[Summary, ...]],
) -> None:
    summary = summaries_of(three_rows)[0]
    named = replace(summary, metric=replace(summary.metric, name="$x^2$ <b>&amp;\x1b"))
    html, _ = write_run_report(make_run(three_rows), [named], (), tmp_path, reproduce="x")
    plot = BeautifulSoup(html.read_text("utf-8"), "lxml").find("svg")
    assert plot is not None
    assert "$x^2$ <b>&amp;‹U+001B›" in [text.get_text() for text in plot.find_all("text")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5", "0.5"),
        ("+0.1 to +0.2", "+0.1 to +0.2"),
        ("page.ndcg@10", "page.ndcg@10"),
        ("- item", "\\- item"),
        ("12. item", "12\\. item"),
        ("a | b", "a \\| b"),
        ("two\nlines", "two lines"),
        ("https://a.example", "https\\://a.example"),
        ("me@a.example", "me@<!-- -->a.example"),
    ],
)
def test_markdown_is_escaped_where_it_would_be_markup(text: str, expected: str) -> None:
    assert escaped(text) == expected
