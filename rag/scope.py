"""What a search looks through: the documents that a filter leaves, and what to say where it leaves none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.document_filter import Condition, DocumentFilter
from ingest.media_names import media_name
from ingest.store.store import Store
from rag.errors import EmptyCollection, NoSuchDocument
from rag.neutralising import neutralised_name
from rag.reading import file_name

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One condition of a filter: how many documents it and those before it leave, also in words.

    The words go on from those of the conditions before: "2 of these are of type pdf".
    """

    condition: Condition
    documents: int
    words: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search looks through: so many of the documents that are here, and what each condition left."""

    documents: int
    narrowings: tuple[Narrowing, ...]

    @property
    def searched(self) -> int:
        """How many documents all conditions together leave."""
        return self.narrowings[-1].documents if self.narrowings else self.documents


def combined(document: str | None, only: DocumentFilter | None) -> DocumentFilter | None:
    """The filter, with a pattern as one more condition. Raises ValueError where it has patterns itself."""
    if document is None:
        return only
    if only is None:
        return DocumentFilter(documents=document)
    if only.documents:
        raise ValueError(f"Both {document!r} and the filter say which documents. Say it in one of them.")
    return replace(only, documents=document)


def documents_to_search(store: Store, only: DocumentFilter | None) -> frozenset[int] | None:
    """Ids of the documents that the filter leaves, None for all. Raises EmptyCollection, NoSuchDocument."""
    if not store.holds_documents():
        raise EmptyCollection(
            "This collection holds no documents yet. Put some in: refdesk ingest FOLDER -c NAME"
        )
    documents = store.document_ids(only)
    if only is not None and documents is not None and not documents:
        raise NoSuchDocument(_nothing_left(store, only))
    return documents


def read_scope(store: Store, only: DocumentFilter | None) -> Scope:
    """What the filter leaves, condition by condition. Raises EmptyCollection, NoSuchDocument."""
    documents_to_search(store, only)
    here = len(store.all_document_ids())
    if only is None:
        return Scope(here, ())
    steps = store.narrowed(only)
    return Scope(here, _narrowings(only, [(condition, len(left)) for condition, left in steps]))


def _narrowings(only: DocumentFilter, left: Sequence[tuple[Condition, int]]) -> tuple[Narrowing, ...]:
    return tuple(
        Narrowing(
            condition, count, f"{count:,}{' of these' if place else ''} {_fits(only, condition, count)}"
        )
        for place, (condition, count) in enumerate(left)
    )


def _nothing_left(store: Store, only: DocumentFilter) -> str:
    """Which condition left nothing, and what there is instead."""
    steps = store.narrowed(only)
    empty = next((place for place, (_, left) in enumerate(steps) if not left), None)
    if empty is None:  # another process put the document in meanwhile
        return "No document here was found by this filter, and now one is. Ask again."
    condition = steps[empty][0]
    before = steps[empty - 1][1] if empty else store.all_document_ids()
    there = _there(store, condition, before)
    if condition == "documents":
        return f"No document here {_fits(only, condition, 0)}. {there}"
    told = [step.words for step in _narrowings(only, [(name, len(left)) for name, left in steps[:empty]])]
    told.append(f"none{' of these' if empty else ''} {_fits(only, condition, 0)}")
    return f"Of {_counted(len(store.all_document_ids()), 'document')} here {_listed(told, 'and')}. {there}"


def _fits(only: DocumentFilter, condition: Condition, count: int) -> str:
    """What the documents do that fulfil the condition, as said of so many."""
    verb = "are" if count > 1 else "is"
    if condition == "documents":
        return f"{'match' if count > 1 else 'matches'} {_quoted(only.documents)}"
    if condition == "folders":
        return f"{'lie' if count > 1 else 'lies'} in the folder {_quoted(only.folders)}"
    if condition == "types":
        return f"{verb} of type {_listed(only.types, 'or')}"
    if condition == "languages":
        return f"{verb} known to be in {_listed(only.languages, 'or')}"
    if only.since is None:
        return f"{verb} dated until {only.until}"
    return f"{verb} dated since {only.since}" + ("" if only.until is None else f" and until {only.until}")


def _there(store: Store, condition: Condition, ids: frozenset[int]) -> str:
    """What there is of the kind that the condition asks for, among these documents."""
    kinds = store.document_kinds(ids)
    if condition == "documents":
        some = ", ".join(neutralised_name(file_name(path)) for path in kinds.paths[:_MOST_NAMED])
        return (
            f"There are {len(kinds.paths):,}, among them {some}. A path, a file name, a part of it or a "
            "pattern such as '*.pdf' will do."
        )
    if condition == "folders":
        folders = list(dict.fromkeys(path.rpartition("/")[0] for path in kinds.paths))
        some = ", ".join(map(neutralised_name, folders[:_MOST_NAMED]))
        return f"There are documents in {some}{' and others' if len(folders) > _MOST_NAMED else ''}."
    if condition == "types":
        return f"There are: {_with_counts((media_name(kind), count) for kind, count in kinds.media_types)}."
    if condition == "languages":
        return (
            f"There are: {_with_counts((code or 'unknown', count) for code, count in kinds.languages)}. A "
            "document whose language is unknown matches none."
        )
    return f"Their dates run from {kinds.first_day} to {kinds.last_day}."


def _quoted(values: Iterable[str]) -> str:
    return _listed([repr(value) for value in values], "or")


def _with_counts(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} ({count:,})" for name, count in counts)


def _listed(words: Sequence[str], last: str) -> str:
    """ "one", "one or two", "one, two or three"."""
    return f" {last} ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
