"""With the models present, nothing asks for the network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: Looks up no name and connects nowhere; whoever tries is named, with the code that tried.
PROGRAM = """
import socket, traceback

def refuse(*arguments, **named):
    with open("attempts.txt", "a") as file:
        file.write(f"{arguments}\\n{''.join(traceback.format_stack(limit=8))}\\n")
    raise OSError("no network here")

socket.getaddrinfo = socket.gethostbyname = socket.create_connection = refuse
socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse

from ingest.settings import EmbedderSettings, IngestSettings
from rag import Settings, open_collection

for engine in ("openvino", "sentence-transformers"):
    settings = Settings(ingest=IngestSettings(embedder=EmbedderSettings(engine=engine)))
    with open_collection(f"offline-{engine}", settings) as collection:
        collection.ingest(["examples"])
        print(collection.ask("What does an aerotow to 500 metres cost a guest?").text)
"""


@pytest.mark.real
def test_ingesting_and_answering_ask_for_no_network(home_with_models: Path, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples" / "documents", target_is_directory=True)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    attempts = tmp_path / "attempts.txt"
    assert not attempts.exists(), attempts.read_text()
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("48") == 2
