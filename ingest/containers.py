"""Archives, and mails with attachments: files that hold files."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ingest.errors import EncryptedFile, UnreadableFile
from ingest.intake_events import MembersEnded
from ingest.outcomes import Outcomes
from ingest.plan import Plan
from ingest.report import FileOutcome
from ingest.store.records import SourceFile
from ingest.store.store import Store


def record_refused_members(ended: MembersEnded, outcomes: Outcomes) -> None:
    """What was left in its file, in the report like any file."""
    for refused in ended.refused:
        path = os.path.join(ended.source.path, refused.name)  # noqa: PTH118 - a name from inside, kept as it is
        kind = EncryptedFile if refused.locked else UnreadableFile
        outcomes.record_refusal(path, None, kind(refused.reason), 0.0)


def close_container(
    ended: MembersEnded, plan: Plan, known: Mapping[str, SourceFile], store: Store, outcomes: Outcomes
) -> None:
    """Account for a file whose members all have their outcomes: forget those that it holds no more.

    It is remembered as done, so that the next run need not look into it, once no member failed.
    """
    path = ended.source.path
    vanished = [member for member in plan.inside.get(path, ()) if member not in set(ended.members)]
    if ended.is_archive and path in known:  # it was a document before
        vanished.append(path)
    if vanished:
        store.remove(vanished)
        for member in vanished:
            outcomes.record(FileOutcome(member, "removed", f"no longer in {path}"))
    members = [outcomes.of(member) for member in ended.members]
    if all(member is not None and member.outcome != "failed" for member in members):
        if not ended.is_archive:
            store.touch(ended.source)
        elif path in plan.paths_to_read:
            store.remember_archive(ended.source)
    if ended.is_archive and not members:
        outcomes.record(FileOutcome(path, "skipped", "an archive that holds no file to read"))
