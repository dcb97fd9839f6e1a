"""Amazon Bedrock from a laptop: only where a developer names its address, never the engine's imitation of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

# What boto3 reads: the address, and an API key of Bedrock's own. The engine replaces every other AWS_* variable.
ADDRESS: Final = "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"
KEY: Final = "AWS_BEARER_TOKEN_BEDROCK"


def bedrock_access(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables by which processes on this machine reach Bedrock."""
    return {name: environment[name] for name in (ADDRESS, KEY) if environment.get(name)}


def require_bedrock_access(providers: Collection[str], environment: Mapping[str, str]) -> None:
    """Raises ValueError if Bedrock is among `providers` and the environment names no address of it."""
    if "bedrock" in providers and not environment.get(ADDRESS):
        raise ValueError(
            f"bedrock is used on AWS; on this machine set {ADDRESS} (such as "
            f"https://bedrock-runtime.us-east-1.amazonaws.com) and {KEY} to a Bedrock API key"
        )
