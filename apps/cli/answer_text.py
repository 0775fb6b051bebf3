"""An answer in words: what it says, where each sentence stands, and what nobody checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.cli.boundary import SCHEMA
from apps.cli.screen import count_of, one_line, wrapped, write
from apps.document_names import shown_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from apps.cli.places import Places
    from rag import Answer, Calculation, Citation, Coverage, Highlight, Passage, Sentence, Timings

    HighlightsOf = Callable[[Citation], tuple[Highlight, ...]]

_DECIMALS = 5  # of a fraction of a page

_NEAREST, _LONGEST_NEAREST = 3, 240

_VERDICTS = {
    "supported": "supported: compared with the passages they cite and found in them",
    "unsupported": "unsupported: compared with the passages they cite and not found in them",
    "unchecked": "unchecked: not compared with the passages they cite, so read those yourself",
}

_UNFINISHED = {
    "length": "The answer was cut: it reached the most tokens it may have.",
    "deadline": "The answer was stopped: its time was up.",
    "cancelled": "The answer was stopped before its end.",
}


def write_sources(answer: Answer) -> None:
    """The model's reasoning, the citations, the sentences without one, the verdict, what was left out of what
    the model was shown, and the figures; of a refusal what was looked for and what came nearest.
    """
    if answer.reasoning:
        write()
        write("Reasoning, which nobody has checked:", dim=True)
        for line in filter(str.strip, answer.reasoning.splitlines()):
            write(wrapped(line, indent="  "), dim=True)
    if answer.refused and answer.kind == "answer":
        _write_nearest(answer)
    elif answer.searched is not None:
        write(wrapped(f"Searched for: {answer.searched}"), dim=True)
    if answer.coverage is not None:
        write()
        write(wrapped(answer.coverage.text))
    if answer.sentences:
        write()
        names = _names(answer.passages)
        for citation in distinct_citations(answer):
            place = f"{one_line(names[citation.document])}, {one_line(citation.page_label)}"
            write(wrapped(f"[{citation.passage_number}] {place}: “{citation.quote.strip()}”"))
        for sentence in answer.sentences:
            for mark in _marks(sentence):
                write(wrapped(f"{mark}: “{sentence.text}”"))
        write()
        write(_verdict_line(answer))
    if answer.finish != "end":
        write(_UNFINISHED[answer.finish])
    from rag.neutralising import in_words

    for passage in answer.passages:
        for line in in_words(passage):
            write(wrapped(line))
    if answer.kind in ("answer", "overview"):
        write(_figures(answer.timings, answer), dim=True)


def _write_nearest(answer: Answer) -> None:
    """What was looked for, and what came nearest: whoever reads a refusal sees what it rests on."""
    write()
    write(wrapped(f"Looked for: {answer.searched or answer.question}"))
    if not answer.passages:
        write("No passage comes near it.")
        return
    write("The nearest passages, none of which was found to say it:")
    names = _names(answer.passages)
    # What was found for this question, before what an earlier one was shown.
    for passage in sorted(answer.passages, key=lambda passage: passage.shown_before)[:_NEAREST]:
        place = f"{one_line(names[passage.document])}, {one_line(passage.spans[0].page_label)}"
        said = one_line(passage.text)
        said = said if len(said) <= _LONGEST_NEAREST else f"{said[:_LONGEST_NEAREST].rstrip()} ..."
        write(wrapped(f"[{passage.number}] {place}: “{said}”", indent="  "))


def write_passages(passages: tuple[Passage, ...], places: Places) -> None:
    """What the answer was written from, as the prompt showed it."""
    names = _names(passages)
    for passage in passages:
        label = places.label(passage.document_id, passage.page_number, passage.page_end)
        write(f"Passage {passage.number}: {one_line(names[passage.document])}, {label}", bold=True)
        write(wrapped(passage.text, indent="  "))


def answer_as_json(answer: Answer, highlights_of: HighlightsOf) -> dict[str, object]:
    """The contract of `refdesk ask --json`."""
    timings = answer.timings
    boxes = {_key(each): _boxes(each, highlights_of) for each in distinct_citations(answer)}
    return {
        "schema": SCHEMA,
        "kind": answer.kind,
        "answer": answer.text,
        "short_answer": answer.short_answer,
        "refused": answer.refused,
        "finish": answer.finish,
        **({} if answer.answerability is None else {"answerability": round(answer.answerability, 4)}),
        **({"reasoning": answer.reasoning} if answer.reasoning else {}),
        **({} if answer.searched is None else {"searched": answer.searched}),
        "sentences": [
            {
                "text": sentence.text,
                "verdict": sentence.verdict.value,
                "support": sentence.support,
                "citations": [
                    {
                        "document": citation.document,
                        "page": citation.page_number,
                        "quote": citation.quote,
                        "start": citation.start,
                        "end": citation.end,
                        "boxes": boxes[_key(citation)],
                    }
                    for citation in sentence.citations
                ],
                **({"corrected": True} if sentence.corrected else {}),
                **({"quoted": True} if sentence.quoted else {}),
                **({"calculation": _calculation(sentence.calculation)} if sentence.calculation else {}),
            }
            for sentence in answer.sentences
        ],
        "passages": [
            {
                "number": passage.number,
                "document": passage.document,
                "title": passage.title,
                "page": passage.page_number,
                "page_end": passage.page_end,
                "text": passage.text,
                **({"neutralised": list(passage.neutralised)} if passage.neutralised else {}),
            }
            for passage in answer.passages
        ],
        "timings": {
            "retrieve_seconds": _rounded(timings.retrieve_seconds),
            "first_token_seconds": _rounded(timings.first_token_seconds),
            "first_checked_seconds": _rounded(timings.first_checked_seconds),
            "total_seconds": _rounded(timings.total_seconds),
        },
        "tokens": {"prompt": answer.tokens.prompt, "completion": answer.tokens.completion},
        "coverage": None if answer.coverage is None else _coverage_as_json(answer.coverage),
    }


def _coverage_as_json(coverage: Coverage) -> dict[str, object]:
    return {
        "text": coverage.text,
        "documents": coverage.documents,
        "documents_total": coverage.documents_total,
        "pages": coverage.pages,
        "pages_total": coverage.pages_total,
        "chosen": coverage.chosen,
        "left_out": [{"document": one.document, "reason": one.reason} for one in coverage.left_out],
    }


def boxes_as_json(highlights: Iterable[Highlight]) -> list[dict[str, object]]:
    """Boxes as fractions of a page's width (x) and height (y), from its top left corner."""
    return [
        {
            "page": highlight.page_number,
            "x0": round(box.left, _DECIMALS),
            "y0": round(box.top, _DECIMALS),
            "x1": round(box.right, _DECIMALS),
            "y1": round(box.bottom, _DECIMALS),
        }
        for highlight in highlights
        for box in highlight.boxes
    ]


def _boxes(citation: Citation, highlights_of: HighlightsOf) -> list[dict[str, object]]:
    """Empty where another process took the document away since."""
    from rag import CitationOutdated

    try:
        return boxes_as_json(highlights_of(citation))
    except CitationOutdated:
        return []


def _calculation(calculation: Calculation) -> dict[str, object]:
    return {
        "operation": calculation.operation,
        "expression": calculation.expression,
        "result": str(calculation.result),
        "figures": [
            {
                "text": operand.text,
                "document": operand.citation.document,
                "page": operand.citation.page_number,
                "quote": operand.citation.quote,
            }
            for operand in calculation.operands
        ],
    }


def _marks(sentence: Sentence) -> list[str]:
    """What a reader has to know of a sentence before believing it."""
    marks = [] if sentence.citations else ["No citation"]
    if sentence.verdict.value == "unsupported":
        marks.append(
            "? Unsupported" if sentence.support is None else f"? Unsupported ({sentence.support:.2f})"
        )
    if sentence.corrected:
        marks.append("Corrected, in the document's own words")
    return marks


def _names(passages: tuple[Passage, ...]) -> dict[str, str]:
    """The same for an answer's citations and its passages: what is cited is among what was shown."""
    return shown_names(passage.document for passage in passages)


def distinct_citations(answer: Answer) -> list[Citation]:
    """By passage number, each quote once however many sentences cite it."""
    found = {_key(citation): citation for sentence in answer.sentences for citation in sentence.citations}
    return [found[key] for key in sorted(found)]


def _key(citation: Citation) -> tuple[int, int, int]:
    return citation.passage_number, citation.start, citation.end


def _verdict_line(answer: Answer) -> str:
    verdicts = [sentence.verdict.value for sentence in answer.sentences]
    counted = [
        f"{count_of(verdicts.count(verdict), 'sentence')} {words}"
        for verdict, words in _VERDICTS.items()
        if verdict in verdicts
    ]
    return wrapped(f"Verdict: {'; '.join(counted)}.")


def _figures(timings: Timings, answer: Answer) -> str:
    moments = (
        ("passages", timings.retrieve_seconds),
        ("first text", timings.first_token_seconds),
        ("first sentence with its citations", timings.first_checked_seconds),
        ("all", timings.total_seconds),
    )
    seconds = ", ".join(f"{name} {moment:.2f}" for name, moment in moments if moment is not None)
    tokens = f"{answer.tokens.prompt} prompt ({answer.tokens.reused} of them reused), "
    return wrapped(
        f"Seconds since the question, models loaded: {seconds}. "
        f"Tokens: {tokens}{answer.tokens.completion} answer."
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)
