"""Serves the app with uvicorn: `python -m functions.api.server`, on AWS behind the Lambda Web Adapter."""

from __future__ import annotations

import os
import socket

import uvicorn

from functions.api.app import app

DRAIN_SECONDS = 3


class Server(uvicorn.Server):
    """uvicorn, telling the app first that it stops: streams and waiting requests end by themselves within a second."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stops: says so to the app, then lets uvicorn drain."""
        app.state.stopping.set()
        await super().shutdown(sockets)


def server(host: str = "127.0.0.1", port: int = 8080) -> Server:
    """A server of the app; run with `sockets`, it serves those and ignores the address."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    return Server(config)


if __name__ == "__main__":
    server(port=int(os.environ.get("AWS_LWA_PORT", "8080"))).run()
