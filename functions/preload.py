"""Prepares during initialisation what a first call needs, for Lambda SnapStart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module

from fourfold.aws import preload_service_models
from fourfold.models import libraries_of
from fourfold.models.call_spans import is_recorded
from fourfold.models.credentials import usable_providers


def preload(environment: Mapping[str, str], services: Iterable[str] = ("dynamodb",)) -> None:
    """Imports the SDKs of the configured providers and loads the models of the AWS `services` that a call uses.

    Only if the initialisation is snapshotted (SnapStart): in the snapshot the one or two seconds are paid once, and
    otherwise at every start. Without SnapStart both are loaded on first use.
    """
    if environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        preload_service_models(services)
        for library in libraries_of(usable_providers(environment)):
            import_module(library)
        if is_recorded(environment):
            import_module("fourfold.models.span_export")
