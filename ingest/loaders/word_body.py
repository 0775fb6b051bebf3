"""The body of a Word file made ready for its converter to HTML, which knows not all that Word shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from ingest.loaders.formulas import formula_text
from ingest.loaders.office_package import OfficePackage, Relationship, attribute, local_name, parents_of

_VML = "{urn:schemas-microsoft-com:vml}"
_MARK = "\ue0f1"  # a private character: stands around the place of a file within the file


@dataclass(frozen=True, slots=True)
class PreparedBody:
    """`imported` names the member that belongs at each place (`<p>` with that text in the HTML)."""

    xml: bytes
    imported: dict[str, str]
    embedded: tuple[str, ...]


def prepare_body(package: OfficePackage, name: str) -> PreparedBody:
    """The body with formulas as text, text boxes where the converter finds them, and places for imports."""
    root = package.tree(name)
    if root is None:
        raise KeyError(f"there is no item named {name!r} in the archive")
    relationships = package.relationships(name)
    word = root.tag.rsplit("}", 1)[0] + "}"
    parents = parents_of(root)
    imported: dict[str, str] = {}
    embedded: list[str] = []
    for element in list(root.iter()):
        match local_name(element):
            case "oMath":
                _replace(element, parents, [_run(word, formula_text(element))])
            case "AlternateContent":
                _replace(element, parents, list(_chosen_branch(element, word)))
            case "drawing":
                _replace(element, parents, list(_drawing(element, word, package, relationships)))
            case "altChunk":
                link = relationships.get(attribute(element, "id") or "")
                if link is not None and link.target in package:
                    mark = f"{_MARK}{len(imported)}{_MARK}"
                    imported[mark] = link.target
                    _replace(element, parents, [_paragraph(word, mark)])
            case "OLEObject":
                embedded.append(attribute(element, "ProgID") or "object")
    for element in list(root.iter()):
        if local_name(element) == "oMathPara":
            _replace(element, parents, [child for child in element if local_name(child) == "r"])
    return PreparedBody(ET.tostring(root), imported, tuple(embedded))


def paragraph_lines(tree: ET.Element) -> list[str]:
    """The text of each paragraph of a header, a footer or a comment, one a line, without empty ones."""
    lines = ("".join(_texts(each)).strip() for each in tree.iter() if local_name(each) == "p")
    return [line for line in lines if line]


def commented_texts(body: ET.Element) -> dict[str, str]:
    """What each comment was written on, by the comment's id."""
    open_ids: set[str] = set()
    found: dict[str, str] = {}
    for element in body.iter():
        match local_name(element):
            case "commentRangeStart":
                open_ids.add(attribute(element, "id") or "")
            case "commentRangeEnd":
                open_ids.discard(attribute(element, "id") or "")
            case "t":
                for each in open_ids:
                    found[each] = found.get(each, "") + (element.text or "")
            case "p":
                for each in open_ids & found.keys():
                    found[each] += " "
    return found


def _texts(element: ET.Element) -> Iterator[str]:
    """The text of one paragraph, not of those in a text box on it."""
    for child in element:
        match local_name(child):
            case "t":
                yield child.text or ""
            case "tab" | "br" | "cr":
                yield " "
            case "p" | "del" | "instrText" | "Fallback":
                continue
            case _:
                yield from _texts(child)


def _chosen_branch(element: ET.Element, word: str) -> Iterator[ET.Element]:
    """Of two ways to show the same thing, the one that holds text. Older readers' way comes last."""
    branches = sorted(element, key=lambda each: local_name(each) != "Fallback")
    for branch in branches:
        if boxes := _text_boxes(branch, word):
            yield from boxes
            return
    for branch in branches:
        if any(local_name(each) == "t" for each in branch.iter()):
            yield from branch
            return
    yield from branches[-1] if branches else ()


def _drawing(
    element: ET.Element, word: str, package: OfficePackage, relationships: dict[str, Relationship]
) -> Iterator[ET.Element]:
    boxes = _text_boxes(element, word)
    words = list(_words_of_drawing(element, package, relationships))
    if not boxes and not words:
        yield element  # a picture
    yield from boxes
    if words:
        yield _text_box(word, [_paragraph(word, text) for text in words])


def _words_of_drawing(
    element: ET.Element, package: OfficePackage, relationships: dict[str, Relationship]
) -> Iterator[str]:
    """The words on a chart or in a diagram, which lie in members of their own."""
    for each in element.iter():
        if local_name(each) in ("chart", "relIds"):
            link = relationships.get(attribute(each, "dm") or attribute(each, "id") or "")
            tree = package.tree(link.target) if link is not None else None
            for paragraph in tree.iter() if tree is not None else ():
                if local_name(paragraph) == "p" and (text := "".join(_texts(paragraph)).strip()):
                    yield text


def _text_boxes(element: ET.Element, word: str) -> list[ET.Element]:
    contents = [each for each in element.iter() if local_name(each) == "txbxContent"]
    inner = {deeper for each in contents for deeper in each.iter() if deeper is not each}
    return [_text_box(word, list(each)) for each in contents if each not in inner]


def _text_box(word: str, paragraphs: list[ET.Element]) -> ET.Element:
    picture = ET.Element(f"{word}pict")
    content = ET.SubElement(ET.SubElement(picture, f"{_VML}textbox"), f"{word}txbxContent")
    content.extend(paragraphs)
    return picture


def _run(word: str, text: str) -> ET.Element:
    run = ET.Element(f"{word}r")
    ET.SubElement(run, f"{word}t").text = text
    return run


def _paragraph(word: str, text: str) -> ET.Element:
    paragraph = ET.Element(f"{word}p")
    paragraph.append(_run(word, text))
    return paragraph


def _replace(
    element: ET.Element, parents: dict[ET.Element, ET.Element], replacement: list[ET.Element]
) -> None:
    if replacement == [element] or (parent := parents.get(element)) is None:
        return
    place = next((index for index, each in enumerate(parent) if each is element), None)
    if place is not None:
        parent[place : place + 1] = replacement
        for each in replacement:
            parents[each] = parent
            parents.update((child, above) for above in each.iter() for child in above)
