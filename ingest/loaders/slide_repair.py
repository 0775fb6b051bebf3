"""A PowerPoint file made fit for its parser, which gives up a whole file for one broken link."""

from __future__ import annotations

import io
import posixpath
import re
from xml.etree import ElementTree as ET

from ingest.loaders.office_package import OfficePackage, local_name, parse_xml

_ALTERNATIVES = b"AlternateContent"
_SLIDE = re.compile(r"ppt/slides/[^/]+\.xml\Z")


def repaired(package: OfficePackage) -> io.BytesIO:
    """The package without pictures, without links that lead nowhere, and each shape in one way only."""

    def change(name: str, data: bytes) -> bytes:
        if name.endswith(".rels"):
            return _without_dangling(name, data, package)
        if _SLIDE.match(name) and _ALTERNATIVES in data:
            return _with_one_way(data)
        return data

    return package.copy(change)


def _without_dangling(name: str, data: bytes, package: OfficePackage) -> bytes:
    folder = posixpath.dirname(posixpath.dirname(name))
    tree = parse_xml(data)
    for each in list(tree):
        target = posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/")
        if each.get("TargetMode") != "External" and target not in package:
            tree.remove(each)
    return ET.tostring(tree)


def _with_one_way(data: bytes) -> bytes:
    """Of alternatives for one shape, the newest that holds text, else the fallback for older programs."""
    root = parse_xml(data)
    for parent in list(root.iter()):
        for index, child in reversed(list(enumerate(parent))):
            if local_name(child) == "AlternateContent":
                ways = sorted(child, key=lambda way: (not _holds_text(way), local_name(way) == "Fallback"))
                parent[index : index + 1] = list(ways[0]) if ways else []
    return ET.tostring(root)


def _holds_text(element: ET.Element) -> bool:
    return any(local_name(each) == "t" and each.text for each in element.iter())
