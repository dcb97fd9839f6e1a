"""Makes the functions of a stack: all run the same code asset, each with one of three layers of packages."""

from __future__ import annotations

from aws_cdk import Stack

from infra.constructs.bundling import PackageLayer
from infra.constructs.product_code import product_code
from infra.constructs.python_function import FunctionSpec, PythonFunction
from infra.settings import StageSettings


class FunctionFactory:
    """Makes each function as a child of the stack, whatever construct asks for it.

    A function's logical id is therefore derived from `construct_id` alone, and does not change when its spec moves from
    one construct to another. `runtime_layer` holds the packages that every function imports, `models_layer` also the
    providers' SDKs, `api_layer` all of these and the web framework.
    """

    def __init__(self, stack: Stack, settings: StageSettings) -> None:
        self._stack = stack
        self._settings = settings
        self._code = product_code(composer=settings.offline)
        self.runtime_layer = PackageLayer(stack, "RuntimeLayer", name="runtime")
        self.models_layer = PackageLayer(stack, "ModelsLayer", name="models")
        self.api_layer = PackageLayer(stack, "ApiLayer", name="api")

    def make(self, construct_id: str, spec: FunctionSpec) -> PythonFunction:
        """A new function; `construct_id` is unique in the stack."""
        return PythonFunction(self._stack, construct_id, spec, settings=self._settings, code=self._code)
