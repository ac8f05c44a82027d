"""What one process has ended is refused in every other, soon, as real services see it."""

import sys
from pathlib import Path

import pytest

from auth_core import AccessCheckMode, Redacted
from bench.revocation_latency import CAUSES, PLACES, delays


@pytest.mark.covers("R-S4", "SES-06", "JWT-20", "AUZ-09")
@pytest.mark.parametrize(
    ("notify", "at_once", "bound"), [(True, 1, 1_000), (False, 4, 2_000)], ids=["notify", "polling"]
)
async def test_tokens_are_refused_everywhere_within_the_bound_and_at_once_where_it_was_acknowledged(
    address: Redacted[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    notify: bool,
    at_once: int,
    bound: float,
) -> None:
    found = await delays(address, tmp_path, notify=notify, trials=4, at_once=at_once, spread=0)

    with capsys.disabled():
        sys.stdout.write(f"\n{found}\n")
    assert set(found.found) == set(CAUSES)
    assert found.worst < bound
    assert found.accepted[PLACES[0]] == 0


async def test_where_the_database_is_asked_no_process_accepts_a_token_after_the_acknowledgement(
    address: Redacted[str], tmp_path: Path
) -> None:
    asking = AccessCheckMode.DATABASE

    found = await delays(address, tmp_path, notify=True, trials=5, at_once=1, spread=0, access_check=asking)

    assert (found.accepted[PLACES[0]], found.accepted[PLACES[1]]) == (0, 0)
