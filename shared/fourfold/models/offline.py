"""The embedded offline model: a deterministic composer that stands behind the same port as a real model."""

from __future__ import annotations

from fourfold.language_model import ChatRequest, Completion, Heard, ModelRequest

NAME = "offline:composer-1"


class OfflineComposer:
    """Answers every step of the pipeline with no network: same request, same answer, byte for byte.

    It sees what a real model sees: the blocks of the request, its output type, and the repair asked for. The prose
    and the word lists are loaded at the first question, so that importing this package costs nothing.
    """

    @property
    def name(self) -> str:
        """`offline:composer-1`."""
        return NAME

    def complete(self, request: ModelRequest) -> Completion:
        """Compose the answer to one step's question.

        Raises:
            ModelError: BAD_REQUEST, when the output type belongs to none of the six steps.
        """
        from fourfold_offline.composer import compose  # noqa: PLC0415  # the prose is loaded on first use

        return compose(request)

    def reply(self, request: ChatRequest, heard: Heard | None = None) -> Completion:
        """Compose a turn of a chat, in the voice of the request's speaker."""
        from fourfold_offline.chat.reply import reply  # noqa: PLC0415

        return reply(request, heard)


def offline_model(name: str = NAME) -> OfflineComposer:
    """The offline model called `name`.

    Raises:
        ValueError: there is no offline model of that name.
    """
    if name not in {NAME, "composer-1"}:
        raise ValueError(f"no offline model is called {name!r}; the one there is: {NAME}")
    return OfflineComposer()
