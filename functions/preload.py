"""Imports that belong into a snapshot of a function's initialisation."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from fourfold.models import libraries_of
from fourfold.models.credentials import usable_providers


def preload(environment: Mapping[str, str]) -> None:
    """Where this initialisation becomes a snapshot, the SDKs of the providers in use go into it.

    Imported before the snapshot, an SDK's second or two are paid once; imported at the first call, after every restore.
    Elsewhere nothing is imported that is not called.
    """
    if environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        for library in libraries_of(usable_providers(environment)):
            import_module(library)
