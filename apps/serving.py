"""How the page is served: to this machine alone, telling nobody, with its looks.

`refdesk ui` passes these to Streamlit; `.streamlit/config.toml` says the same for `streamlit run`. As a
program (`python -m apps.serving`) this is Streamlit's own command line, but for what `main` says.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import platform
import sys

LOOPBACK = "127.0.0.1"

#: What the page may be called where it is served to this machine alone. Any other name is one that somebody
#: pointed at this machine (DNS rebinding), whose page would read every document.
OWN_HOSTS = (LOOPBACK, "localhost", "::1")

#: Streamlit's own names. Fonts and scripts are Streamlit's, which it serves itself.
OPTIONS = {
    "server.address": LOOPBACK,
    "server.showEmailPrompt": "false",
    "server.fileWatcherType": "none",
    "server.enableStaticServing": "false",
    "server.enableXsrfProtection": "true",
    "server.maxUploadSize": "500",
    "browser.gatherUsageStats": "false",
    # Else Streamlit looks through all objects of the process after each drawing, of which there are several
    # a second while an answer is written: models and libraries are many objects, and the answer waits.
    "runner.postScriptGC": "false",
    "client.toolbarMode": "minimal",
    # Tracebacks hold paths and texts: they go to the terminal, not to the page.
    "client.showErrorDetails": "none",
    "theme.baseRadius": "0.4rem",
    "theme.paddingTop": "1rem",
    "theme.paddingBottom": "1.5rem",
    "theme.headingFontSizes": '["1.9rem", "1.5rem", "1.25rem", "1.1rem", "1rem", "0.9rem"]',
    "theme.light.primaryColor": "#0b5a8a",
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f1f4f6",
    "theme.light.textColor": "#0a0f13",
    "theme.light.codeTextColor": "#0a0f13",
    "theme.light.linkColor": "#0b5a8a",
    "theme.dark.primaryColor": "#2d7cb2",
    "theme.dark.backgroundColor": "#14181c",
    "theme.dark.secondaryBackgroundColor": "#20262c",
    "theme.dark.textColor": "#e9edf0",
    "theme.dark.codeTextColor": "#e9edf0",
    "theme.dark.linkColor": "#7cc0ee",
}

#: Nothing but what matters is said in the terminal: the address, and what goes wrong.
QUIET = {"logger.level": "warning", "logger.hideWelcomeMessage": "true"}

#: glibc's own numbers (mallopt(3), malloc.h) for: the most heaps; from how many bytes on a block is apart
#: from them, and goes back to the system when it is freed; how many free bytes at a heap's end go back.
_HEAP_RULES = {-8: 2, -3: 4 << 20, -1: 8 << 20}


def main() -> None:
    """Run Streamlit's command line, which here asks no host on the internet for this machine's address, and
    shares its memory between threads.

    The first it does by itself when a page of another origin tries to connect, which is refused either way.
    Where its welcome is not wanted (`QUIET`), the page's address is said in one line of our own. And it ends
    without taking the interpreter apart: where an answer is being written, the threads of the model's library
    do not survive that, and the process would end with an abort and their stack on the terminal.
    """
    import typer
    from streamlit import config, net_util
    from streamlit.web import bootstrap, cli

    welcome = bootstrap._print_url

    def say_address(is_running_hello: bool) -> None:
        if config.get_option("logger.hideWelcomeMessage"):
            typer.echo(f"The page is at {_address()}. Ctrl-C ends it.")
        else:
            welcome(is_running_hello)

    net_util.get_external_ip = lambda: None
    bootstrap._print_url = say_address
    share_heaps()
    ending = _Ending()
    atexit.register(ending.leave)  # registered first, so the last to be called
    try:
        cli.main(prog_name="streamlit")
    except SystemExit as end:
        ending.code = end.code if isinstance(end.code, int) else int(end.code is not None)
        raise
    except BaseException:
        ending.code = 1
        raise


class _Ending:
    """Ends the process with this exit code, at once."""

    code = 0

    def leave(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(self.code)


def share_heaps() -> bool:
    """Have all threads share two heaps, and large blocks go back to the system; False where the C library is
    not glibc, which needs no such thing.

    Streamlit runs each click in a thread of its own, and glibc has up to eight heaps for each core, whose
    free memory no other thread gets: in minutes it is more than what is in use. And it learns from the first
    page that is drawn to keep room for the next. Call it before there are threads.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    libc = ctypes.CDLL(None)
    return all(libc.mallopt(rule, value) for rule, value in _HEAP_RULES.items())


def _address() -> str:
    """Where the page is served, as it is typed into a browser."""
    from streamlit import config
    from streamlit.web.server import server_util

    host = str(config.get_option("browser.serverAddress"))
    return server_util.get_url(f"[{host}]" if ":" in host else host)


if __name__ == "__main__":
    main()
