"""Anything at all is asked of the service: damaged documents, headers, paths and tokens, by everybody who may ask."""

import pytest

from tests.fuzz.barrage import ask_all

AT_A_TIME = 5_500


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
