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
from fourfold.llm.model_names import Traits, traits_of

_REMEMBERED: Final = 2000  # states and views of about a thousand workspaces, some 20 MB


@dataclass(frozen=True)
class Effective:
    """What holds for a workspace: the tree, the scopes' states it comes from, and their revisions."""

    settings: Settings
    chain: tuple[ScopeState, ...]
    defaults: Mapping[str, JsonValue]
    revisions: Revisions


class StateSource(Protocol):
    """Where the scopes' states are kept."""

    def revisions(self, places: Iterable[ScopeRef]) -> dict[ScopeRef, int]:
        """The revision of each place, strongly consistent; 0 for one that was never committed to."""

    def states(self, places: Iterable[ScopeRef]) -> dict[ScopeRef, ScopeState]:
        """The state of each place, strongly consistent; an empty one where nothing was ever committed."""

    def state_at(self, place: ScopeRef, revision: int) -> ScopeState | None:
        """What a place said at a revision of its own (0: nothing), or None if there is no such revision."""


class ConfigReader:
    """Reads effective settings. A warm read fetches three numbers and nothing else: what they name does not change."""

    def __init__(self, source: StateSource, defaults: Mapping[str, JsonValue]) -> None:
        """`defaults` holds what this deployment starts from, for every key of the registry."""
        self._source = source
        self._defaults = defaults
        self._states: dict[tuple[ScopeRef, int], ScopeState] = {}
        self._views: dict[tuple[str, str, Revisions], Effective] = {}

    def effective(self, org_id: str, workspace_id: str) -> Effective:
        """The settings of a workspace of an org as they stand at this moment."""
        places = chain_of(org_id, workspace_id)
        found = self._source.revisions(places)
        revisions = Revisions(**{place.scope.value: found[place] for place in places})
        view = self._views.get((org_id, workspace_id, revisions))
        if view is not None:
            return view
        return self._viewed(org_id, workspace_id, self._chain(places, found))

    def at(self, org_id: str, workspace_id: str, revisions: Revisions) -> Effective:
        """The settings of a workspace as they stood at these revisions: what a run was pinned to.

        Raises:
            LookupError: a scope was never at such a revision.
        """
        view = self._views.get((org_id, workspace_id, revisions))
        if view is not None:
            return view
        chain = tuple(
            self._past(place, getattr(revisions, place.scope.value)) for place in chain_of(org_id, workspace_id)
        )
        return self._viewed(org_id, workspace_id, chain)

    def _viewed(self, org_id: str, workspace_id: str, chain: tuple[ScopeState, ...]) -> Effective:
        revisions = Revisions(**{state.place.scope.value: state.revision for state in chain})
        view = Effective(settings_of(effective(chain, self._defaults)), chain, self._defaults, revisions)
        if len(self._views) >= _REMEMBERED:
            self._views.clear()
        self._views[org_id, workspace_id, revisions] = view
        return view

    def _past(self, place: ScopeRef, revision: int) -> ScopeState:
        state = self._states.get((place, revision)) or self._source.state_at(place, revision)
        if state is None:
            raise LookupError(f"{place} was never at revision {revision}")
        self._states[place, revision] = state
        return state

    def _chain(self, places: Iterable[ScopeRef], revisions: Mapping[ScopeRef, int]) -> tuple[ScopeState, ...]:
        # Looked up once each: another thread may clear what is remembered at any moment.
        known = {place: self._states.get((place, revisions[place])) for place in places}
        missing = [place for place, state in known.items() if state is None]
        fetched = self._source.states(missing) if missing else {}
        if len(self._states) >= _REMEMBERED:
            self._states.clear()
        for place, state in fetched.items():
            self._states[place, state.revision] = state
        return tuple(known[place] or fetched[place] for place in places)


def settings_of(found: Mapping[str, Resolution]) -> Settings:
    """Resolved values as the tree the product reads.

    A temperature or an effort that the model beside it does not take is left out: an ancestor may change the model
    under it.
    """
    values = {name: each.value for name, each in found.items()}
    for name in [name for name in values if name.endswith((".temperature", ".effort"))]:
        block, _, setting = name.rpartition(".")
        traits = traits_of(str(values[f"{block}.model"]))
        if not (_takes_temperature if setting == "temperature" else _takes_effort)(traits, values[name]):
            values[name] = None
    return Settings.model_validate_json(json.dumps(nested(values)))


def _takes_temperature(traits: Traits, value: JsonValue) -> bool:
    greatest = traits.greatest_temperature
    return not isinstance(value, int | float) or greatest is None or 0 < greatest >= value


def _takes_effort(traits: Traits, value: JsonValue) -> bool:
    return value is None or traits.efforts is None or value in traits.efforts
