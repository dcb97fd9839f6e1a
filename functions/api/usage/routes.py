"""The route of usage."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated

from fastapi import APIRouter, Query, Response

from functions.api import wiring
from functions.api.dependencies import Reader
from functions.api.iso_dates import IsoDate
from functions.api.openapi import replies
from functions.api.responses import document
from functions.api.usage.reading import MAX_DAYS, days_of, usage_report
from functions.api.usage.schemas import GroupBy, UsageReport
from functions.clock import now

router = APIRouter(tags=["usage"])


@router.get("/v1/usage", summary="Read usage", response_model=UsageReport, responses=replies.problems(401, 403, 422))
async def read_usage(
    caller: Reader,
    first: Annotated[
        IsoDate | None, Query(alias="from", description=f"The first day (UTC); at most {MAX_DAYS} days before `to`.")
    ] = None,
    last: Annotated[IsoDate | None, Query(alias="to", description="The last day (UTC); by default today.")] = None,
    group_by: Annotated[GroupBy, Query(description="What the figures are grouped by.")] = "day",
) -> Response:
    """Returns calls, failures, tokens, cached share and USD of the workspace's model calls, by default of 30 days.

    Calls are counted when their work ends: runs and jobs that fail or are cancelled count too, and so do chat replies
    that were blocked. A run counts on the day it ends. Deleting a persona does not reduce the usage.
    """
    days = days_of(first, last, now().astimezone(UTC).date())
    return document(await wiring.in_thread(lambda: usage_report(caller.workspace_id, days, group_by)))
