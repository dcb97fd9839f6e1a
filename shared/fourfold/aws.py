"""The AWS clients of a process, session from one session: the second costs a tenth of the first."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.loaders import Loader, create_loader
from botocore.session import Session, get_session

_session_lock = threading.Lock()


def client(service: str, config: Config, endpoint_url: str | None = None) -> Any:  # noqa: ANN401 - botocore makes its classes at run time
    """A client of `service`, for many threads. Unless an endpoint is named, the environment tells where it calls.

    Made from botocore: boto3 would add its transfer manager, a third of the import, for the same clients.
    """
    with _session_lock:  # a session, unlike its clients, is one thread's at a time
        return _session().create_client(service, config=config, endpoint_url=endpoint_url)


def preload_service_models(services: Iterable[str]) -> None:
    """Reads what clients of these services are session by: three quarters of making the first.

    For a process that others are forked from. It depends on no credentials, region or endpoint.
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
