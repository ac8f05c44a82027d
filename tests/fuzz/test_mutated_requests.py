"""Anything at all is asked of the service: damaged documents, headers, paths and tokens, by everybody who may ask."""

from datetime import timedelta

import pytest

from auth_core.throttling.model import Allowance
from tests.fuzz.barrage import ask_all, has_lost
from tests.fuzz.heard import listening
from tests.fuzz.house import SETTINGS, House
from tests.fuzz.mutated import caller_of, request
from tests.unit.http.interface import DOCUMENT

AT_A_TIME = 5_500
_ONE = Allowance(tries=1, period=timedelta(hours=1))
_BUDGETS = ("account", "device", "source", "session", "secrets", "registrations", "mails")
STINGY = SETTINGS.model_copy(update={f"throttle_{name}": _ONE for name in _BUDGETS})


@pytest.mark.covers("HTTP-01", "HTTP-05", "HTTP-08", "HTTP-19", "HTTP-21", "R-H5", "R-H6")
@pytest.mark.parametrize("first", [0, AT_A_TIME, 2 * AT_A_TIME, 3 * AT_A_TIME])
async def test_no_request_breaks_the_service_or_its_word(first: int) -> None:
    found = await ask_all(range(first, first + AT_A_TIME))

    assert found.failures == []
    assert found.tally.total() == AT_A_TIME
    assert {
        "200",
        "201",
        "204",
        "401",
        "403",
        "404",
        "405",
        "409",
        "412",
        "413",
        "415",
        "422",
        "431",
    } <= found.tally.keys()


async def test_whoever_tries_too_often_is_told_so_where_the_document_says_it_and_nowhere_else() -> None:
    documented = {
        operation["operationId"]
        for methods in DOCUMENT["paths"].values()
        for operation in methods.values()
        if "429" in operation["responses"]
    }
    refused: set[str] = set()
    faults: list[str] = []

    with listening() as heard:
        house = await House.make(settings=STINGY)
        for number in range(40_000):
            asked = request(number, house)
            answer, found = await house.ask(asked, heard=heard)
            faults += found
            if answer.status == 429 and (operation := house.judge.operation(asked.method, asked.path)):
                refused.add(operation["operationId"])
            if has_lost(answer):
                await house.renew(caller_of(number))
            if refused == documented:
                break

    assert faults == []
    assert refused == documented
