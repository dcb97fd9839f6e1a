"""The URL and the API key of a client."""

from __future__ import annotations

import os

import httpx

from fourfold.client.errors import ApiConnectionError

EVENT_STREAM = "text/event-stream"
# The operation with the address of the WebSocket API.
PROGRESS = "/v1/progress"
DEFAULT_URL = "http://127.0.0.1:8000"
# The API waits up to 240 s for a run.
TIMEOUT = httpx.Timeout(10.0, read=250.0)
# A stream has a heartbeat every 10 s, so a longer silence means that the server is down.
STREAM_TIMEOUT = httpx.Timeout(10.0, read=40.0)


def address_and_headers(base_url: str | None, api_key: str | None) -> tuple[str, dict[str, str]]:
    """The base URL and the headers of all requests; by default from FOURFOLD_API_URL and FOURFOLD_API_KEY.

    Raises:
        ApiConnectionError: there is no key.
    """
    key = api_key or os.environ.get("FOURFOLD_API_KEY")
    if not key:
        raise ApiConnectionError("Give api_key, or set FOURFOLD_API_KEY.")
    return base_url or os.environ.get("FOURFOLD_API_URL") or DEFAULT_URL, {"Authorization": f"Bearer {key}"}
