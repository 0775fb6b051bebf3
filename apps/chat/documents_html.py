"""What the documents page shows as HTML: made here alone, and every word of it escaped."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from html import escape

from rag import ArmScore, Explanation
from rag.terms import content_terms

_WORD = re.compile(r"\w+")
_MOST_CHARACTERS = 1_200

#: Colours come from the text's own, so that they hold on light and dark alike.
STYLE = """<style>
.rd-hit { border: 1px solid color-mix(in srgb, currentColor 18%, transparent); border-radius: .6rem;
  padding: .8rem 1rem; margin: 0 0 .2rem; overflow-wrap: anywhere; }
.rd-hit .rd-head { display: flex; flex-wrap: wrap; gap: .15rem .6rem; align-items: baseline;
  font-weight: 600; }
.rd-hit .rd-place, .rd-hit .rd-path, .rd-why, .rd-list dd { opacity: .82; font-weight: 400;
  font-size: .9rem; }
.rd-hit p { margin: .5rem 0; line-height: 1.5; }
.rd-hit mark { background: color-mix(in srgb, #e8a800 38%, transparent); color: inherit; border-radius: .2rem;
  padding: 0 .1rem; }
.rd-bar { display: flex; height: .45rem; border-radius: .25rem; overflow: hidden; margin: .5rem 0 .35rem;
  background: color-mix(in srgb, currentColor 12%, transparent); max-width: 32rem; }
.rd-bar span { display: block; }
.rd-meaning { background: #3b82c4; } .rd-words { background: #c77d0a; } .rd-name { background: #4a9a52; }
.rd-reranking { background: #9a5fb5; }
.rd-key { display: inline-block; width: .65rem; height: .65rem; border-radius: .15rem; margin-right: .3rem; }
.rd-why span.rd-part { margin-right: .9rem; white-space: nowrap; }
.rd-lacking { text-decoration: line-through; opacity: .8; }
.rd-list, .rd-list dt, .rd-list dd { margin: 0; padding: 0; overflow-wrap: anywhere; }
.rd-list dt { font-weight: 600; } .rd-list dd { padding-bottom: .5rem; }
</style>"""


def hit_html(explained: Explanation, name: str, place: str, best_score: float) -> str:
    """A hit as a card: where it stands, its text with the question's words marked, and what speaks for it."""
    hit = explained.hit
    headings = " › ".join(hit.headings)
    text = hit.text if len(hit.text) <= _MOST_CHARACTERS else f"{hit.text[:_MOST_CHARACTERS]}…"
    parts = [
        f'<div class="rd-hit"><div class="rd-head"><span>{hit.rank}. {escape(name)}</span>'
        f'<span class="rd-place">{escape(place)}</span></div>',
        f'<div class="rd-path">{escape(headings)}</div>' if headings else "",
        f"<p>{_marked(text, explained.shared)}</p>",
        _contributions(explained, best_score),
        _words(explained),
    ]
    if hit.repeats:
        count = len(hit.repeats)
        parts.append(f'<div class="rd-why">The same stands in {count:,} more place{"s" * (count > 1)}.</div>')
    return "".join([*parts, "</div>"])


def reasons_html(reasons: Iterable[tuple[str, str]]) -> str:
    """Files and what is to be said of each."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(reason)}</dd>" for name, reason in reasons)
    return f'<dl class="rd-list">{rows}</dl>'


def _marked(text: str, shared: Collection[str]) -> str:
    """The text escaped, the words in it that the question has too marked."""
    wanted = frozenset(shared)
    pieces, last = [], 0
    for found in _WORD.finditer(text):
        if wanted.intersection(content_terms(found[0])):
            pieces += [escape(text[last : found.start()]), f"<mark>{escape(found[0])}</mark>"]
            last = found.end()
    return "".join([*pieces, escape(text[last:])])


def _contributions(explained: Explanation, best_score: float) -> str:
    hit, made = explained.hit, explained.hit.contributions
    if made is None:
        return f'<div class="rd-why">Score {hit.score:.3f}</div>'
    parts: Sequence[tuple[str, str, float, str]] = [
        ("meaning", "meaning", made.meaning, _arm(hit.dense, "cosine")),
        ("words", "words", made.words, _arm(hit.lexical, "BM25")),
        *([("name", "the document's name", made.name, "")] if made.name else []),
        *(
            [("reranking", "the reranker", made.reranking, _arm(hit.reranked, "score"))]
            if hit.reranked
            else []
        ),
    ]
    whole = max(best_score, hit.score, 1e-9)
    bar = "".join(
        f'<span class="rd-{kind}" style="width:{max(value, 0.0) / whole:.1%}"></span>'
        for kind, _, value, _ in parts
    )
    told = "".join(
        f'<span class="rd-part"><span class="rd-key rd-{kind}" aria-hidden="true"></span>{value:.3f} by '
        f"{escape(what)}{f' ({escape(how)})' if how else ''}</span>"
        for kind, what, value, how in parts
    )
    return (
        f'<div class="rd-bar" aria-hidden="true">{bar}</div>'
        f'<div class="rd-why"><span class="rd-part">Score {hit.score:.3f} =</span>{told}</div>'
    )


def _words(explained: Explanation) -> str:
    shared = ", ".join(map(escape, explained.shared)) or "none"
    lacking = ", ".join(f'<span class="rd-lacking">{escape(word)}</span>' for word in explained.lacking)
    absent = f"; not here: {lacking}" if lacking else ""
    return f'<div class="rd-why">Words of the question here: {shared}{absent}</div>'


def _arm(score: ArmScore | None, measure: str) -> str:
    return "not among what it brings" if score is None else f"rank {score.rank}, {measure} {score.score:.3f}"
