"""Slow clients are waited for so long, and no longer; whoever waits for us is not hurried."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from auth_http.serving.patience import Debt, Owed, Patience
from auth_http.settings import Settings

LIMIT = timedelta(seconds=10)
KIB = 1024


@dataclass(eq=False)
class Client:
    """A connection that owes what the test says."""

    debt: Debt | None
    given_up: list[Owed] = field(default_factory=list[Owed])

    def give_up(self, owed: Owed) -> None:
        self.given_up.append(owed)


class Watched:
    """A client, and a clock that ticks ten times a second."""

    def __init__(self, debt: Debt | None) -> None:
        self.client = Client(debt)
        self.patience = Patience(LIMIT)
        self.patience.watch(self.client, now=0)
        self._ticks = 0

    def after(self, seconds: float) -> list[Owed]:
        """Let time go by; return what the client was given up for so far."""
        for _ in range(round(seconds * 10)):
            self._ticks += 1
            self.patience.look(now=self._ticks / 10)
        return self.client.given_up


@pytest.mark.covers("HTTP-02")
@pytest.mark.parametrize("owed", list(Owed))
def test_whoever_owes_for_too_long_is_given_up_once_within_fifteen_seconds(owed: Owed) -> None:
    watched = Watched(Debt(owed, 1, 100 * KIB))

    assert watched.after(9.9) == []
    assert watched.after(3.7) == [owed]
    assert watched.after(60) == [owed]


@pytest.mark.covers("HTTP-02")
def test_by_default_nobody_is_waited_for_longer_than_fifteen_seconds() -> None:
    settings = Settings()
    patience = Patience(timedelta(seconds=settings.request_seconds))

    assert patience.longest(between_looks=timedelta(seconds=0.1)) <= timedelta(seconds=15)
    assert settings.keep_alive_seconds <= 15


@pytest.mark.covers("HTTP-02")
def test_a_slow_head_and_a_slow_body_do_not_add_up() -> None:
    watched = Watched(Debt(Owed.HEAD, 1))
    assert watched.after(9) == []

    watched.client.debt = Debt(Owed.BODY, 1)

    assert watched.after(4.6) == [Owed.BODY]


def test_every_request_has_its_own_time() -> None:
    watched = Watched(None)

    for request in range(20):
        watched.client.debt = Debt(Owed.HEAD, request)
        assert watched.after(6) == []


def test_whoever_waits_for_us_is_never_given_up() -> None:
    watched = Watched(None)

    assert watched.after(600) == []


def test_a_debt_that_was_paid_in_between_is_a_new_one() -> None:
    watched = Watched(Debt(Owed.REQUEST, 1))
    watched.after(9)
    watched.client.debt = None
    watched.after(2)
    watched.client.debt = Debt(Owed.REQUEST, 1)

    assert watched.after(9) == []
    assert watched.after(3) == [Owed.REQUEST]


@pytest.mark.covers("HTTP-02")
def test_whoever_reads_slowly_but_reads_is_let_finish() -> None:
    watched = Watched(Debt(Owed.READING, 1, 200 * KIB))

    for left in range(200, 0, -17):
        watched.client.debt = Debt(Owed.READING, 1, left * KIB)
        assert watched.after(8) == []


@pytest.mark.covers("HTTP-02")
def test_whoever_takes_a_few_bytes_now_and_then_is_given_up() -> None:
    watched = Watched(Debt(Owed.READING, 1, 200 * KIB))

    for second in range(15):
        watched.client.debt = Debt(Owed.READING, 1, 200 * KIB - second)
        watched.after(1)

    assert watched.client.given_up == [Owed.READING]


def test_whoever_has_gone_is_not_looked_at() -> None:
    watched = Watched(Debt(Owed.HEAD, 1))
    watched.patience.forget(watched.client)
    watched.patience.forget(watched.client)

    assert watched.after(60) == []
