"""What later pages need is loaded while the first one is looked at, so that no click waits for it."""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable, Sequence
from functools import cache

_LOGGER = logging.getLogger(__name__)

#: For tables, the pictures of pages, and what a machine has in memory. Tables alone take half a second.
_NEEDED = ("pyarrow", "pandas", "ingest.isolation.reader", "psutil")


def warmed(
    modules: Sequence[str], load: Callable[[str], object] = importlib.import_module
) -> threading.Thread:
    """The thread that loads these modules, one after the other; one that is not here is passed over."""

    def work() -> None:
        for module in modules:
            try:
                load(module)
            except ImportError:  # whoever needs it says so in words
                _LOGGER.info("%s could not be loaded ahead", module, exc_info=True)

    thread = threading.Thread(target=work, name="refdesk-warming", daemon=True)
    thread.start()
    return thread


@cache
def warm() -> None:
    """Begin, once per process; only where pages are served."""
    from streamlit import runtime

    if runtime.exists():
        warmed(_NEEDED)
