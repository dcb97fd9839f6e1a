"""Bridge: MiniStack ends a WebSocket connection whose message is JSON that is nested too deeply for its parser.

API Gateway sends a message without a route to `$default`, whose function answers it.
"""

from __future__ import annotations

from infra.local.bridges.ministack_types import Module


def install_deep_messages() -> None:
    """Lets MiniStack route such a message to `$default`."""
    from ministack.services import apigateway

    serve_deep_messages(apigateway)


def serve_deep_messages(apigateway: Module) -> None:
    """Sets the route selection of MiniStack's API Gateway to one that takes any message."""
    route_of = apigateway._evaluate_route_selection  # noqa: SLF001 - it has no public name

    def route_of_any(expression: str, message: str) -> str:
        try:
            return str(route_of(expression, message))
        except RecursionError:
            return "$default"

    apigateway._evaluate_route_selection = route_of_any  # noqa: SLF001
