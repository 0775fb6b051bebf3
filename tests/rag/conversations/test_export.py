"""A chat as a page and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from rag import Citation, Conversations, Sentence, Verdict
from rag.conversations.as_json import whole
from rag.conversations.markdown import as_markdown
from tests.rag.conversations.conftest import an_answer

#: A renderer that makes links of all it can and lets HTML through.
RENDERER = MarkdownIt("gfm-like", {"html": True, "linkify": False})

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](http://evil.example/p.png)",
    "[click](javascript:alert(1))",
    "<http://evil.example>",
    "[x]: http://evil.example",
    "# Heading",
    "> quote",
    "- item",
    "1. item",
    "```\ncode\n```",
    "    indented",
    "**bold** _it_ ~~no~~ `code`",
    "| a | b |\n| - | - |\n| 1 | 2 |",
    "title\n=====",
    "text\n---",
    "&lt;b&gt; &#60;",
    "\\<script>",
    "<!-- hidden",
)


def test_each_answer_has_numbered_references(chats: Conversations) -> None:
    id = chats.start("flying", an_answer(), "llama-cpp:small").id
    chats.append(id, an_answer("And in 2024?", searched="What does a tow cost in 2024?"), "llama-cpp:small")
    page = as_markdown(chats.get(id))
    assert page.startswith("# What does a tow cost?\n")
    assert "## 1. What does a tow cost?" in page
    assert "48 euros \\[1\\]" in page
    assert page.count("- \\[1\\] club.md, section Fees: “A tow costs 48 euros.”") == 2
    assert "## 2. And in 2024?\n\nSearched for: What does a tow cost in 2024?" in page


def test_documents_of_one_name_are_told_apart(chats: Conversations) -> None:
    first = an_answer()
    (sentence,) = first.sentences
    other = replace(sentence.citations[0], document="/old/club.md", passage_number=2)
    both = replace(sentence, citations=(sentence.citations[0], other))
    page = as_markdown(chats.get(chats.start("flying", replace(first, sentences=(both,)), "x").id))
    assert "/papers/club.md" in page
    assert "/old/club.md" in page


def test_what_is_not_supported_and_why_nothing_was_answered_stand_there(chats: Conversations) -> None:
    doubtful = Sentence("It is free.", (), Verdict.UNSUPPORTED, 0.1)
    id = chats.start("flying", an_answer(sentences=(doubtful,)), "x").id
    chats.append(id, an_answer(refused=True, refusal="nothing-found", sentences=()), "x")
    page = as_markdown(chats.get(id))
    assert "**Not supported by what it cites:** “It is free.”" in page
    assert "Refused: nothing that was found says enough about it." in page


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_was_written_becomes_markup(chats: Conversations, text: str) -> None:
    citation = Citation(1, f"/papers/{text}.md", text, 1, text, 0, 5, text)
    sentence = Sentence(text, (citation,), Verdict.UNSUPPORTED, 0.0)
    answer = an_answer(question=text, text=text, searched=text, sentences=(sentence,))
    plain = an_answer(question="x", text="x", searched="x", sentences=(replace(sentence, text="x"),))
    tokens = RENDERER.parse(as_markdown(chats.get(chats.start("c", answer, text).id)))
    inside = [child.type for token in tokens for child in token.children or ()]
    assert set(inside) <= {"text", "softbreak", "strong_open", "strong_close", "text_special", "html_inline"}
    assert all(
        child.content == "<!-- -->"
        for token in tokens
        for child in token.children or ()
        if child.type == "html_inline"
    )
    harmless = RENDERER.parse(as_markdown(chats.get(chats.start("c", plain, "x").id)))
    kinds = {token.type for token in tokens}
    assert kinds <= {token.type for token in harmless} | {"inline"}


@pytest.mark.parametrize(
    ("text", "unbroken"),
    [
        ("http://evil.example", "http://"),
        ("www.evil.example", "www."),
        ("a@evil.example", "@evil"),
        ("mailto:a@b.example", "mailto:"),
    ],
)
def test_addresses_do_not_become_links_by_themselves(chats: Conversations, text: str, unbroken: str) -> None:
    page = as_markdown(chats.get(chats.start("c", an_answer(text, text, searched=text), "x").id))
    assert unbroken not in page


def test_characters_that_are_not_seen_become_their_number(chats: Conversations) -> None:
    page = as_markdown(chats.get(chats.start("c", an_answer("a\u202eb\x1bc"), "x").id))
    assert "a‹U+202E›b‹U+001B›c" in page


def test_json_holds_all_that_was_kept(chats: Conversations) -> None:
    id = chats.start("flying", an_answer(), "x").id
    content = json.loads(json.dumps(whole(chats.get(id))))
    (turn,) = content["turns"]
    (sentence,) = turn["sentences"]
    assert sentence["verdict"] == "supported"
    assert sentence["citations"][0]["quote"] == "A tow costs 48 euros."
    assert (content["id"], content["questions"]) == (id, 1)
