"""For operators: does the process run, and can it serve?"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Request, Response

from auth_core import AccessCheckMode
from auth_http.dependencies import wiring
from auth_http.documented import failures
from auth_http.needs import OPEN_TO_ALL
from auth_http.problems import Problem
from auth_http.request_problems import RequestRefused
from auth_http.schemas.document import answered
from auth_http.schemas.operations import Alive, Ready
from auth_http.wiring import Readiness, Wiring

router = APIRouter(tags=["Operators"])

_LONGEST_CHECK: Final = timedelta(seconds=5)


def _not_ready(reasons: dict[str, str]) -> Problem:
    return Problem(
        status=503,
        code="not_ready",
        detail="This process cannot serve at this moment.",
        extra={"checks": reasons},
        headers={"Retry-After": "1"},
    )


@router.get(
    "/health/live",
    operation_id="read_liveness",
    summary="Does the process run?",
    response_model=Alive,
    response_description="It runs.",
    openapi_extra=OPEN_TO_ALL,
    responses=failures(),
)
async def read_liveness() -> Response:
    """Says that the process answers; nothing else is looked at."""
    return answered(Alive())


@router.get(
    "/health/ready",
    operation_id="read_readiness",
    summary="Can the process serve?",
    response_model=Ready,
    response_description="It can serve.",
    openapi_extra=OPEN_TO_ALL,
    responses=failures(_not_ready({"database": "does not answer"})),
)
async def read_readiness(request: Request) -> Response:
    """Looks at what serving needs, and refuses while the process is going down, so that others are asked instead."""
    checks = await checked(wiring(request).readiness(), within=_LONGEST_CHECK)
    reasons = {name: reason for name, reason in checks.items() if reason is not None}
    if reasons:
        raise RequestRefused(_not_ready(reasons))
    return answered(Ready(checks=dict.fromkeys(checks, "ok"), warnings=_warnings(wiring(request))))


def _warnings(wiring: Wiring) -> dict[str, str]:
    """Return what is not as it should be and keeps nobody from being served."""
    if wiring.policies().revocation.access_check is AccessCheckMode.DATABASE:
        return {}
    if wiring.auth().revocation.follow.is_current():
        return {}
    return {"revocations": "out of date; the database is asked instead"}


async def checked(readiness: Readiness, *, within: timedelta) -> Mapping[str, str | None]:
    """Return what was found, or that it took too long."""
    try:
        async with asyncio.timeout(within.total_seconds()):
            return await readiness.check()
    except TimeoutError:
        return {"checks": "take too long"}
