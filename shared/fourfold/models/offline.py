"""The offline composer as a provider: the one module that imports `fourfold_offline`.

A deployment with a provider leaves that package out of its functions; nothing here imports it before a first question.
"""

from __future__ import annotations

from importlib.util import find_spec

from fourfold.llm.port import ChatRequest, Completion, ModelError, ModelFailure, ModelRequest, OnText

NAME = "offline:composer-1"
_ABSENT = "the offline composer is not part of this deployment; choose a model of a configured provider"


class OfflineComposer:
    """Answers by rule, with no network: same request, same answer, byte for byte."""

    @property
    def name(self) -> str:
        """`offline:composer-1`."""
        return NAME

    def complete(self, request: ModelRequest) -> Completion:
        """Answers a question of the pipeline or of the provocation judge.

        Raises:
            ModelError: BAD_REQUEST, the composer has no answer of the output type, or is not part of this deployment.
        """
        _require()
        from fourfold_offline.composer import compose  # noqa: PLC0415 - imported when it is first asked

        return compose(request)

    def reply(self, request: ChatRequest, heard: OnText | None = None) -> Completion:
        """Answers a turn of a chat as the persona of the system prompt, or as a plain assistant.

        Raises:
            ModelError: BAD_REQUEST, the composer is not part of this deployment.
        """
        _require()
        from fourfold_offline.chat.reply import reply  # noqa: PLC0415 - imported when it is first asked

        return reply(request, heard)


def offline_model(name: str = NAME) -> OfflineComposer:
    """The offline model called `name`.

    Raises:
        ValueError: there is no offline model of that name.
    """
    if name not in {NAME, "composer-1"}:
        raise ValueError(f"no offline model is called {name!r}; the one there is: {NAME}")
    return OfflineComposer()


def is_installed() -> bool:
    """Whether this deployment has the composer's package."""
    return find_spec("fourfold_offline") is not None


def _require() -> None:
    if not is_installed():
        raise ModelError(ModelFailure.BAD_REQUEST, _ABSENT)
