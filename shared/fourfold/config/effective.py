"""The effective settings of a workspace, cached by the revisions of its scopes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
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
    """The effective settings of a workspace or a persona, with the scope states and revisions that they derive from.

    They hold until `valid_until`, when the first of their values expires; None: until the next commit.
    """

    settings: Settings
    chain: tuple[ScopeState, ...]
    defaults: Mapping[str, JsonValue]
    revisions: Revisions
    valid_until: datetime | None = None


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

    A cached read only fetches the revisions of the scopes, in one request, because the state at a revision never
    changes. A persona without settings of its own has those of its workspace.
    """

    def __init__(
        self,
        source: StateSource,
        defaults: Mapping[str, JsonValue],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`defaults` maps every key of the registry to the deployment's default."""
        self._source = source
        self._defaults = defaults
        self._clock = clock
        self._states: dict[tuple[ScopeRef, int], ScopeState] = {}
        self._effective: dict[tuple[tuple[ScopeRef, ...], Revisions], EffectiveSettings] = {}

    def effective(self, org_id: str, workspace_id: str, persona_id: str | None = None) -> EffectiveSettings:
        """Returns the current settings of a workspace of an org, or of one of its personas."""
        refs = chain_of(org_id, workspace_id, persona_id)
        found = self._source.revisions(refs)
        refs = refs if found[refs[-1]] or persona_id is None else refs[:-1]
        revisions, moment = Revisions(**{ref.scope.value: found[ref] for ref in refs}), self._clock()
        cached = self._effective.get((refs, revisions))
        if cached is not None and (cached.valid_until is None or moment < cached.valid_until):
            return cached
        return self._kept(refs, self._resolved(self._chain(refs, found), moment))

    def at(
        self, org_id: str, workspace_id: str, revisions: Revisions, moment: datetime, persona_id: str | None = None
    ) -> EffectiveSettings:
        """Returns the settings at these revisions and this moment, such as those that a run is pinned to.

        Raises:
            LookupError: a scope has no such revision.
        """
        refs = chain_of(org_id, workspace_id, persona_id if revisions.persona else None)
        cached = self._effective.get((refs, revisions))
        if cached is not None and not any(_ends(cached.chain)):
            return cached
        chain = tuple(self._state_at(ref, getattr(revisions, ref.scope.value)) for ref in refs)
        resolved = self._resolved(chain, moment)
        return resolved if any(_ends(chain)) else self._kept(refs, resolved)

    def _resolved(self, chain: tuple[ScopeState, ...], moment: datetime) -> EffectiveSettings:
        revisions = Revisions(**{state.ref.scope.value: state.revision for state in chain})
        found = settings_of(effective(chain, self._defaults, moment))
        first_end = min((end for end in _ends(chain) if end > moment), default=None)
        return EffectiveSettings(found, chain, self._defaults, revisions, first_end)

    def _kept(self, refs: tuple[ScopeRef, ...], resolved: EffectiveSettings) -> EffectiveSettings:
        if len(self._effective) >= _MAX_CACHED:
            self._effective.clear()
        self._effective[refs, resolved.revisions] = resolved
        return resolved

    def _state_at(self, ref: ScopeRef, revision: int) -> ScopeState:
        state = self._states.get((ref, revision)) or self._source.state_at(ref, revision)
        if state is None:
            raise LookupError(f"{ref} has no revision {revision}")
        if len(self._states) >= _MAX_CACHED:
            self._states.clear()
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


def _ends(chain: Iterable[ScopeState]) -> Iterator[datetime]:
    """When the values of the chain expire that do."""
    entries = (entry for state in chain for entry in state.entries.values() if entry.is_set)
    return (entry.expires_at for entry in entries if entry.expires_at is not None)


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
