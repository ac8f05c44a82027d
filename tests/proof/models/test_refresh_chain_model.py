"""The refresh chain against a model of it: whatever clients, thieves and clocks do, the two agree."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth_adapters.memory import FOR_TESTS
from auth_core import InvalidRefreshToken, SessionPolicy
from auth_core.sessions.model import Session
from tests.unit.core_in_memory import HERE, Core

WINDOW = timedelta(seconds=30)
IDLE = timedelta(minutes=10)
ABSOLUTE = timedelta(minutes=30)
POLICIES = replace(FOR_TESTS, sessions=SessionPolicy(idle=IDLE, absolute=ABSOLUTE, retry_window=WINDOW))

# Just before and just after what matters, and in between.
DELAYS = st.sampled_from([0, 1, 29, 30, 31, 299, 599, 600]).map(lambda seconds: timedelta(seconds=seconds))


@dataclass
class Model:
    """What is true of a session: when each of its links was made, and whether a theft has ended it."""

    made: list[datetime]
    dead: bool = False

    @property
    def generation(self) -> int:
        return len(self.made) - 1

    def end_of(self, generation: int) -> datetime:
        return min(self.made[generation] + IDLE, self.made[0] + ABSOLUTE)

    def present(self, generation: int, now: datetime) -> int | None:
        """The generation of the link that is given for this one; None when it is refused."""
        if self.dead or now >= self.end_of(self.generation):
            return None
        if generation == self.generation:
            self.made.append(now)
        elif generation < self.generation - 1 or now - self.made[-1] >= WINDOW:
            self.dead = True
            return None
        return self.generation


@pytest.mark.covers("RFR-01", "RFR-02", "RFR-03", "RFR-04", "RFR-05", "RFR-12", "RFR-21")
@settings(deadline=None)
@given(st.lists(st.tuples(DELAYS, st.integers(0, 3)), max_size=25))
async def test_every_history_of_presented_links_goes_as_the_model_says(steps: list[tuple[timedelta, int]]) -> None:
    core = await Core.make(policies=POLICIES)
    first = (await core.signed_in()).tokens
    links = [first.refresh_token]
    model = Model(made=[core.clock.now()])

    for delay, back in steps:
        now = core.clock.advance(delay)
        presented = max(len(links) - 1 - back, 0)
        expected = model.present(presented, now)
        given_link = None
        try:
            pair = await core.auth.sessions.refresh(refresh_token=links[presented], origin=HERE)
        except InvalidRefreshToken:
            assert expected is None
        else:
            given_link = pair.refresh_token
            assert pair.session.generation == expected
            if pair.session.generation == len(links):
                links.append(given_link)
            assert given_link.reveal() == links[-1].reveal()

        session: Session = core.store.committed.sessions[first.session.id]
        assert (session.generation, session.ended_at is not None) == (model.generation, model.dead)


@pytest.mark.covers("RFR-03")
@settings(deadline=None)
@given(st.lists(st.integers(0, 29_999), min_size=1, max_size=10))
async def test_whenever_a_lost_answer_is_asked_for_it_is_the_same_text(delays: list[int]) -> None:
    core = await Core.make(policies=POLICIES)
    first = (await core.signed_in()).tokens.refresh_token
    begun = core.clock.now()
    answer = (await core.auth.sessions.refresh(refresh_token=first, origin=HERE)).refresh_token.reveal()

    for delay in delays:
        core.clock.move_to(begun + timedelta(milliseconds=delay))
        again = await core.auth.sessions.refresh(refresh_token=first, origin=HERE)

        assert again.refresh_token.reveal() == answer
