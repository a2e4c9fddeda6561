"""The endpoint, or another application, under uvicorn in a thread of this process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from gba.api import create_app


@contextmanager
def serving(engine: Any, **options: Any) -> Iterator[str]:
    """The URL of the endpoint, up to ``/v1``."""
    with serving_app(create_app(engine, **options)) as url:
        yield f"{url}/v1"


@contextmanager
def serving_app(app: Any) -> Iterator[str]:
    """The URL of an application."""
    listening = socket.socket(proto=socket.IPPROTO_TCP)  # asyncio sets TCP_NODELAY where it is named
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
