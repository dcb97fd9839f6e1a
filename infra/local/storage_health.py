"""Whether the engine can store changes: answered by the engine, asked by the API's process for `GET /v1/health`."""

from __future__ import annotations

import http.client
import json
from typing import Final
from urllib.parse import urlsplit

PATH: Final = "/_fourfold/storage"
_TIMEOUT_S: Final = 1.0


def storage_answer(failure: str | None) -> bytes:
    """The engine's answer: `{"failure": why the last change was not stored, or null}`."""
    return json.dumps({"failure": failure}).encode()


def storage_failure(engine_url: str) -> str | None:
    """Why the engine at `engine_url` cannot store changes; None if it can."""
    connection = http.client.HTTPConnection(urlsplit(engine_url).netloc, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", PATH)
        failure: str | None = json.loads(connection.getresponse().read())["failure"]
    except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
        return f"the local engine does not answer ({type(error).__name__})"
    finally:
        connection.close()
    return failure and f"changes cannot be stored: {failure}"
