"""Request and reply models of the console's sign-in."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class SignInRequest(BaseModel):
    """The token of the link that `make up` printed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    token: Annotated[str, Field(min_length=1, max_length=200)]


class SignIn(BaseModel):
    """The API key that the console uses until its tab is closed."""

    api_key: str
