"""The AWS clients of a process, created from one botocore session.

With a shared session, the second client takes a tenth of the time of the first.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.loaders import Loader, create_loader
from botocore.session import Session, get_session

INSUFFICIENT_STORAGE = "InsufficientStorage"
"""The error code of a call whose change a local server could not store."""

LEAST_TIMEOUT = "FOURFOLD_AWS_LEAST_TIMEOUT_S"
_session_lock = threading.Lock()


def client(service: str, config: Config, endpoint_url: str | None = None) -> Any:  # noqa: ANN401 - botocore creates its classes at run time
    """Returns a thread-safe client of `service`. Without `endpoint_url`, the environment sets the endpoint.

    FOURFOLD_AWS_LEAST_TIMEOUT_S raises shorter timeouts of `config` to that many seconds: a local engine that is busy
    makes its callers wait, where AWS would be at fault.

    Uses botocore directly: boto3 adds its transfer manager, a third of the import time, to the same clients.
    """
    least_s = float(os.environ.get(LEAST_TIMEOUT, "0"))
    chosen: Any = config  # the stubs do not have a config's options
    patient = Config(
        connect_timeout=max(least_s, chosen.connect_timeout), read_timeout=max(least_s, chosen.read_timeout)
    )
    config = config.merge(patient)
    with _session_lock:  # sessions, unlike clients, are not thread-safe
        return _session().create_client(service, config=config, endpoint_url=endpoint_url)


def preload_service_models(services: Iterable[str]) -> None:
    """Loads the service models that clients are created from: three quarters of the time of the first client.

    For a process that forks workers. It needs no credentials, region or endpoint.
    """
    for name in ("endpoints", "partitions", "_retry"):
        _descriptions().load_data(name)
    for service in services:
        _descriptions().load_service_model(service, "service-2")
        _descriptions().load_service_model(service, "endpoint-rule-set-1")


@cache
def _session() -> Session:
    session = get_session()
    session.register_component("data_loader", _descriptions())
    return session


@cache
def _descriptions() -> Loader:
    return create_loader(os.environ.get("AWS_DATA_PATH"))
