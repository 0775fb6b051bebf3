"""Model files from the Hugging Face Hub, through its own client.

The client's `hf_hub_download` throws away what arrived when it is interrupted. So only its session,
addresses and metadata are used here, and the bytes are appended to a file that survives.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from machine.catalogue import CatalogueFile, HubSource
from machine.errors import DownloadFailed, HubUnreachable, ModelDamaged
from machine.staging import Staging

if TYPE_CHECKING:
    from httpx2 import Client, Response

ENDPOINT_VARIABLE = "HF_ENDPOINT"

#: `fetch_from_hub` calls this with a note (or none) and the bytes of the model that are here.
Report = Callable[[str, int], None]

_PROBE_SECONDS = 3.0
_TRANSFER_TIMEOUT_SECONDS = 20.0
_FRUITLESS_TRIES = 3
_PAUSE_SECONDS = 1.0
_PARTIAL_CONTENT = 206
_NOTHING_LEFT = 416
_SERVER_ERROR = 500


def fetch_from_hub(source: HubSource, staging: Staging, report: Report) -> None:
    """Bring the model's missing files into staging, each checked.

    Raises HubUnreachable within seconds, DownloadFailed (what arrived is kept) or ModelDamaged.
    """
    _silence_telemetry()
    endpoint = hub_endpoint()
    report(f"Asking {host_of(endpoint)}", staging.here_bytes())
    probe(endpoint)
    for file in staging.missing():
        _fetch_file(source, file, staging, endpoint, report)


def hub_endpoint() -> str:
    """The hub's address: what `HF_ENDPOINT` says now, else the client's own."""
    from huggingface_hub import constants

    return os.environ.get(ENDPOINT_VARIABLE, "").strip().rstrip("/") or str(constants.ENDPOINT)


def host_of(endpoint: str) -> str:
    return urlsplit(endpoint).netloc or endpoint


def probe(endpoint: str, deadline_seconds: float = _PROBE_SECONDS) -> None:
    """Raise HubUnreachable unless the hub answers anything within the deadline. No second try."""
    outcome: list[str] = []

    def ask() -> None:
        from huggingface_hub import get_session

        try:
            status = (
                get_session().head(endpoint, timeout=deadline_seconds, follow_redirects=False).status_code
            )
            outcome.append(f"it answered with status {status}" if status >= _SERVER_ERROR else "")
        except _transfer_errors() as error:
            outcome.append(_in_words(error))

    # In a thread of its own because looking up a name obeys no timeout where name servers do not answer.
    thread = threading.Thread(target=ask, daemon=True, name="hub probe")
    thread.start()
    thread.join(deadline_seconds + 0.5)
    trouble = outcome[0] if outcome else f"no answer within {deadline_seconds:.0f} seconds"
    if trouble:
        raise HubUnreachable(f"Cannot reach the hub at {host_of(endpoint)}: {trouble}.")


def _fetch_file(
    source: HubSource, file: CatalogueFile, staging: Staging, endpoint: str, report: Report
) -> None:
    from huggingface_hub import get_session, hf_hub_url

    name = source.hub_name(file.name)
    url = hf_hub_url(source.repository, name, revision=source.revision, endpoint=endpoint)
    origin = f"{host_of(endpoint)} ({source.repository})"
    partial = staging.partial("hub", file.name)
    before = staging.here_bytes()
    _check_announcement(url, file, endpoint, origin)
    began_at = _size(partial)
    if began_at:
        report(f"Going on with {file.name} after {began_at / 1e6:,.0f} MB", before + began_at)
    try:
        _transfer(get_session(), url, partial, file, lambda size: report("", before + size), origin)
        staging.accept(file, partial, origin)
    except ModelDamaged:
        partial.unlink(missing_ok=True)
        if not began_at:
            raise
        # What an earlier try left may be to blame: once more from the first byte, then believe it.
        report(f"What was left of {file.name} was damaged; starting it again", before)
        _transfer(get_session(), url, partial, file, lambda size: report("", before + size), origin)
        staging.accept(file, partial, origin)


def _check_announcement(url: str, file: CatalogueFile, endpoint: str, origin: str) -> None:
    """Ask for the file's size and hash before its bytes: another file costs one request, not a gigabyte."""
    from huggingface_hub import get_hf_file_metadata

    try:
        announced = get_hf_file_metadata(url, endpoint=endpoint, library_name="refdesk")
    except _transfer_errors() as error:
        raise DownloadFailed(f"{origin} did not give {file.name}: {_in_words(error)}.") from error
    looks_like_sha256 = len(announced.etag or "") == len(file.sha256)
    if announced.size not in (None, file.size_bytes) or (looks_like_sha256 and announced.etag != file.sha256):
        raise ModelDamaged(
            f"{origin} has another {file.name} than the catalogue: it announces {announced.size} bytes and "
            f"the hash {announced.etag}. It was not downloaded."
        )


def _transfer(
    session: Client, url: str, partial: Path, file: CatalogueFile, arrived: Callable[[int], None], origin: str
) -> None:
    """Append the file's remaining bytes to `partial`, asking again after an interruption."""
    fruitless = 0
    while (start := _size(partial)) < file.size_bytes:
        try:
            _append(session, url, partial, file, arrived, origin)
            trouble = "it stopped before the end"
        except _transfer_errors() as error:
            trouble = _in_words(error)
        fruitless = 0 if _size(partial) > start else fruitless + 1
        if fruitless == _FRUITLESS_TRIES:
            raise DownloadFailed(
                f"{origin} did not give the whole of {file.name}: {trouble}. {_size(partial):,} of "
                f"{file.size_bytes:,} bytes are kept."
            )
        if fruitless:
            time.sleep(_PAUSE_SECONDS)


def _append(
    session: Client, url: str, partial: Path, file: CatalogueFile, arrived: Callable[[int], None], origin: str
) -> None:
    from huggingface_hub import hf_raise_for_status
    from huggingface_hub.utils import build_hf_headers

    start = _size(partial)
    # Compressed answers cannot be continued from a byte of the file.
    headers = {**build_hf_headers(library_name="refdesk"), "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    with session.stream(
        "GET", url, headers=headers, timeout=_TRANSFER_TIMEOUT_SECONDS, follow_redirects=True
    ) as response:
        if response.status_code == _NOTHING_LEFT:
            raise ModelDamaged(f"{origin} has a shorter {file.name} than the catalogue says.")
        hf_raise_for_status(response)
        size = start if _continues(response, start) else 0
        with partial.open("ab" if size else "wb") as content:
            # Blocks as they arrive: asked for larger ones, the client drops an unfinished one with the line.
            for block in response.iter_bytes():
                size += len(block)
                if size > file.size_bytes:
                    raise ModelDamaged(
                        f"{origin} sent more than the {file.size_bytes:,} bytes of {file.name}."
                    )
                content.write(block)
                arrived(size)


def _continues(response: Response, start: int) -> bool:
    """Whether the answer begins at byte `start`; a server that knows no ranges sends the whole file."""
    content_range = str(response.headers.get("Content-Range", ""))
    return int(response.status_code) == _PARTIAL_CONTENT and content_range.startswith(f"bytes {start}-")


def _transfer_errors() -> tuple[type[Exception], ...]:
    """What the hub's client raises when an answer does not come or is no good one."""
    from httpx2 import HTTPError, InvalidURL
    from huggingface_hub.errors import FileMetadataError, HfHubHTTPError, OfflineModeIsEnabled

    return (HTTPError, InvalidURL, HfHubHTTPError, FileMetadataError, OfflineModeIsEnabled)


def _in_words(error: Exception) -> str:
    from huggingface_hub.errors import OfflineModeIsEnabled

    if isinstance(error, OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE forbids asking it"
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _silence_telemetry() -> None:
    """The client reads the variable when it is imported, which another library may have done already."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    constants = sys.modules.get("huggingface_hub.constants")
    if constants is not None:
        constants.HF_HUB_DISABLE_TELEMETRY = True  # type: ignore[attr-defined] # sys.modules types no members


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
