"""Serves the app with uvicorn: `python -m functions.api.server`, on AWS behind the Lambda Web Adapter."""

from __future__ import annotations

import os
import socket

import uvicorn
from fastapi import FastAPI

from functions.api.app import app

DRAIN_SECONDS = 3


class Server(uvicorn.Server):
    """uvicorn, telling the app first that it stops: streams and waiting requests end by themselves within a second."""

    def __init__(self, app: FastAPI, host: str = "127.0.0.1", port: int = 8080) -> None:
        """Run with `sockets`, it serves those and ignores the address."""
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        super().__init__(config)
        self._stopping = app.state.stopping

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stops: says so to the app, then lets uvicorn drain."""
        self._stopping.set()
        await super().shutdown(sockets)


def main() -> None:
    """Serves until SIGTERM on the port the Web Adapter expects."""
    Server(app, port=int(os.environ.get("AWS_LWA_PORT", "8080"))).run()


if __name__ == "__main__":
    main()
