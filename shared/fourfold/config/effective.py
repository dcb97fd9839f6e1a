"""The settings that hold for a workspace now: read with one small look at the revisions, the rest remembered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from pydantic import JsonValue

from fourfold.config.entries import ScopeRef, ScopeState, chain_of
from fourfold.config.registry import nested
from fourfold.config.resolution import Resolution, effective
from fourfold.config.scope import Revisions
from fourfold.config.settings import Settings
from fourfold.llm.model_names import greatest_temperature

_MAX_CACHED: Final = 2000  # states and views of about a thousand workspaces, some 20 MB


@dataclass(frozen=True)
class EffectiveSettings:
    """What holds for a workspace: the tree, the scopes' states it comes from, and their revisions."""

    settings: Settings
    chain: tuple[ScopeState, ...]
    defaults: Mapping[str, JsonValue]
    revisions: Revisions


class StateSource(Protocol):
    """Where the scopes' states are kept."""

    def revisions(self, refs: Iterable[ScopeRef]) -> dict[ScopeRef, int]:
        """The revision of each place, strongly consistent; 0 for one that was never committed to."""

    def states(self, refs: Iterable[ScopeRef]) -> dict[ScopeRef, ScopeState]:
        """The state of each place, strongly consistent; an empty one where nothing was ever committed."""

    def state_at(self, ref: ScopeRef, revision: int) -> ScopeState | None:
        """What a place said at a revision of its own (0: nothing), or None if there is no such revision."""


class ConfigReader:
    """Reads effective settings. A warm read fetches three numbers and nothing else: what they name does not change."""

    def __init__(self, source: StateSource, defaults: Mapping[str, JsonValue]) -> None:
        """`defaults` holds what this deployment starts from, for every key of the registry."""
        self._source = source
        self._defaults = defaults
        self._states: dict[tuple[ScopeRef, int], ScopeState] = {}
        self._effective: dict[tuple[str, str, Revisions], EffectiveSettings] = {}

    def effective(self, org_id: str, workspace_id: str) -> EffectiveSettings:
        """The settings of a workspace of an org as they stand at this moment."""
        refs = chain_of(org_id, workspace_id)
        found = self._source.revisions(refs)
        revisions = Revisions(**{ref.scope.value: found[ref] for ref in refs})
        cached = self._effective.get((org_id, workspace_id, revisions))
        if cached is not None:
            return cached
        return self._resolved(org_id, workspace_id, self._chain(refs, found))

    def at(self, org_id: str, workspace_id: str, revisions: Revisions) -> EffectiveSettings:
        """The settings of a workspace as they stood at these revisions: what a run was pinned to.

        Raises:
            LookupError: a scope was never at such a revision.
        """
        cached = self._effective.get((org_id, workspace_id, revisions))
        if cached is not None:
            return cached
        chain = tuple(
            self._state_at(ref, getattr(revisions, ref.scope.value)) for ref in chain_of(org_id, workspace_id)
        )
        return self._resolved(org_id, workspace_id, chain)

    def _resolved(self, org_id: str, workspace_id: str, chain: tuple[ScopeState, ...]) -> EffectiveSettings:
        revisions = Revisions(**{state.ref.scope.value: state.revision for state in chain})
        resolved = EffectiveSettings(settings_of(effective(chain, self._defaults)), chain, self._defaults, revisions)
        if len(self._effective) >= _MAX_CACHED:
            self._effective.clear()
        self._effective[org_id, workspace_id, revisions] = resolved
        return resolved

    def _state_at(self, ref: ScopeRef, revision: int) -> ScopeState:
        state = self._states.get((ref, revision)) or self._source.state_at(ref, revision)
        if state is None:
            raise LookupError(f"{ref} was never at revision {revision}")
        self._states[ref, revision] = state
        return state

    def _chain(self, refs: Iterable[ScopeRef], revisions: Mapping[ScopeRef, int]) -> tuple[ScopeState, ...]:
        # Looked up once each: another thread may clear what is remembered at any moment.
        known = {ref: self._states.get((ref, revisions[ref])) for ref in refs}
        missing = [ref for ref, state in known.items() if state is None]
        fetched = self._source.states(missing) if missing else {}
        if len(self._states) >= _MAX_CACHED:
            self._states.clear()
        for ref, state in fetched.items():
            self._states[ref, state.revision] = state
        return tuple(known[ref] or fetched[ref] for ref in refs)


def settings_of(found: Mapping[str, Resolution]) -> Settings:
    """Resolved values as the tree the product reads.

    A temperature that the model beside it does not take is left out: an ancestor may change the model under it.
    """
    values = {name: each.value for name, each in found.items()}
    for name in [name for name in values if name.endswith(".temperature")]:
        temperature, model = values[name], values[name.removesuffix("temperature") + "model"]
        greatest = greatest_temperature(str(model))
        if isinstance(temperature, int | float) and greatest is not None and not 0 < greatest >= temperature:
            values[name] = None
    return Settings.model_validate_json(json.dumps(nested(values)))
