"""How the page is served: to this machine alone, telling nobody, with its looks.

`refdesk ui` passes these to Streamlit; `.streamlit/config.toml` says the same for `streamlit run`.
"""

from __future__ import annotations

LOOPBACK = "127.0.0.1"

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
    "theme.light.primaryColor": "#0b5a8a",
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f1f4f6",
    "theme.light.textColor": "#1b2126",
    "theme.light.linkColor": "#0b5a8a",
    "theme.dark.primaryColor": "#2f86bd",
    "theme.dark.backgroundColor": "#14181c",
    "theme.dark.secondaryBackgroundColor": "#20262c",
    "theme.dark.textColor": "#e9edf0",
    "theme.dark.linkColor": "#7cc0ee",
}
