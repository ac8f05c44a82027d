"""Nothing that is told, to the last byte, says what is behind an address; and every answer costs as many hashes."""

import pytest

from tests.timing.uniform import QUESTIONS, a_service, told_of_each, told_of_tokens


@pytest.mark.covers("REG-02", "REG-03", "RST-20", "R-T3", "R-V2")
@pytest.mark.parametrize("question", QUESTIONS)
async def test_nobody_and_everybody_are_told_the_same(question: str) -> None:
    told = await told_of_each(await a_service(), question)

    assert [each for each in told.values() if each != told["nobody"]] == []


@pytest.mark.covers("R-T3")
async def test_a_refresh_token_that_is_good_no_more_does_not_say_why() -> None:
    told = await told_of_tokens(await a_service())

    assert [each for each in told.values() if each != told["no token"]] == []
