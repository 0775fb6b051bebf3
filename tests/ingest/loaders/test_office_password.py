"""Office files under a password: opened with those given, in order, or named."""

from __future__ import annotations

import hashlib
import io

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from pptx import Presentation

from ingest.errors import DamagedFile, EncryptedFile, UnsupportedFormat
from ingest.loaders.office_password import OfficePasswordLoader
from ingest.loaders.protocol import LoadOptions
from ingest.loaders.slides import SlidesLoader
from ingest.media import ENCRYPTED_OFFICE, PPTX, tell_media_type


@pytest.fixture(scope="module")
def lock():
    def lock(data: bytes, password: str) -> bytes:
        locked = io.BytesIO()
        OOXMLFile(io.BytesIO(data)).encrypt(password, locked)
        return locked.getvalue()

    return lock


@pytest.fixture
def locked(lock, make_content):
    presentation = Presentation()  # large enough: the library locks files below 4 kB in a way it cannot open
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Returns are free."
    data = io.BytesIO()
    presentation.save(data)
    return make_content("a.pptx", lock(data.getvalue(), "open sesame"))


def test_the_password_that_fits_opens_it(locked):
    assert tell_media_type(locked) == ENCRYPTED_OFFICE
    loader = OfficePasswordLoader([SlidesLoader()])
    document = loader.load(locked, LoadOptions(passwords=("wrong", "open sesame")))
    assert document.pages[0].text == "Returns are free."
    assert document.media_type == PPTX
    assert document.sha256 == hashlib.sha256(locked.data).hexdigest()


@pytest.mark.parametrize(
    ("passwords", "words"),
    [((), "the empty one does not fit"), (("wrong",), "none of the passwords given fits")],
)
def test_without_one_that_fits_it_is_named(passwords, words, locked):
    with pytest.raises(EncryptedFile, match=rf"a\.pptx is an Office file under a password, and {words}"):
        OfficePasswordLoader([SlidesLoader()]).load(locked, LoadOptions(passwords=passwords))


def test_what_nobody_reads_is_told(locked):
    with pytest.raises(UnsupportedFormat, match=r"a\.pptx was opened with its password"):
        OfficePasswordLoader([]).load(locked, LoadOptions(passwords=("open sesame",)))


def test_a_broken_container_is_damaged(make_content):
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(DamagedFile, match=r"a\.docx is an Office file that is cut short or damaged"):
        OfficePasswordLoader([SlidesLoader()]).load(make_content("a.docx", data))
