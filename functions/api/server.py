"""Serves the app with uvicorn: `python -m functions.api.server`, on AWS behind the Lambda Web Adapter."""

from __future__ import annotations

import os
import socket

import uvicorn
from fastapi import FastAPI

from functions.api.app import app
from functions.api.http_protocol import TimedH11Protocol
from functions.preload import preload

DRAIN_SECONDS = 3
_SERVICES = ("dynamodb", "stepfunctions", "sqs", "lambda")


class Server(uvicorn.Server):
    """A uvicorn server that sets `app.state.stopping` first, so streams and waiting requests end within a second."""

    def __init__(self, app: FastAPI, host: str = "127.0.0.1", port: int = 8080) -> None:
        """`host` and `port` are ignored if `run` gets sockets."""
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            http=TimedH11Protocol,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        super().__init__(config)
        self._stopping = app.state.stopping

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Sets `app.state.stopping`, then lets uvicorn drain connections."""
        self._stopping.set()
        await super().shutdown(sockets)


def main() -> None:
    """Serves on the port of the Lambda Web Adapter until SIGTERM."""
    preload(os.environ, _SERVICES)
    Server(app, port=int(os.environ.get("AWS_LWA_PORT", "8080"))).run()


if __name__ == "__main__":
    main()
