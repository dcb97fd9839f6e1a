"""Imports SDKs during initialisation, for Lambda SnapStart."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from fourfold.models import libraries_of
from fourfold.models.credentials import usable_providers


def preload(environment: Mapping[str, str]) -> None:
    """Imports the SDKs of the configured providers if the initialisation is snapshotted (SnapStart).

    In the snapshot the one or two seconds of an import are paid once; otherwise after every restore. Without SnapStart
    SDKs are imported on first use.
    """
    if environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        for library in libraries_of(usable_providers(environment)):
            import_module(library)
