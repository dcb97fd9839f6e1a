"""The effective settings of a workspace, cached by the revisions of its scopes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from pydantic import JsonValue

from fourfold.config.api import least_delays
from fourfold.config.entries import ScopeRef, ScopeState, chain_of
from fourfold.config.registry import nested
from fourfold.config.resolution import Resolution, effective
from fourfold.config.scope import Revisions
from fourfold.config.settings import Settings
from fourfold.llm.model_names import Traits, traits_of

_MAX_CACHED: Final = 2000  # scope states, and effective settings: about a thousand workspaces, 20 MB


@dataclass(frozen=True)
class EffectiveSettings:
    """The effective settings of a workspace, with the scope states and revisions that they derive from."""

    settings: Settings
    chain: tuple[ScopeState, ...]
    defaults: Mapping[str, JsonValue]
    revisions: Revisions


class StateSource(Protocol):
    """Reads the states of scopes."""

    def revisions(self, refs: Iterable[ScopeRef]) -> dict[ScopeRef, int]:
        """Returns the revision of each scope (strongly consistent); 0 without commits."""

    def states(self, refs: Iterable[ScopeRef]) -> dict[ScopeRef, ScopeState]:
        """Returns the state of each scope (strongly consistent); an empty state without commits."""

    def state_at(self, ref: ScopeRef, revision: int) -> ScopeState | None:
        """Returns the state of a scope at one of its revisions (0: empty), or None if there is no such revision."""


class ConfigReader:
    """Reads effective settings.

    A cached read only fetches the revisions of three scopes, because the state at a revision never changes.
    """

    def __init__(self, source: StateSource, defaults: Mapping[str, JsonValue]) -> None:
        """`defaults` maps every key of the registry to the deployment's default."""
        self._source = source
        self._defaults = defaults
        self._states: dict[tuple[ScopeRef, int], ScopeState] = {}
        self._effective: dict[tuple[str, str, Revisions], EffectiveSettings] = {}

    def effective(self, org_id: str, workspace_id: str) -> EffectiveSettings:
        """Returns the current settings of a workspace of an org."""
        refs = chain_of(org_id, workspace_id)
        found = self._source.revisions(refs)
        revisions = Revisions(**{ref.scope.value: found[ref] for ref in refs})
        cached = self._effective.get((org_id, workspace_id, revisions))
        if cached is not None:
            return cached
        return self._resolved(org_id, workspace_id, self._chain(refs, found))

    def at(self, org_id: str, workspace_id: str, revisions: Revisions) -> EffectiveSettings:
        """Returns the settings of a workspace at these revisions, such as those that a run is pinned to.

        Raises:
            LookupError: a scope has no such revision.
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
            raise LookupError(f"{ref} has no revision {revision}")
        self._states[ref, revision] = state
        return state

    def _chain(self, refs: Iterable[ScopeRef], revisions: Mapping[ScopeRef, int]) -> tuple[ScopeState, ...]:
        # Each is looked up once: another thread may clear the cache at any time.
        known = {ref: self._states.get((ref, revisions[ref])) for ref in refs}
        missing = [ref for ref, state in known.items() if state is None]
        fetched = self._source.states(missing) if missing else {}
        if len(self._states) >= _MAX_CACHED:
            self._states.clear()
        for ref, state in fetched.items():
            self._states[ref, state.revision] = state
        return tuple(known[ref] or fetched[ref] for ref in refs)


_DELAYS = "api.webhooks.retry.delays_s"


def settings_of(found: Mapping[str, Resolution]) -> Settings:
    """Returns the resolved values as a settings tree.

    A temperature or an effort that its model does not accept is set to null. It cannot be an error, because an ancestor
    may change the model after a descendant has set it.
    """
    values = {name: each.value for name, each in found.items()}
    for name in [name for name in values if name.endswith((".temperature", ".effort"))]:
        block, _, setting = name.rpartition(".")
        traits = traits_of(str(values[f"{block}.model"]))
        if not (_takes_temperature if setting == "temperature" else _takes_effort)(traits, values[name]):
            values[name] = None
    delays = values[_DELAYS]
    if isinstance(delays, list):  # an earlier version may have stored a schedule below the minimum
        values[_DELAYS] = [*least_delays([delay for delay in delays if isinstance(delay, int)])]
    return Settings.model_validate_json(json.dumps(nested(values)))


def _takes_temperature(traits: Traits, value: JsonValue) -> bool:
    greatest = traits.greatest_temperature
    return not isinstance(value, int | float) or greatest is None or 0 < greatest >= value


def _takes_effort(traits: Traits, value: JsonValue) -> bool:
    return value is None or traits.efforts is None or value in traits.efforts
