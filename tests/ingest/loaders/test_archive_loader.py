"""What comes out of an archive, where it lands, and what stays inside."""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from ingest.errors import DamagedFile, EmptyFile, EncryptedFile
from ingest.loaders.archive import ArchiveLoader
from ingest.loaders.content import FileOnDisk
from ingest.loaders.protocol import Closed, LoadOptions, MemberFound, MemberRefused, ReadEvent
from ingest.settings import ReadingLimits

MEBIBYTE = 1024 * 1024
Unpack = Callable[..., list[ReadEvent]]


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "deep" / "scratch"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def unpack(tmp_path: Path, scratch: Path) -> Unpack:
    """The events of an archive with these bytes; every file found is checked to lie in the scratch folder."""

    def unpack(data: bytes, *passwords: str, **limits: float) -> list[ReadEvent]:
        path = tmp_path / "box.zip"
        path.write_bytes(data)
        file = FileOnDisk(path, path, hashlib.sha256(data).hexdigest(), len(data))
        events = []
        try:
            loader, options = ArchiveLoader(ReadingLimits(**limits)), LoadOptions(passwords, "auto", scratch)
            for event in loader.read(file, options):
                events.append(event)
        finally:
            found = {event.file for event in events if isinstance(event, MemberFound)}
            assert {each.parent for each in found} <= {scratch}
            assert set(scratch.iterdir()) == found, "something was left behind, or fell elsewhere"
            assert {each.name for each in tmp_path.rglob("*") if each.is_file()} == {
                "box.zip",
                *(each.name for each in found),
            }
        return events

    return unpack


def zipped(members: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def zipped_entries(*entries: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for info, content in entries:
            archive.writestr(info, content)
    return data.getvalue()


def found(events: list[ReadEvent]) -> dict[str, bytes]:
    return {event.name: event.file.read_bytes() for event in events if isinstance(event, MemberFound)}


def refused(events: list[ReadEvent]) -> dict[str, str]:
    return {event.name: event.reason for event in events if isinstance(event, MemberRefused)}


def notes(events: list[ReadEvent]) -> tuple[str, ...]:
    assert isinstance(events[-1], Closed)
    return events[-1].notes


class TestNames:
    def test_files_come_out_whole_under_their_names(self, unpack):
        large = bytes(range(256)) * 10_000
        events = unpack(zipped({"terms.txt": "Returns are free.", "a/b/": "", "a/b/data.bin": large}))
        assert found(events) == {"terms.txt": b"Returns are free.", "a/b/data.bin": large}
        assert notes(events) == ()

    @pytest.mark.parametrize(
        ("stored", "shown"),
        [
            ("/etc/passwd", "etc/passwd"),
            ("../../outside.txt", "outside.txt"),
            ("a/../../b.txt", "a/b.txt"),
            ("C:\\Windows\\system.ini", "Windows/system.ini"),
            ("..\\..\\x.txt", "x.txt"),
            ("//server/share/x.txt", "server/share/x.txt"),
            ("CON", "CON"),
            ("bell\x07\u202etxt.exe", "bell\u202etxt.exe"),
            ("../..", "unnamed"),
        ],
    )
    def test_no_name_leads_elsewhere(self, unpack, stored, shown):
        assert found(unpack(zipped({stored: "x"}))) == {shown: b"x"}

    def test_a_name_with_a_zero_byte_is_cut_or_cleaned(self, unpack):
        data = zipped({"nulA.txt": "x"}).replace(b"nulA.txt", b"nul\0.txt")
        [name] = found(unpack(data))
        assert "\0" not in name

    def test_equal_names_and_those_equal_but_for_case_are_kept_apart(self, unpack):
        names = ["a.txt", "A.TXT", "a/../a.txt", "caf\u00e9.txt", "cafe\u0301.txt"]
        events = unpack(zipped({name: str(number) for number, name in enumerate(names)}))
        assert found(events) == {
            "a.txt": b"0",
            "A (2).TXT": b"1",
            "a/a.txt": b"2",
            "caf\u00e9.txt": b"3",
            "cafe\u0301 (2).txt": b"4",
        }

    def test_the_same_name_twice(self, unpack):
        with pytest.warns(UserWarning, match="Duplicate name"):
            data = zipped_entries((zipfile.ZipInfo("a.txt"), b"1"), (zipfile.ZipInfo("a.txt"), b"2"))
        assert found(unpack(data)) == {"a.txt": b"1", "a (2).txt": b"2"}

    def test_names_in_utf_8_without_the_mark_are_read_as_meant(self, unpack):
        data = zipped({"Gr\u00f6\u00dfe.txt": "x"})
        # Bit 11 of the flags, in the local header and in the directory.
        marked = data.replace(b"PK\x03\x04\x14\0\0\x08", b"PK\x03\x04\x14\0\0\0").replace(
            b"PK\x01\x02\x14\x03\x14\0\0\x08", b"PK\x01\x02\x14\x03\x14\0\0\0"
        )
        assert marked != data
        assert list(found(unpack(marked))) == ["Gr\u00f6\u00dfe.txt"]

    def test_hidden_and_system_files_are_passed_over_and_counted(self, unpack):
        events = unpack(zipped({"__MACOSX/._a.txt": "x", ".DS_Store": "x", "d/Thumbs.db": "x", "a.txt": "a"}))
        assert found(events) == {"a.txt": b"a"}
        assert notes(events) == ("3 hidden or system files in this archive were passed over.",)


class TestKinds:
    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            (stat.S_IFLNK, "links are not followed"),
            (stat.S_IFCHR, "a device"),
            (stat.S_IFBLK, "a device"),
            (stat.S_IFIFO, "a pipe"),
        ],
    )
    def test_links_and_devices_are_refused(self, unpack, kind, words):
        odd = zipfile.ZipInfo("odd")
        odd.external_attr = (kind | 0o777) << 16
        events = unpack(zipped_entries((odd, b"/etc/passwd"), (zipfile.ZipInfo("a.txt"), b"a")))
        assert words in refused(events)["odd"]
        assert found(events) == {"a.txt": b"a"}

    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_every_way_of_packing_that_python_knows(self, unpack, method):
        assert found(unpack(zipped({"a.txt": "a" * 999}, method))) == {"a.txt": b"a" * 999}

    def test_an_office_document_is_no_archive_to_be_opened(self, unpack, make_docx):
        document = make_docx("")
        assert found(unpack(zipped({"a.docx": document}))) == {"a.docx": document}

    def test_an_archive_of_nothing_is_empty(self, unpack):
        with pytest.raises(EmptyFile, match=r"box\.zip"):
            unpack(zipped({"folder/": ""}))

    def test_without_a_folder_all_is_left_inside(self, tmp_path):
        path = tmp_path / "box.zip"
        path.write_bytes(zipped({"a.txt": "a"}))
        [closed] = ArchiveLoader().read(FileOnDisk(path, path, "", 1))
        assert "left in it" in closed.notes[0]


class TestArchivesInside:
    def test_their_files_are_named_through_them(self, unpack):
        inner = zipped({"file.txt": "deep"})
        events = unpack(zipped({"inner.zip": inner, "x/inner.zip": zipped({"b.zip": inner})}))
        assert found(events) == {"inner.zip/file.txt": b"deep", "x/inner.zip/b.zip/file.txt": b"deep"}

    def test_they_are_opened_only_so_deep(self, unpack):
        data = zipped({"file.txt": "deep"})
        for _ in range(3):
            data = zipped({"in.zip": data, "beside.txt": "b"})
        events = unpack(data, archive_depth=3)  # the outermost is the first
        assert list(found(events)) == ["in.zip/in.zip/beside.txt", "in.zip/beside.txt", "beside.txt"]
        assert "3 deep (archive_depth)" in refused(events)["in.zip/in.zip/in.zip"]

    def test_they_count_towards_the_same_limits(self, unpack):
        inner = zipped({f"{number}.txt": "x" for number in range(5)})
        events = unpack(zipped({"a.zip": inner, "b.zip": inner}), archive_files=8)
        # a.zip, its 5 files, b.zip, 1 file of it: 8
        assert len(found(events)) == 5 + 1
        assert "more than 8 files" in refused(events)["b.zip/1.txt"]

    def test_a_broken_one_is_named(self, unpack):
        events = unpack(zipped({"in.zip": b"PK\x03\x04" + b"nonsense" * 9, "a.txt": "a"}))
        assert found(events) == {"a.txt": b"a"}
        assert "in.zip" in refused(events) or any("in.zip" in note for note in notes(events))


class TestLimits:
    def test_files(self, unpack):
        events = unpack(zipped({f"{number}.txt": "x" for number in range(9)}), archive_files=4)
        assert list(found(events)) == ["0.txt", "1.txt", "2.txt", "3.txt"]
        assert "(archive_files)" in refused(events)["4.txt"]
        assert notes(events) == ("4 more files were left in this archive.",)

    def test_bytes(self, unpack):
        events = unpack(zipped({"a": "x" * 600, "b": "x" * 600}), archive_bytes=1000)
        assert list(found(events)) == ["a"]
        assert "more than 1e+03 bytes" in refused(events)["b"] or "1000 bytes" in refused(events)["b"]
        assert "(archive_bytes)" in refused(events)["b"]

    def test_ratio_of_a_member(self, unpack):
        # 8 MiB of one letter pack to about 8 KiB: 1,000 to 1.
        events = unpack(zipped({"bomb": b"x" * 8 * MEBIBYTE, "a.txt": "a", "noise": _noise(400_000)}))
        assert "(archive_ratio)" in refused(events)["bomb"]
        assert set(found(events)) == {"a.txt", "noise"}

    def test_ratio_of_the_whole_archive(self, unpack):
        # Each below the size from which a single one is looked at; together 9 MiB from about 10 KB.
        events = unpack(zipped({str(number): b"x" * 3 * MEBIBYTE for number in range(3)}))
        assert list(found(events)) == ["0"]
        assert "the archive unpacks to more than 200 bytes for each" in refused(events)["1"]

    def test_small_files_may_be_packed_as_well_as_they_like(self, unpack):
        assert len(found(unpack(zipped({"a.txt": b"x" * MEBIBYTE})))) == 1

    def test_sizes_that_a_file_claims_count_for_nothing(self, unpack):
        data = zipped({"bomb": b"x" * 8 * MEBIBYTE})
        lying = data.replace(struct.pack("<L", 8 * MEBIBYTE), struct.pack("<L", 8))
        events = unpack(lying)
        assert list(found(events)) == []
        assert list(refused(events)) == ["bomb"]


def _noise(count: int) -> bytes:
    return b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(count // 32))


class TestPasswords:
    @pytest.fixture(params=["zip-crypto", "aes"])
    def locked(self, request) -> bytes:
        """An archive of a.txt, "Returns are free." under the password "swordfish"."""
        return ZIP_CRYPTO if request.param == "zip-crypto" else _aes()

    def test_the_one_that_fits_opens_it(self, unpack, locked):
        assert found(unpack(locked, "wrong", "swordfish")) == {"a.txt": b"Returns are free."}

    @pytest.mark.parametrize("given", [(), ("wrong",)])
    def test_without_it_the_archive_asks_for_it(self, unpack, locked, given):
        with pytest.raises(EncryptedFile, match="--password"):
            unpack(locked, *given)

    def test_a_wrong_password_that_looks_right_is_found_out(self, unpack):
        # One check byte: about one wrong password in 256 passes it. 2,000 of them hold some.
        wrong = tuple(f"wrong {number}" for number in range(2000))
        assert found(unpack(ZIP_CRYPTO, *wrong, "swordfish")) == {"a.txt": b"Returns are free."}

    def test_where_only_some_are_locked_the_others_come_out(self, unpack):
        events = unpack(_aes({"open.txt": b"open"}))
        assert found(events) == {"open.txt": b"open"}
        assert "protected by a password" in refused(events)["a.txt"]
        assert [event.locked for event in events if isinstance(event, MemberRefused)] == [True]


def _aes(plain: Mapping[str, bytes] = {}) -> bytes:
    import pyzipper

    data = io.BytesIO()
    with pyzipper.AESZipFile(data, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        for name, content in plain.items():
            archive.writestr(name, content)
        archive.setpassword(b"swordfish")
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        archive.writestr("a.txt", b"Returns are free.")
    return data.getvalue()


def _zip_crypto(content: bytes, password: bytes) -> bytes:
    """One member in the old encryption, which the standard library reads and does not write."""
    table = [_crc(number) for number in range(256)]
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = keys[0] >> 8 ^ table[(keys[0] ^ byte) & 0xFF]
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = keys[2] >> 8 ^ table[(keys[2] ^ keys[1] >> 24) & 0xFF]

    def encrypted(byte: int) -> int:
        word = keys[2] | 2
        stream = word * (word ^ 1) >> 8 & 0xFF
        update(byte)
        return byte ^ stream

    for byte in password:
        update(byte)
    checksum = zipfile.crc32(content)
    body = bytes(encrypted(byte) for byte in bytes(11) + bytes([checksum >> 24]) + content)
    name = b"a.txt"
    shared = struct.pack("<5H3L2H", 20, 1, 0, 0, 33, checksum, len(body), len(content), len(name), 0)
    local = b"PK\x03\x04" + shared + name + body
    directory = b"PK\x01\x02" + struct.pack("<H", 20) + shared + struct.pack("<3H2L", 0, 0, 0, 0, 0) + name
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(local), 0)
    return local + directory + end


def _crc(number: int) -> int:
    for _ in range(8):
        number = number >> 1 ^ (0xEDB88320 if number & 1 else 0)
    return number


ZIP_CRYPTO = _zip_crypto(b"Returns are free.", b"swordfish")


class TestDamage:
    def test_a_damaged_member_is_named_and_the_rest_is_read(self, unpack):
        data = bytearray(
            zipped({"a.txt": "a" * 50, "b.txt": "b" * 50, "c.txt": "c" * 50}, zipfile.ZIP_STORED)
        )
        data[data.index(b"b" * 50) + 10] ^= 1
        events = unpack(bytes(data))
        assert list(found(events)) == ["a.txt", "c.txt"]
        assert "b.txt could not be taken out" in refused(events)["b.txt"]

    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    def test_without_its_directory_what_stands_whole_is_read(self, unpack, method):
        data = zipped({"a.txt": "first " * 50, "d/": "", "d/b.txt": _noise(3200)}, method)
        cut = data[: data.index(b"PK\x01\x02") - 100]
        events = unpack(cut)
        assert found(events) == {"a.txt": b"first " * 50}
        assert "its end is missing" in refused(events)["d/b.txt"]
        assert "damaged" in notes(events)[0]

    def test_also_where_the_sizes_stand_behind_each_member(self, unpack):
        class Pipe(io.RawIOBase):
            """Cannot seek, so that zipfile writes sizes behind the members."""

            def __init__(self) -> None:
                self.data = b""

            def writable(self) -> bool:
                return True

            def write(self, piece) -> int:
                self.data += bytes(piece)
                return len(piece)

        pipe = Pipe()
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.txt", "first " * 50)
            archive.writestr("b.txt", "second " * 50)
        cut = pipe.data[: pipe.data.index(b"PK\x01\x02")]
        assert found(unpack(cut)) == {"a.txt": b"first " * 50, "b.txt": b"second " * 50}

    def test_nonsense_is_damage_in_words(self, unpack):
        with pytest.raises(DamagedFile, match=r"box\.zip is a damaged archive"):
            unpack(b"PK\x03\x04" + b"\xff" * 10)

    def test_whatever_is_flipped_nothing_else_is_raised(self, unpack):
        data = zipped({"a.txt": "first " * 20, "in.zip": zipped({"b.txt": "second"})})
        for position in range(len(data)):
            flipped = bytearray(data)
            flipped[position] ^= 0xFF
            with suppress(DamagedFile, EncryptedFile, EmptyFile):
                events = unpack(bytes(flipped))
                assert isinstance(events[-1], Closed)
                for event in events:
                    if isinstance(event, MemberFound):
                        event.file.unlink()
