"""Copies of dropped files that could not be read: kept for another try as long as a report tells of them."""

from __future__ import annotations

import logging
from collections.abc import Collection as Several
from collections.abc import Sequence

from apps.chat.known_documents import documents_of
from apps.chat.shared import EXPECTED
from apps.jobs.jobs import Jobs
from apps.jobs.types import Job, JobOrder
from rag import Collection
from rag.dropped_files import DroppedFiles

_LOGGER = logging.getLogger(__name__)


def begin_reading(collection: Collection, order: JobOrder, passwords: Sequence[str] = ()) -> None:
    """Start a job. The oldest reports may leave for its own: what they alone told of goes with them.

    Raises JobRefused where no process can be started.
    """
    before = Jobs().of_collection(collection.name)
    Jobs().start(order, passwords)
    left = {job.id for job in Jobs().of_collection(collection.name)}
    gone = {path for job in before if job.id not in left for path in job.order.paths}
    try:
        _delete_unread(collection, gone)
    except EXPECTED:  # the files are being read all the same
        _LOGGER.warning("copies of files that were not read could not be deleted", exc_info=True)


def dismiss(collection: Collection, id: str) -> None:
    """Forget a job that has ended, and the copies of dropped files that it did not get read.

    Raises JobRefused for one at work, StoreError where a copy stays.
    """
    order = Jobs().job(id).order
    Jobs().forget(id)
    _delete_unread(collection, order.paths)


def unread_copies(collection: Collection, job: Job) -> int:
    """How many copies of dropped files go with the job's report: no document is of them."""
    dropped = DroppedFiles(collection.folder)
    mine = {path for path in job.order.paths if dropped.holds(path)}
    if not mine:
        return 0
    unread = dropped.without_document(each.path for each in documents_of(collection))
    return sum(1 for file in unread if str(file) in mine)


def _delete_unread(collection: Collection, paths: Several[str]) -> None:
    """Delete those of the dropped files of which no document is, and of which no other job tells."""
    if not paths:
        return
    dropped = DroppedFiles(collection.folder)
    told = {path for job in Jobs().of_collection(collection.name) for path in job.order.paths}
    for file in dropped.without_document(each.path for each in collection.documents()):
        if str(file) in paths and str(file) not in told:
            dropped.delete(file)
