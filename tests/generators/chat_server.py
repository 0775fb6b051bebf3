"""A server on loopback that speaks OpenAI's chat protocol as far as the tests need it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: What the answer is to a request's body.
Answerer = Callable[[dict[str, Any]], str]


@dataclass(slots=True)
class ChatServer:
    """What the server was asked, and how it behaves."""

    answer: Answerer
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    status: int = 200
    error: str = "no"
    keeps_limit: bool = True
    tells_usage: bool = True
    pause_seconds: float = 0.0
    base_url: str = ""

    def chunks(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """A word with the space before it is a token here."""
        text = self.answer(body)
        tokens = [f" {word}" if place else word for place, word in enumerate(text.split(" "))]
        most = min(len(tokens), body.get("max_tokens", 10_000) if self.keeps_limit else 10_000)
        yield _chunk({"role": "assistant", "content": ""})
        for token in tokens[:most]:
            yield _chunk({"content": token})
        yield _chunk({}, "length" if most < len(tokens) else "stop")
        if self.tells_usage:
            asked = sum(len(message["content"].split()) for message in body["messages"])
            usage = {"prompt_tokens": asked, "completion_tokens": most, "total_tokens": asked + most}
            yield {**_chunk({}), "choices": [], "usage": usage}


def _chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "small", "choices": [choice]}


@contextmanager
def serving(answer: Answerer) -> Iterator[ChatServer]:
    """The server, running until the block ends."""
    told = ChatServer(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.bodies.append(body)
            told.keys.append(self.headers.get("Authorization", ""))
            if told.status != 200:
                content = json.dumps({"error": {"message": told.error}}).encode()
                self.send_response(told.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            try:
                for chunk in told.chunks(body):
                    self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                    self.wfile.flush()
                    time.sleep(told.pause_seconds)
                self.wfile.write(b"data: [DONE]\n\n")
            except OSError:
                return  # whoever asked has gone

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
