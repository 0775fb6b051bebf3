"""Read, split, embed, write: files become searchable, each in a transaction of its own.

Reading and splitting go on in a thread of their own (`intake`) while what was read is embedded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress

from ingest.errors import StoreError
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.outcomes import Outcomes
from ingest.patterns import Patterns
from ingest.plan import plan_ingest
from ingest.progress import Progress, ProgressMeter
from ingest.report import FileOutcome, IngestReport
from ingest.run import Run
from ingest.settings import IngestSettings
from ingest.store.store import Store
from ingest.tools import Tools
from ingest.ways_of_reading import reading_of


def ingest(
    store: Store,
    paths: Sequence[str | os.PathLike[str]],
    tools: Callable[[], Tools],
    *,
    sync: bool = False,
    patterns: Patterns = Patterns(),  # noqa: B008 - frozen: one default for all calls is the same
    options: LoadOptions = DEFAULT_OPTIONS,
    settings: IngestSettings = IngestSettings(),  # noqa: B008 - likewise
    progress: Callable[[Progress], None] = lambda _: None,
    outcome: Callable[[FileOutcome], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> IngestReport:
    """Bring the store up to date with the named files and folders.

    `patterns` choose among what is met in folders. A file that cannot be read is named in the report and
    stops nothing. With `sync`, what vanished from a named folder is removed, and what was only renamed is
    not read again. `outcome` is told what became of a path as soon as that is known; the last word on a path
    counts. `tools` is called when the first file has to be read. `cancelled` is asked often; the
    report then says what was left, and the next run goes on from there, also inside a large file. Ctrl-C
    may come at any moment: documents are whole or absent, and the exception passes through.

    Raises `NothingToIngest`, and `StoreError` where the store takes no more; what was reported as done
    until then is safe.
    """
    meter = ProgressMeter(progress)
    meter.tell("planning")
    known = store.sources()
    reading = reading_of(options)
    refused = store.refusals(reading)
    incomplete = store.incomplete(reading)
    plan = plan_ingest(
        paths,
        known,
        archives=store.archives(),
        refused={path: refusal.source for path, refusal in refused.items()},
        incomplete=incomplete,
        sync=sync,
        patterns=patterns,
    )
    named = (os.fspath(file.path) for file in plan.to_read if file.named)
    outcomes = Outcomes(known, refused, named, reading, outcome)
    run = Run(store, outcomes, incomplete, plan, settings, meter, cancelled)
    try:
        run.carry_out(tools, options)
    except KeyboardInterrupt:
        meter.tell("interrupted")
        raise
    except StoreError as error:
        raise type(error)(f"{error} {run.what_is_safe()}") from error
    finally:
        with suppress(StoreError):  # else they are read once more
            store.remember_refusals(outcomes.take_to_remember())
    store.compact()  # whoever keeps the store open searches as quickly as one who opens it anew
    return run.report()
