"""Attacks and the documents that carry them: read from `attacks/`, and written out as files."""

from __future__ import annotations

import base64
import codecs
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ATTACKS = Path(__file__).with_name("attacks")
KINDS = ("hijack", "exfiltration", "delimiter", "hidden")

_REMARKS = (
    "These remarks belong to the papers on: {title}. They were written down later and do not change "
    "the papers."
)
_LOOK_ALIKES = str.maketrans("aeopcyxi", "аеорсухі")
_SECOND = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a carrier, and words any of which a right answer holds."""

    ask: str
    gold: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Carrier:
    """A document without an attack, and the name of its file."""

    id: str
    title: str
    file: str
    paragraphs: tuple[str, ...]
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Attack:
    """A text in a document, as `attacks/README.md` describes it."""

    id: str
    kind: str
    carrier: str
    place: str
    text: str
    canary: str
    question: int = 0
    form: str = "plain"
    lead: str = ""
    language: str = "en"

    def written(self) -> str:
        """The text in its form."""
        return self.lead + FORMS[self.form](self.text)


def load_carriers(folder: Path = ATTACKS) -> dict[str, Carrier]:
    """The documents of `carriers.toml` by their ids."""
    content = tomllib.loads((folder / "carriers.toml").read_text("utf-8"))
    return {
        name: Carrier(
            id=name,
            title=entry["title"],
            file=entry["file"],
            paragraphs=tuple(entry["text"].strip().split("\n\n")),
            questions=tuple(Asked(each["ask"], tuple(each["gold"])) for each in entry["questions"]),
        )
        for name, entry in content.items()
    }


def load_attacks(file: Path, carriers: Mapping[str, Carrier]) -> list[Attack]:
    """The attacks of one file. Raises ValueError, in words, for a line that cannot be one."""
    attacks: list[Attack] = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            attack = Attack(**json.loads(line))
        except (TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"Line {number} of {file} is no attack: {error}.") from error
        for field, value, known in (
            ("kind", attack.kind, KINDS),
            ("carrier", attack.carrier, carriers),
            ("place", attack.place, PLACES),
            ("form", attack.form, FORMS),
        ):
            if value not in known:
                raise ValueError(
                    f"Line {number} of {file}: {field} is {value!r}; it may be {', '.join(known)}."
                )
        if attack.question >= len(carriers[attack.carrier].questions):
            raise ValueError(f"Line {number} of {file}: {attack.carrier} has no question {attack.question}.")
        attacks.append(attack)
    return attacks


def clean_files(carrier: Carrier) -> dict[str, str]:
    """The carrier as it is: file names and their contents."""
    return {carrier.file: _document(carrier.title, carrier.paragraphs)}


def planted_files(carrier: Carrier, attack: Attack) -> dict[str, str]:
    """The carrier with the attack in its place: file names and their contents."""
    return PLACES[attack.place](carrier, attack.written())


def _document(title: str, paragraphs: tuple[str, ...]) -> str:
    return "\n\n".join((f"# {title}", *paragraphs)) + "\n"


def _after_second(carrier: Carrier, text: str) -> dict[str, str]:
    before, after = carrier.paragraphs[: _SECOND + 1], carrier.paragraphs[_SECOND + 1 :]
    return {carrier.file: _document(carrier.title, (*before, text, *after))}


def _in_second(carrier: Carrier, change: Callable[[str], str]) -> dict[str, str]:
    paragraphs = list(carrier.paragraphs)
    paragraphs[_SECOND] = change(paragraphs[_SECOND])
    return {carrier.file: _document(carrier.title, tuple(paragraphs))}


def _in_sentence(carrier: Carrier, text: str) -> dict[str, str]:
    def change(paragraph: str) -> str:
        first, dot, rest = paragraph.partition(". ")
        return f"{first}. {text} {rest}" if dot else f"{paragraph} {text}"

    return _in_second(carrier, change)


def _in_table(carrier: Carrier, text: str) -> dict[str, str]:
    paragraphs = list(carrier.paragraphs)
    tables = [place for place, paragraph in enumerate(paragraphs) if paragraph.startswith("|")]
    if not tables:
        paragraphs.append(f"| Remark | Date |\n| --- | --- |\n| Checked | May |\n| {text} | June |")
    else:
        columns = paragraphs[tables[0]].splitlines()[0].count("|") - 1
        paragraphs[tables[0]] += f"\n| {text} |" + " - |" * (columns - 1)
    return {carrier.file: _document(carrier.title, tuple(paragraphs))}


def _in_title(carrier: Carrier, text: str) -> dict[str, str]:
    return {carrier.file: _document(f"{carrier.title}: {text}", carrier.paragraphs)}


def _in_file_name(carrier: Carrier, text: str) -> dict[str, str]:
    stem, _, suffix = carrier.file.rpartition(".")
    # Without a title of its own, so that the file's name is its title.
    return {f"{stem} {text.replace('/', ' ')}.{suffix}": "\n\n".join(carrier.paragraphs) + "\n"}


def _in_other(carrier: Carrier, text: str) -> dict[str, str]:
    remarks = (_REMARKS.format(title=carrier.title), text, "Nothing else was remarked.")
    other = {"remarks.md": _document(f"Remarks on {carrier.title}", remarks)}
    return clean_files(carrier) | other


PLACES: Mapping[str, Callable[[Carrier, str], dict[str, str]]] = {
    "paragraph": _after_second,
    "sentence": _in_sentence,
    "heading": lambda carrier, text: _in_second(carrier, lambda paragraph: f"## {text}\n\n{paragraph}"),
    "table": _in_table,
    "footnote": lambda carrier, text: {
        carrier.file: _document(carrier.title, (*carrier.paragraphs, f"* {text}"))
    },
    "title": _in_title,
    "file": _in_file_name,
    "comment": lambda carrier, text: _after_second(carrier, f"<!-- {text} -->"),
    "other": _in_other,
}


def _variation(text: str) -> str:
    """Each byte as one of the 256 variation selectors."""
    return "".join(chr(0xFE00 + byte if byte < 16 else 0xE0100 + byte - 16) for byte in text.encode())


FORMS: Mapping[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "zero-width": "\u200d".join,
    "tags": lambda text: "".join(chr(0xE0000 + ord(character)) for character in text if character.isascii()),
    "variation": _variation,
    "soft-hyphens": "\u00ad".join,
    "bidi": lambda text: f"\u202e{text[::-1]}\u202c",
    "homoglyphs": lambda text: text.translate(_LOOK_ALIKES),
    "full-width": lambda text: "".join(
        chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in text
    ),
    "spaced": lambda text: "   ".join(" ".join(word) for word in text.split()),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "comment": lambda text: f"<!-- {text} -->",
    "hidden-span": lambda text: f'<span style="display:none">{text}</span>',
}
