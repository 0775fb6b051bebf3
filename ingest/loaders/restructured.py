"""reStructuredText, by way of docutils and HTML. Nothing outside the file is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.errors import DamagedFile
from ingest.loaders.characters import clean
from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.loaders.metadata import tidy_day, tidy_language
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.text import document_of_text
from ingest.loaders.web import document_from_html
from ingest.media import RST
from ingest.types import Document

if TYPE_CHECKING:
    from docutils import nodes

_SETTINGS: dict[str, object] = {
    "_disable_config": True,  # or files beside the program and in the user's home would be read
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 2,  # what the parser did not know it tells by a message, and that holds the text
    "halt_level": 5,
    "warning_stream": False,
    "traceback": True,  # an error is raised, not turned into an exit of the program
    "embed_stylesheet": False,
    "stylesheet_path": None,
    "syntax_highlight": "none",
    "math_output": "LaTeX",
    "smart_quotes": False,
    "line_length_limit": 1_000_000,
    "input_encoding": "unicode",
    "output_encoding": "unicode",
    "docinfo_xform": True,
    "sectsubtitle_xform": False,
}
#: Where docutils names its own language and file, not the text's.
_OWN_HEAD = re.compile(r"<html\b.*?</head>", re.DOTALL)
_FORBIDDEN = ("include", "raw", "csv-table")


class RestructuredTextLoader:
    """Reads reStructuredText: sections, lists, tables, notes, code.

    Directives that docutils does not know (Sphinx has many) are kept as they are written.
    """

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({RST})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - no text file is encrypted; the seam has it for kinds that are
    ) -> Document:
        text = decode_text(content.data)
        if text is None:
            raise DamagedFile(
                f"{content.name} is called reStructuredText, and its bytes are no text. Check what it "
                "really is."
            )
        try:
            markup, facts = _to_html(clean(text))
        except Exception as error:  # noqa: BLE001 - text from anywhere may break the parser in any way
            reason = f"It is no valid reStructuredText ({type(error).__name__}): read as plain text."
            return document_of_text(content, RST, (reason,))
        return document_from_html(
            content,
            RST,
            markup,
            author=facts.get("author") or facts.get("authors"),
            when_empty="Check where it was copied from.",
            language=tidy_language(facts.get("language")),
            written=tidy_day(facts.get("date")),
        )


def _to_html(text: str) -> tuple[str, dict[str, str]]:
    from docutils import nodes
    from docutils.core import publish_doctree, publish_from_doctree

    tree = publish_doctree(text, settings_overrides=dict(_SETTINGS))
    facts = {}
    for info in tree.findall(nodes.docinfo):
        for field in info.children:
            name = field.tagname
            value = field.astext()
            if isinstance(field, nodes.field):
                name, value = field.children[0].astext().lower(), field.children[-1].astext()
            facts[name] = value
    _drop_messages(tree)
    markup = str(publish_from_doctree(tree, writer="html5", settings_overrides=dict(_SETTINGS)))
    return _OWN_HEAD.sub("<html>", markup, count=1), facts


def _drop_messages(tree: nodes.document) -> None:
    """Put the source that a message quotes in the message's place: it was not understood, and is text."""
    from docutils import nodes

    tree.transform_messages = []  # else they follow the text, as a section of their own
    for message in list(tree.findall(nodes.system_message)):
        quoted = [
            block for block in message.findall(nodes.literal_block) if not _is_forbidden(block.astext())
        ]
        if message.parent is not None:
            message.parent.replace(message, list(quoted))


def _is_forbidden(source: str) -> bool:
    return source.lstrip(". ").startswith(_FORBIDDEN)
