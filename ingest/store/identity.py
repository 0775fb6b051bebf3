"""What a store was made with, and the refusal to mix it with anything else."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass
from typing import Self

from ingest.embedding.protocol import EmbedderIdentity
from ingest.errors import CollectionNotFound, EmbedderMismatch, StoreDamaged, StoreError
from ingest.store.layout import FORMAT_VERSION, StoreLayout
from ingest.store.schema import APPLICATION_ID, is_empty, read_meta, write_meta

_IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class StoreIdentity:
    """What the store was made with. A search with anything else would compare what cannot be compared."""

    embedder: EmbedderIdentity
    splitter: str

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises TypeError, ValueError or KeyError for anything but the work of `to_json`."""
        values = json.loads(text)
        return cls(EmbedderIdentity(**values["embedder"]), values["splitter"])

    def to_json(self) -> str:
        """Equal identities, and only those, give equal texts."""
        return json.dumps({"embedder": asdict(self.embedder), "splitter": self.splitter}, sort_keys=True)


def read_identity(connection: sqlite3.Connection, layout: StoreLayout) -> StoreIdentity:
    """What the store was made with, once it is clear that the file is a store of this format."""
    if is_empty(connection):
        raise CollectionNotFound(
            f"The collection '{layout.name}' holds nothing ({layout.database} is empty). "
            f"Make it with `refdesk ingest PATH -c {layout.name}`."
        )
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise StoreDamaged(
            f"{layout.database} is an SQLite file, but not one that Refdesk made. Move it away."
        )
    if version != FORMAT_VERSION:
        raise StoreError(
            f"The collection '{layout.name}' has format {version} and this Refdesk reads {FORMAT_VERSION}. "
            + ("Upgrade Refdesk." if version > FORMAT_VERSION else _ingest_anew())
        )
    try:
        return StoreIdentity.from_json(str(read_meta(connection, _IDENTITY)))
    except (TypeError, ValueError, KeyError) as error:
        raise StoreDamaged(
            f"{layout.database} does not say which embedder it was made with ({error}). {_ingest_anew()}"
        ) from error


def refuse_mismatch(
    made_with: StoreIdentity, embedder: EmbedderIdentity | None, splitter: str | None, layout: StoreLayout
) -> None:
    """Raise EmbedderMismatch, naming each difference, unless what is asked for fits; None fits."""
    differences = []
    if embedder is not None:
        made, asked = asdict(made_with.embedder), asdict(embedder)
        differences = [
            f"{name} {made[name]!r}, not {asked[name]!r}" for name in made if made[name] != asked[name]
        ]
    if splitter is not None and splitter != made_with.splitter:
        differences.append(f"splitter {made_with.splitter!r}, not {splitter!r}")
    if differences:
        raise EmbedderMismatch(
            f"The collection '{layout.name}' was made with {'; '.join(differences)}. "
            "The two cannot be mixed. Go back to those settings, embed it anew with `refdesk reembed "
            f"-c {layout.name}`, or: {_ingest_anew()}"
        )


def write_identity(connection: sqlite3.Connection, identity: StoreIdentity) -> None:
    write_meta(connection, _IDENTITY, identity.to_json())


def is_made_with(connection: sqlite3.Connection, identity: StoreIdentity) -> bool:
    """Whether this is what the store was made with, as of the caller's transaction."""
    return read_meta(connection, _IDENTITY) == identity.to_json()


def refuse_reembedded(connection: sqlite3.Connection, opened: StoreIdentity, layout: StoreLayout) -> None:
    """Raise EmbedderMismatch if the store is no longer made with what it was when it was opened."""
    if not is_made_with(connection, opened):
        raise EmbedderMismatch(
            f"The collection '{layout.name}' was re-embedded meanwhile: open it again. "
            "Nothing was changed by this call."
        )


def _ingest_anew() -> str:
    return "Ingest into a new collection: `refdesk ingest PATH -c NEW_NAME`."
