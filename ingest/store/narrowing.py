"""Which documents fulfil a filter, and of what kinds some are. Each runs in its caller's transaction."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection

from ingest.document_filter import Condition, DocumentFilter
from ingest.store import documents
from ingest.store.filters import lies_in, matching_sources
from ingest.store.records import DocumentKinds

# A source's day: the one its document was written on, perhaps a month or a year alone; else that of the
# file's last change. A time below zero stands for one so shortly before the file was read that the file may
# have changed again (see `ingest.plan`).
_SOURCES = """
    (SELECT path, document_id, media_type, language,
         CASE WHEN written GLOB '[0-9][0-9][0-9][0-9]*' THEN substr(written, 1, 10)
              WHEN modified_ns >= 0 THEN date(modified_ns / 1000000000, 'unixepoch')
              ELSE substr(ingested_at, 1, 10) END AS day
     FROM source JOIN document ON document.id = source.document_id)
"""

_FITTING = f"""
    SELECT path, document_id FROM {_SOURCES}
    WHERE (:types IS NULL OR media_type IN (SELECT value FROM json_each(:types)))
        AND (:languages IS NULL OR language IN (SELECT value FROM json_each(:languages)))
        AND (:first_day IS NULL OR day || substr('9999-12-31', length(day) + 1) >= :first_day)
        AND (:last_day IS NULL OR day || substr('0001-01-01', length(day) + 1) <= :last_day)
"""  # noqa: S608 - a constant

_COUNTED = """
    SELECT {column}, count(*) AS count FROM document
    WHERE id IN (SELECT value FROM json_each(:ids)) GROUP BY 1 ORDER BY count DESC, 1
"""


def fitting_documents(connection: sqlite3.Connection, only: DocumentFilter) -> frozenset[int]:
    """Ids of the documents that fulfil all conditions under one of their paths."""
    rows: list[tuple[bytes, int]] = connection.execute(
        _FITTING,
        {
            "types": _json_array(only.media_types),
            "languages": _json_array(only.languages),
            "first_day": only.first_day,
            "last_day": only.last_day,
        },
    ).fetchall()
    found = {os.fsdecode(path): document_id for path, document_id in rows}
    if only.folders:
        found = {
            path: document_id
            for path, document_id in found.items()
            if any(lies_in(folder, path) for folder in only.folders)
        }
    if only.documents:
        # Of all sources, so that a pattern means the same whatever else is asked.
        sources = list(documents.sources(connection))
        meant = {path for pattern in only.documents for path, _ in matching_sources(pattern, sources)}
        found = {path: document_id for path, document_id in found.items() if path in meant}
    return frozenset(found.values())


def narrowed(connection: sqlite3.Connection, only: DocumentFilter) -> list[tuple[Condition, frozenset[int]]]:
    """Each condition that is given, with the documents that it and those before it leave."""
    return [
        (condition, fitting_documents(connection, only.up_to(condition))) for condition in only.conditions
    ]


def read_kinds(connection: sqlite3.Connection, ids: Collection[int]) -> DocumentKinds:
    """What kinds of documents these are."""
    among = {"ids": json.dumps(list(ids))}
    rows = connection.execute(
        f"SELECT path, day FROM {_SOURCES} WHERE document_id IN (SELECT value FROM json_each(:ids)) "  # noqa: S608 - a constant
        "ORDER BY path",
        among,
    ).fetchall()
    days = [day for _, day in rows]
    return DocumentKinds(
        paths=tuple(os.fsdecode(path) for path, _ in rows),
        media_types=tuple(connection.execute(_COUNTED.format(column="media_type"), among)),
        languages=tuple(connection.execute(_COUNTED.format(column="language"), among)),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
    )


def _json_array(values: Collection[str]) -> str | None:
    return json.dumps(sorted(values)) if values else None
