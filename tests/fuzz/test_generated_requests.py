"""What the document says is so: schemathesis asks everything it describes, and what it rules out."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.fuzz.generated import Generating, document
from tests.fuzz.heard import listening
from tests.fuzz.house import UNSAFE_NO_THROTTLE, House


@pytest.fixture
def generating() -> Iterator[Generating]:
    with listening() as heard, asyncio.Runner() as runner:
        house = runner.run(House.make(settings=UNSAFE_NO_THROTTLE))
        heard.take()
        yield Generating(runner, house, heard)


@pytest.mark.covers("HTTP-08", "R-H5", "R-A3")
def test_each_rule_of_the_document_is_kept_when_it_is_kept_and_when_it_is_broken(generating: Generating) -> None:
    generating.cover()

    assert generating.found.failures == []
    assert generating.found.tally.total() > 1_500


def test_what_fits_the_document_is_taken_for_what_it_is_and_the_rest_is_refused(generating: Generating) -> None:
    generating.explore(10, first=1)

    assert generating.found.failures == []
    assert generating.found.tally.total() > 500
    assert "429" not in generating.found.tally, "whoever is told to wait is told nothing else"


def test_what_an_answer_names_can_be_asked_for_and_what_is_gone_is_gone(generating: Generating) -> None:
    generating.walk(60, first=1)

    assert generating.found.failures == []
    assert generating.found.tally.total() > 200


def test_a_document_that_leaves_something_out_is_found_out(generating: Generating) -> None:
    described = document()
    del described["paths"]["/auth/me"]["get"]["responses"]["200"]
    less = Generating(generating.runner, generating.house, generating.heard, described=described)

    less.cover("GET /auth/me")

    assert any("Undocumented status code" in failure for failure in less.found.failures)
