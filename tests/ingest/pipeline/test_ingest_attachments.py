"""Mails and what is attached to them; files in files in files."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest


def mail(text: str, **attachments: str | bytes) -> bytes:
    """A mail with these files attached; `_` in a name stands for its dot."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "News", "ada@example.org", "bob@example.org"
    message.set_content(text)
    for name, content in attachments.items():
        data = content if isinstance(content, bytes) else content.encode()
        message.add_attachment(data, "application", "octet-stream", filename=name.replace("_", "."))
    return bytes(message)


def packed(members: dict[str, str | bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


class TestAttachments:
    def test_are_documents_of_their_own(self, desk) -> None:
        desk.write("m.eml", mail("The gate shuts.", att_txt="The door opens."))
        assert desk.outcomes(desk.ingest()) == {"m.eml": "ingested", "m.eml/att.txt": "ingested"}
        assert desk.outcomes(desk.ingest()) == {"m.eml": "unchanged", "m.eml/att.txt": "unchanged"}
        assert desk.found("door") == {"att.txt"}

    def test_an_interruption_behind_the_mail_loses_none(self, desk, monkeypatch) -> None:
        desk.write("m.eml", mail("The gate shuts.", att_txt="The door opens."))
        put = desk.store.put

        def stop_at_the_second(document, *rest, **more) -> None:
            if desk.store.sources():
                raise KeyboardInterrupt
            put(document, *rest, **more)

        with monkeypatch.context() as patched:
            patched.setattr(desk.store, "put", stop_at_the_second)
            with pytest.raises(KeyboardInterrupt):
                desk.ingest()
        assert len(desk.store.sources()) == 1
        assert desk.outcomes(desk.ingest()) == {"m.eml": "unchanged", "m.eml/att.txt": "ingested"}
        assert desk.outcomes(desk.ingest()) == {"m.eml": "unchanged", "m.eml/att.txt": "unchanged"}

    def test_a_bad_one_is_told_again_in_each_run(self, desk) -> None:
        desk.write("m.eml", mail("The gate shuts.", bad_pdf=b"%PDF-1.7\nnothing of the sort"))
        desk.ingest()
        report = desk.ingest()
        assert desk.outcomes(report) == {"m.eml": "unchanged", "m.eml/bad.pdf": "failed"}
        assert report.exit_status == 1

    def test_follow_a_renamed_mail(self, desk) -> None:
        old = desk.write("m.eml", mail("The gate shuts.", att_txt="The door opens."))
        desk.ingest()
        old.rename(desk.docs / "n.eml")
        desk.ingest(sync=True)
        assert below(desk) == ["n.eml", "n.eml/att.txt"]

    def test_a_copy_holds_them_when_the_first_is_gone(self, desk) -> None:
        content = mail("The gate shuts.", att_txt="The door opens.")
        first = desk.write("a.eml", content)
        desk.write("b.eml", content)
        desk.ingest()
        first.unlink()
        desk.ingest(sync=True)
        assert below(desk) == ["b.eml", "b.eml/att.txt"]
        assert desk.found("door") == {"att.txt"}

    def test_a_copy_of_a_mail_without_any_is_done_with_at_once(self, desk, monkeypatch) -> None:
        desk.write("a.eml", mail("The gate shuts."))
        desk.ingest()
        desk.write("b.eml", mail("The gate shuts."))
        desk.ingest()
        monkeypatch.setattr("ingest.loaders.mail.MailLoader.read", None)
        assert desk.outcomes(desk.ingest()) == {"a.eml": "unchanged", "b.eml": "unchanged"}

    def test_of_a_mail_that_was_only_touched_are_unchanged(self, desk) -> None:
        import os

        path = desk.write("m.eml", mail("The gate shuts.", att_txt="The door opens."))
        desk.ingest()
        os.utime(path, ns=(10**18, 10**18))
        assert desk.outcomes(desk.ingest()) == {"m.eml": "unchanged", "m.eml/att.txt": "unchanged"}

    def test_are_forgotten_when_the_mail_has_none_any_more(self, desk) -> None:
        desk.write("m.eml", mail("The gate shuts.", att_txt="The door opens."))
        desk.ingest()
        desk.write("m.eml", mail("The gate is shut."))
        assert desk.outcomes(desk.ingest()) == {"m.eml": "replaced", "m.eml/att.txt": "removed"}
        assert desk.found("door") == set()


class TestFilesInFilesInFiles:
    def test_stay_when_something_else_in_the_archive_changes(self, desk) -> None:
        inner = mail("The gate shuts.", att_txt="The door opens.")
        desk.write("a.zip", packed({"m.eml": inner}))
        desk.ingest()
        desk.write("a.zip", packed({"m.eml": inner, "new.txt": "The bridge is up."}))
        assert desk.outcomes(desk.ingest()) == {
            "a.zip/m.eml": "unchanged",
            "a.zip/m.eml/att.txt": "unchanged",
            "a.zip/new.txt": "ingested",
        }

    def test_an_archive_attached_to_a_mail_stays_and_is_not_called_removed(self, desk) -> None:
        inner = packed({"in.txt": "The door opens."})
        desk.write("m.eml", mail("The gate shuts.", x_zip=inner))
        desk.ingest()
        assert "removed" not in desk.outcomes(desk.ingest(sync=True)).values()
        desk.write("m.eml", mail("The gate is shut.", x_zip=inner))
        assert desk.outcomes(desk.ingest(sync=True)) == {
            "m.eml": "replaced",
            "m.eml/x.zip/in.txt": "unchanged",
        }
        assert desk.store.archives() == {}

    def test_a_failure_deep_inside_is_told_again(self, desk) -> None:
        broken = mail("The gate shuts.", bad_pdf=b"%PDF-1.7\nnothing of the sort")
        desk.write("a.zip", packed({"m.eml": broken}))
        assert desk.ingest().exit_status == 1
        assert desk.ingest().exit_status == 1

    def test_patterns_that_pass_over_the_container_do_not_forget_them(self, desk) -> None:
        desk.write("a.zip", packed({"in.txt": "The door opens."}))
        desk.write("m.eml", mail("The gate shuts.", att_txt="The bridge is up."))
        desk.write("other.txt", "The ferry is late.")
        desk.ingest()
        desk.ingest(sync=True, exclude=["*.zip", "*.eml"])
        assert below(desk) == ["a.zip/in.txt", "m.eml", "m.eml/att.txt", "other.txt"]

    def test_an_archive_that_becomes_a_text_gives_way(self, desk) -> None:
        desk.write("a.zip", packed({"in.txt": "The door opens."}))
        desk.ingest()
        desk.write("a.zip", "The gate shuts.")
        assert desk.outcomes(desk.ingest()) == {"a.zip": "ingested", "a.zip/in.txt": "removed"}
        assert desk.store.archives() == {}
        assert desk.store.check() == []


def below(desk) -> list[str]:
    return sorted(path.removeprefix(f"{desk.docs}/") for path in desk.store.sources())
