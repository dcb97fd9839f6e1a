"""Makes the functions of a stack: all run the same code asset, each with one of four layers of packages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aws_cdk import Stack

from fourfold.llm.model_names import OFFLINE
from fourfold.llm.port import provider_and_model
from infra.constructs.bundling import PackageLayer
from infra.constructs.product_code import product_code
from infra.constructs.python_function import FunctionSpec, PythonFunction
from infra.settings import StageSettings

# The layer of packages that calls to a provider need, where it is not named as the provider is.
_PACKAGES_OF: Final = {"compatible": "openai"}


class FunctionFactory:
    """Makes each function as a child of the stack, whatever construct asks for it.

    A function's logical id is therefore derived from `construct_id` alone, and does not change when its spec moves from
    one construct to another. `runtime_layer` holds the packages that every function imports, `models_layer` also the
    SDKs of the stage's providers (and OpenTelemetry's if spans are sent), `jobs_layer` also what computes voices,
    `api_layer` all of these and the web framework. `made` are the functions so far, by the names of their folders.
    """

    def __init__(self, stack: Stack, settings: StageSettings) -> None:
        self._stack = stack
        self.made: dict[str, PythonFunction] = {}
        self._settings = settings
        self._code = product_code(composer=settings.offline, compiled=stack.bundling_required)
        called = (*packages_of(settings.providers), *(("otel",) if settings.otlp_endpoint else ()))
        self.runtime_layer = PackageLayer(stack, "RuntimeLayer", names=("runtime",))
        self.models_layer = PackageLayer(stack, "ModelsLayer", names=("runtime", *called))
        self.jobs_layer = PackageLayer(stack, "JobsLayer", names=("runtime", "voice", *called))
        self.api_layer = PackageLayer(stack, "ApiLayer", names=("runtime", "api", "voice", *called))

    def make(self, construct_id: str, spec: FunctionSpec) -> PythonFunction:
        """A new function; `construct_id` is unique in the stack."""
        made = PythonFunction(self._stack, construct_id, spec, settings=self._settings, code=self._code)
        self.made[spec.name] = made
        return made


def packages_of(providers: Sequence[str]) -> tuple[str, ...]:
    """The names of the requirements (layers/<name>) with which these providers are called, sorted."""
    called = {provider_and_model(provider)[0] for provider in providers} or {OFFLINE}
    return tuple(sorted({_PACKAGES_OF.get(provider, provider) for provider in called}))
