"""`refdesk ui`: the chat page in a browser."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from typing import Annotated

import typer

from apps.cli.boundary import errors_in_words
from apps.cli.context import CollectionName, ModelEngine, Verbose
from apps.cli.screen import note
from apps.errors import WrongUse
from apps.own_processes import environment_of_ours, python_module
from apps.serving import LOOPBACK, OPTIONS, OWN_HOSTS, QUIET


def ui(
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="NUMBER", min=1, max=65535, help="Else the first free one from 8501."),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open it in a browser, where there is one.")
    ] = True,
    address: Annotated[
        str,
        typer.Option(
            "--address",
            metavar="ADDRESS",
            help="Serve it on another of this machine's addresses. Whoever reaches that can read the "
            "documents and ask: there is no password.",
        ),
    ] = LOOPBACK,
    model: ModelEngine = None,
    collection: CollectionName = "default",
    verbose: Verbose = False,
) -> None:
    """Open the chat page. It is served to this machine alone unless you say otherwise, until Ctrl-C.

    \b
    Examples:
      refdesk ui
      refdesk ui --port 8600 --no-browser -c work
    """
    with errors_in_words(verbose=verbose):
        if not is_loopback(address):
            note(f"Whoever reaches {address} can read the documents and ask: there is no password.")
        environment = {"REFDESK_COLLECTION": collection}
        if model is not None:
            environment["REFDESK_ENGINE"] = model
        command = streamlit_command(port, browser and has_browser(), address, verbose=verbose)
        raise typer.Exit(serve(command, environment))


def streamlit_command(
    port: int | None,
    opens_browser: bool,
    address: str = LOOPBACK,
    page: str = "streamlit_app",
    *,
    verbose: bool = False,
) -> list[str]:
    """What is run: Streamlit on that address, telling nobody, watching no files.

    `page` is the module that draws it. Streamlit's own words and log lines are for `verbose`.

    Raises WrongUse where that or Streamlit is missing.
    """
    from importlib.util import find_spec

    found = find_spec(page)
    if found is None or found.origin is None or find_spec("streamlit") is None:
        raise WrongUse("The page is not installed: neither streamlit nor the page itself may be missing.")
    options = {
        **OPTIONS,
        **({} if verbose else QUIET),
        "server.address": address,
        "server.headless": "false" if opens_browser else "true",
        "browser.serverAddress": address,
    }
    if port is not None:
        options["server.port"] = str(port)
    flags = [f"--{name}={value}" for name, value in options.items()]
    if is_loopback(address):
        flags += [f"--server.allowedHosts={host}" for host in dict.fromkeys((*OWN_HOSTS, address))]
    return [*python_module("apps.serving"), "run", found.origin, *flags]


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches it. Raises WrongUse for what is no address."""
    import ipaddress

    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError as error:
        raise WrongUse(
            f"--address {address}: give an IP address of this machine, such as 127.0.0.1."
        ) from error


def serve(command: list[str], environment: Mapping[str, str]) -> int:
    """Run it until it ends. Ctrl-C, which the child hears too, is how that is meant to be: exit code 0.

    Whoever ends this process ends the page with it: it would go on being served, to nobody's knowledge.
    """
    import subprocess

    whole = {**environment_of_ours(), **environment}
    child = subprocess.Popen(command, env=whole)  # noqa: S603 - our own interpreter and page, no shell
    endings = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, lambda *_: child.terminate()) for number in endings}
    try:
        while True:
            try:
                return 1 if child.wait() else 0
            except KeyboardInterrupt:
                continue
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def has_browser() -> bool:
    """Whether somebody sits here who would see a page open."""
    if sys.platform in {"win32", "darwin"}:
        return sys.stdin.isatty()
    return sys.stdin.isatty() and bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
