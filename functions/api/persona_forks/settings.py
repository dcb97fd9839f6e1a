"""Copies the settings of a persona to its fork."""

from __future__ import annotations

import os
from contextlib import suppress

from fourfold.config.commit import Author
from fourfold.config.entries import chain_of
from fourfold.config.scope import Scope
from fourfold.config.service import CommitRequest, ConfigService, RevisionMismatchError, StaleError
from fourfold.models.credentials import available_providers
from fourfold.persona import PersonaGoneError
from functions.api.dependencies import AdmittedCaller
from functions.clock import now
from functions.configuration import config_store, deployment_defaults


def copy_settings(caller: AdmittedCaller, child_id: str) -> None:
    """Gives a new fork the settings of its parent, whom the path names, as its first commit.

    Nothing happens if the parent has none, or the fork has some: a resumed execution has copied them.
    """
    parent = caller.effective.chain[-1]
    if parent.ref.scope is not Scope.PERSONA or not parent.entries:
        return
    author = Author(caller.key_id, now(), f"Copied from {parent.ref.owner}.")
    request = CommitRequest(chain_of(caller.org_id, caller.workspace_id, child_id), author, expected=0)
    store = config_store(caller.workspace_id)
    service = ConfigService(store, deployment_defaults(), available_providers(os.environ))
    with suppress(RevisionMismatchError, StaleError, PersonaGoneError):
        service.roll_back(request, parent.entries)
