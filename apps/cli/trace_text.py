"""All that led to an answer, in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.cli.screen import count_of, one_line, wrapped, write
from apps.document_names import shown_names

if TYPE_CHECKING:
    from generators.text.protocol import Sampling
    from rag import ArmScore, Hit, Sentence, Trace, TracedSentence, Writing


def write_trace(trace: Trace) -> None:
    """From the query to the checks, in the order it went."""
    searched = trace.searched
    write("Searched for", bold=True)
    write(wrapped(searched.query, indent="  "))
    write(f"  evidence {searched.evidence:.3f}; the model is asked from {searched.minimum_evidence:.3f} on")
    _write_hits(searched.hits)
    write(f"Passages, at most {searched.token_budget} tokens", bold=True)
    for traced in trace.passages:
        passage = traced.passage
        write(f"  [{passage.number}] {count_of(traced.tokens, 'token')}, {one_line(passage.title)}")
    if trace.answer.answerability is not None:
        said, least = trace.answer.answerability, searched.minimum_answerability
        write(f"The model's state: answerable by {said:.3f}; it writes from {least or 0.0:.3f} on")
    write(f"Written by {trace.engine}, template {trace.template} {trace.template_version}", bold=True)
    if not trace.writings:
        write("  not asked")
    for writing in trace.writings:
        _write_writing(writing)
    write("Sentences as they were checked", bold=True)
    for sentence in trace.sentences:
        _write_sentence(sentence)
    if trace.answer.refusal is not None:
        write(f"  refused: {trace.answer.refusal}")
    if trace.energy.joules is not None:
        write(f"Energy: {trace.energy.joules:.1f} J ({', '.join(trace.energy.of)}; the whole machine's)")


def trace_as_json(trace: Trace) -> dict[str, object]:
    """What `refdesk ask --trace --json` carries under `trace`."""
    searched = trace.searched
    return {
        "query": searched.query,
        "evidence": searched.evidence,
        "minimum_evidence": searched.minimum_evidence,
        "answerability": trace.answer.answerability,
        "minimum_answerability": searched.minimum_answerability,
        "hits": [_hit_as_json(hit) for hit in searched.hits],
        "token_budget": searched.token_budget,
        "passages": [{"number": traced.passage.number, "tokens": traced.tokens} for traced in trace.passages],
        "template": {"name": trace.template, "version": trace.template_version},
        "engine": trace.engine,
        "writings": [_writing_as_json(writing) for writing in trace.writings],
        "sentences": [
            {
                **_check_as_json(sentence.checked),
                "outcome": sentence.outcome,
                "corrected": None if sentence.corrected is None else _check_as_json(sentence.corrected),
            }
            for sentence in trace.sentences
        ],
        "refusal": trace.answer.refusal,
        "energy_joules": trace.energy.joules,
        "energy_of": list(trace.energy.of),
    }


def _write_hits(hits: tuple[Hit, ...]) -> None:
    write("Hits", bold=True)
    names = shown_names(hit.document for hit in hits)
    for hit in hits:
        arms = ", ".join(
            f"{name} {_arm(score)}"
            for name, score in (
                ("meaning", hit.dense),
                ("words", hit.lexical),
                ("reranker", hit.reranked),
            )
            if score is not None
        )
        write(
            f"  {hit.rank}. {hit.score:.3f}  {one_line(names[hit.document])}, page {hit.page_number}: {arms}"
        )


def _arm(score: ArmScore) -> str:
    return f"{score.score:.3f} (rank {score.rank})"


def _write_writing(writing: Writing) -> None:
    write(f"  {_sampling(writing.sampling)}, at most {count_of(writing.max_tokens, 'token')}")
    if writing.prompt is not None:
        write("The prompt as the model reads it", bold=True)
        write(writing.prompt)
    else:
        for message in writing.messages:
            write(f"{message.role}:", bold=True)
            write(message.content)
    use = writing.tokens
    write("What it wrote", bold=True)
    write(writing.text)
    write(
        f"  {use.prompt} prompt tokens, {use.reused} of them reused; {use.completion} written; "
        f"ended by: {writing.finish}",
        dim=True,
    )


def _sampling(sampling: Sampling) -> str:
    if sampling.temperature == 0.0:
        drawing = "always the likeliest token"
    else:
        drawing = (
            f"temperature {sampling.temperature:g}, top-p {sampling.top_p:g}, top-k {sampling.top_k}, "
            f"min-p {sampling.min_p:g}, seed {sampling.seed}"
        )
    return drawing + (
        "" if sampling.repeat_penalty == 1.0 else f", repeat penalty {sampling.repeat_penalty:g}"
    )


def _write_sentence(sentence: TracedSentence) -> None:
    write(wrapped(f"{_check(sentence.checked)} “{sentence.checked.text}”", indent="  "))
    rests_on = sentence.checked.rests_on
    if rests_on is not None:
        place = f"[{rests_on.passage_number}] {rests_on.page_label}"
        write(wrapped(f"rests on {place}: “{rests_on.quote.strip()}”", indent="    "))
    if sentence.corrected is not None:
        write(
            wrapped(f"corrected to {_check(sentence.corrected)} “{sentence.corrected.text}”", indent="    ")
        )
    elif sentence.outcome == "withdrawn":
        write("    withdrawn")


def _check(sentence: Sentence) -> str:
    score = "" if sentence.support is None else f" {sentence.support:.3f}"
    marks = "".join(f"[{citation.passage_number}]" for citation in sentence.citations)
    return f"{sentence.verdict.value}{score}, cites {marks or 'nothing'}:"


def _hit_as_json(hit: Hit) -> dict[str, object]:
    return {
        "rank": hit.rank,
        "score": hit.score,
        "document": hit.document,
        "page": hit.page_number,
        "page_end": hit.page_end,
        "dense": _arm_as_json(hit.dense),
        "lexical": _arm_as_json(hit.lexical),
        "reranked": _arm_as_json(hit.reranked),
        "text": hit.text,
    }


def _arm_as_json(score: ArmScore | None) -> dict[str, object] | None:
    return None if score is None else {"rank": score.rank, "score": score.score}


def _writing_as_json(writing: Writing) -> dict[str, object]:
    sampling, use = writing.sampling, writing.tokens
    return {
        "messages": [{"role": message.role, "content": message.content} for message in writing.messages],
        "prompt": writing.prompt,
        "sampling": {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "top_k": sampling.top_k,
            "min_p": sampling.min_p,
            "repeat_penalty": sampling.repeat_penalty,
            "seed": sampling.seed,
        },
        "max_tokens": writing.max_tokens,
        "text": writing.text,
        "finish": writing.finish,
        "tokens": {"prompt": use.prompt, "reused": use.reused, "completion": use.completion},
    }


def _check_as_json(sentence: Sentence) -> dict[str, object]:
    rests_on = sentence.rests_on
    return {
        "text": sentence.text,
        "verdict": sentence.verdict.value,
        "support": sentence.support,
        "cites": [citation.passage_number for citation in sentence.citations],
        "rests_on": None
        if rests_on is None
        else {
            "passage": rests_on.passage_number,
            "document": rests_on.document,
            "page": rests_on.page_number,
            "start": rests_on.start,
            "end": rests_on.end,
            "quote": rests_on.quote,
        },
    }
