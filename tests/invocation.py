"""The context of an invocation, as Lambda gives it to a handler."""

from __future__ import annotations

from aws_lambda_powertools.utilities.typing import LambdaContext


class Invocation(LambdaContext):
    """A function that has most of its time left."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 500_000
