"""What is there when serving begins is not looked through for garbage."""

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from auth_http.serving.settled import settle, settled_as_it_comes


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


class Garbage:
    """What holds itself, and goes only when it is found."""

    def __init__(self) -> None:
        self.itself = self


def seen_by_the_collector() -> set[int]:
    return {id(each) for each in gc.get_objects()}


def test_what_was_there_is_out_of_the_collectors_sight_and_what_comes_is_not() -> None:
    old: list[object] = []

    settle()
    new: list[object] = []

    assert id(old) not in seen_by_the_collector()
    assert id(new) in seen_by_the_collector()


def test_what_a_start_has_left_is_collected_before_it_is_out_of_sight() -> None:
    gc.disable()
    garbage = Garbage()
    left = ref(garbage)
    del garbage

    settle()
    gc.enable()

    assert left() is None


def test_many_in_the_middle_of_a_request_are_no_reason_to_collect_and_what_holds_itself_is_found_in_the_end() -> None:
    settle()
    garbage = Garbage()
    left = ref(garbage)
    del garbage

    made: list[list[object]] = [[] for _ in range(8_000)]
    assert left() is not None
    made += [[] for _ in range(4_000)]
    assert left() is None


def test_nothing_is_collected_while_a_process_imports_and_what_came_is_out_of_sight() -> None:
    with settled_as_it_comes():
        collects = gc.isenabled()
        imported: list[object] = []

    assert not collects
    assert gc.isenabled()
    assert id(imported) not in seen_by_the_collector()


def test_a_failed_import_leaves_the_collector_at_work() -> None:
    with pytest.raises(ImportError), settled_as_it_comes():
        raise ImportError

    assert gc.isenabled()
