"""Archives, and mails with attachments: files that hold files."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ingest.errors import UnreadableFile
from ingest.intake_events import MembersEnded
from ingest.outcomes import Outcomes
from ingest.plan import Plan
from ingest.report import FileOutcome
from ingest.store.records import SourceFile
from ingest.store.store import Store


def close_container(
    ended: MembersEnded, plan: Plan, known: Mapping[str, SourceFile], store: Store, outcomes: Outcomes
) -> None:
    """Account for a file whose members all have their outcomes: forget those that it holds no more.

    An archive is remembered as done, so that the next run need not look into it, once no member failed.
    """
    path = ended.source.path
    still_inside = set(ended.members)
    for refused in ended.refused:
        refused_path = os.path.join(path, refused.name)  # noqa: PTH118 - a name from inside, kept as it is
        still_inside.add(refused_path)
        outcomes.record_refusal(refused_path, None, UnreadableFile(refused.reason), 0.0)
    vanished = [member for member in plan.inside.get(path, ()) if member not in still_inside]
    if ended.is_archive and path in known:  # it was a document before
        vanished.append(path)
    if vanished:
        store.remove(vanished)
        for member in vanished:
            outcomes.record(FileOutcome(member, "removed", f"no longer in {path}"))
    if not ended.is_archive:
        return
    members = [outcomes.of(member) for member in ended.members]
    if not ended.refused and all(member and member.outcome != "failed" for member in members):
        store.remember_archive(ended.source)
    if not ended.members and not ended.refused:
        outcomes.record(FileOutcome(path, "skipped", "an archive that holds no file to read"))
