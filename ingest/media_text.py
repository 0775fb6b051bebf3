"""What kind of text a text is, told from its beginning. Its suffix decides where the words leave it open."""

from __future__ import annotations

import csv
import json
import re

from ingest.media_types import (
    CSV,
    HTML,
    JSON,
    JSON_LINES,
    MAIL,
    MARKDOWN,
    NOTEBOOK,
    PLAIN_TEXT,
    RST,
    SOURCE_CODE,
    SVG,
    TSV,
    XML,
)

_SNIFFED_CHARACTERS = 4096
_SUFFIXES = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd"), MARKDOWN),
    **dict.fromkeys((".rst", ".rest"), RST),
    **dict.fromkeys((".tsv", ".tab"), TSV),
    **dict.fromkeys((".json", ".geojson", ".webmanifest"), JSON),
    **dict.fromkeys((".jsonl", ".ndjson", ".jsonlines"), JSON_LINES),
    **dict.fromkeys((".xml", ".xsd", ".xsl", ".xslt", ".rss", ".atom", ".dbk", ".tei"), XML),
    ".csv": CSV,
    ".ipynb": NOTEBOOK,
    ".svg": SVG,
}
_CODE_SUFFIXES = frozenset(
    ".py .pyi .pyx .js .mjs .cjs .jsx .ts .tsx .vue .svelte .java .kt .kts .scala .groovy .gradle .c .h .cc "
    ".cpp .cxx .hpp .hh .hxx .cs .fs .vb .go .rs .rb .php .pl .pm .lua .r .jl .m .mm .swift .dart .zig .nim "
    ".sh .bash .zsh .fish .ps1 .bat .cmd .sql .css .scss .sass .less .yaml .yml .toml .ini .cfg .conf "
    ".properties .proto .graphql .tf .hcl .cmake .mk .dockerfile .ex .exs .erl .hrl .hs .lhs .ml .mli .clj "
    ".cljs .lisp .el .scm .rkt .f .f90 .f95 .for .pas .ada .adb .ads .asm .s .v .vhd .vhdl .sv .cob .cbl "
    ".diff .patch .awk .tcl .coffee .elm .sol".split()
)
_CODE_NAMES = frozenset({"makefile", "dockerfile", "jenkinsfile", "rakefile", "gemfile", "cmakelists.txt"})
_PLAIN_SUFFIXES = frozenset({".txt", ".text", ".log", ".org", ".adoc", ".asciidoc", ".tex"})
_HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})

_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_ELEMENT = re.compile(
    r"<(?:html|head|body|div|p|span|table|h[1-6]|ul|ol|a|br|meta|title)\b", re.IGNORECASE
)
_XML_START = re.compile(r"\s*<\?xml\b", re.IGNORECASE)
_XML_ROOT = re.compile(r"\s*(?:<!(?:--.*?--|DOCTYPE[^<>]*)>\s*)*<[A-Za-z_][\w:.-]*[^<>]*\bxmlns\b", re.DOTALL)
_SVG_ROOT = re.compile(r"<(?:\w+:)?svg\b", re.IGNORECASE)
_MAIL_HEADER = re.compile(
    r"^(?:From|To|Cc|Date|Subject|Received|Return-Path|Delivered-To|Reply-To|Sender|Message-ID|MIME-Version"
    r"|Content-Type|Content-Transfer-Encoding|DKIM-Signature|X-[\w-]+):",
    re.IGNORECASE,
)
_MAIL_TRACE = re.compile(
    r"^(?:Received|Return-Path|Message-ID|MIME-Version|DKIM-Signature):", re.IGNORECASE | re.MULTILINE
)
_MAIL_HEADERS_NEEDED = 4
_NOTEBOOK_KEYS = re.compile(r'"(?:cell_type|nbformat)"\s*:')
_TABLE_DELIMITERS = "\t;|,"
_TABLE_LINES_NEEDED = 4
_TABLE_LINES_READ = 60
_LONGEST_TABLE_CELL = 120


def kind_of_text(text: str, name: str, suffix: str) -> str:
    """The kind, from the beginning of a text (some tens of thousands of characters are enough)."""
    text = text.lstrip("\ufeff")
    start = text[:_SNIFFED_CHARACTERS]
    if _HTML_START.match(start) or (suffix in _HTML_SUFFIXES and _HTML_ELEMENT.search(text)):
        return HTML
    if _XML_START.match(start):
        return _kind_of_xml(start, suffix)
    if start.lstrip()[:1] in ("{", "[") and (kind := _kind_of_json(text, suffix)) is not None:
        return kind
    if suffix == ".eml":
        return MAIL if _mail_headers(start) > 0 else PLAIN_TEXT
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    if suffix in _CODE_SUFFIXES or name.lower() in _CODE_NAMES or start.startswith("#!/"):
        return SOURCE_CODE
    if _looks_like_mail(start, suffix):
        return MAIL
    if suffix not in _PLAIN_SUFFIXES and _XML_ROOT.match(start):
        return SVG if _SVG_ROOT.search(start) else XML
    if _starts_with_element(start):
        return HTML
    return _kind_of_table(text) or PLAIN_TEXT


def _kind_of_xml(start: str, suffix: str) -> str:
    if "<html" in start.lower():
        return HTML
    kind = _SUFFIXES.get(suffix, XML)
    return SVG if kind == SVG or _SVG_ROOT.search(start) else kind


def _kind_of_json(text: str, suffix: str) -> str | None:
    """None where the brackets begin something else (a list in Markdown, a log line, a template)."""
    if (
        _NOTEBOOK_KEYS.search(text)
        and '"cells"' in text
        and _SUFFIXES.get(suffix, NOTEBOOK) in (NOTEBOOK, JSON)
    ):
        return NOTEBOOK
    if suffix in _SUFFIXES or suffix in _CODE_SUFFIXES:
        return None
    start = text.lstrip()
    try:
        value, end = json.JSONDecoder().raw_decode(start)
    except (ValueError, RecursionError):
        return None
    if not value or (isinstance(value, list) and not isinstance(value[0], dict | list)):
        return None
    rest = start[end:].lstrip()
    if not rest:
        return JSON
    return JSON_LINES if isinstance(value, dict) and rest.startswith("{") else None


def _starts_with_element(start: str) -> bool:
    """A fragment of a page, saved without its head."""
    match = _HTML_ELEMENT.match(start.lstrip())
    return match is not None and f"</{match[0][1:]}" in start.lower()


def _looks_like_mail(start: str, suffix: str) -> bool:
    if _mail_headers(start) < _MAIL_HEADERS_NEEDED:
        return False
    # A text may quote a letter's From, To, Date and Subject; only programs write the others.
    return suffix not in _PLAIN_SUFFIXES or _MAIL_TRACE.search(start) is not None


def _mail_headers(start: str) -> int:
    """How many of the usual headers the text begins with."""
    head = re.split(r"\r?\n\r?\n", start.lstrip(), maxsplit=1)[0].splitlines()
    if head and head[0].startswith("From "):  # how mailboxes begin each message
        head = head[1:]
    return sum(_MAIL_HEADER.match(line) is not None for line in head)


def _kind_of_table(text: str) -> str | None:
    """A table whatever its name: each line has the same three or more short cells."""
    lines = text[: 16 * _SNIFFED_CHARACTERS].splitlines()[:_TABLE_LINES_READ]
    if len(lines) >= _TABLE_LINES_READ or len(text) > 16 * _SNIFFED_CHARACTERS:
        lines = lines[:-1]  # it may be cut
    lines = [line for line in lines if line.strip()]
    if len(lines) < _TABLE_LINES_NEEDED:
        return None
    for delimiter in _TABLE_DELIMITERS:
        if any(delimiter not in line for line in lines):
            continue
        try:
            rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        widths = {len(row) for row in rows}
        if len(widths) == 1 and widths.pop() >= 3 and _is_tabular(rows):
            return TSV if delimiter == "\t" else CSV
    return None


def _is_tabular(rows: list[list[str]]) -> bool:
    cells = [cell.strip() for row in rows for cell in row]
    is_drawn = all(not row[0].strip() for row in rows)  # Markdown's own tables begin each line with a bar
    return not is_drawn and max(map(len, cells)) <= _LONGEST_TABLE_CELL
