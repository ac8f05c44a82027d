"""Connections are bounded, and it is those that only hold one who make room."""

from dataclasses import dataclass

import pytest

from auth_http.serving.crowd import Crowd


@dataclass(eq=False)
class Guest:
    """A connection of some source."""

    source: str | None
    gone: bool = False

    def make_room(self) -> None:
        self.gone = True


def inside(crowd: Crowd, *sources: str | None) -> list[Guest]:
    guests = [Guest(source) for source in sources]
    assert all(crowd.enter(guest) for guest in guests)
    return guests


@pytest.mark.covers("HTTP-25", "PRC-04")
def test_whoever_has_waited_longest_makes_room() -> None:
    crowd = Crowd(most=3, most_of_one=3)
    first, second, third = inside(crowd, "a", "b", "c")
    crowd.ask(first)

    inside(crowd, "d")

    assert [first.gone, second.gone, third.gone] == [False, True, False]
    assert crowd.inside == 3


@pytest.mark.covers("HTTP-25", "PRC-04")
def test_nobody_who_is_being_served_makes_room() -> None:
    crowd = Crowd(most=2, most_of_one=2)
    served = inside(crowd, "a", "b")
    for guest in served:
        crowd.ask(guest)

    assert not crowd.enter(Guest("c"))
    crowd.wait(served[0])
    assert crowd.enter(Guest("c"))

    assert [guest.gone for guest in served] == [True, False]
    assert crowd.turned_away == 1


@pytest.mark.covers("HTTP-25")
def test_who_was_answered_waits_at_the_end_of_the_line() -> None:
    crowd = Crowd(most=2, most_of_one=2)
    first, second = inside(crowd, "a", "b")
    crowd.ask(first)
    crowd.wait(first)

    inside(crowd, "c")

    assert (first.gone, second.gone) == (False, True)


@pytest.mark.covers("HTTP-25")
def test_one_source_makes_room_for_itself_and_takes_nobody_elses() -> None:
    crowd = Crowd(most=10, most_of_one=2)
    (other,) = inside(crowd, "other")
    mine = inside(crowd, "me", "me", "me")

    assert [guest.gone for guest in mine] == [True, False, False]
    for guest in mine[1:]:
        crowd.ask(guest)
    assert not crowd.enter(Guest("me"))
    assert crowd.enter(Guest("somebody"))
    assert not other.gone


def test_a_proxy_of_ours_is_many_sources() -> None:
    crowd = Crowd(most=10, most_of_one=2)

    assert not any(guest.gone for guest in inside(crowd, *[None] * 10))


def test_places_are_given_back() -> None:
    crowd = Crowd(most=2, most_of_one=1)
    for _ in range(100):
        guest, other = inside(crowd, "a", "b")
        crowd.ask(guest)
        crowd.leave(guest)
        crowd.leave(other)

    assert crowd.inside == 0
    assert not any(guest.gone for guest in inside(crowd, "a", "b"))
