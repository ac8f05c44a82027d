"""What is there when serving begins is not looked through for garbage."""

import gc

from auth_http.serving.settled import settle


def test_what_was_there_is_out_of_the_collectors_sight_and_what_comes_is_not() -> None:
    old: list[object] = []
    try:
        settle()
        new: list[object] = []

        seen = {id(each) for each in gc.get_objects()}

        assert id(old) not in seen
        assert id(new) in seen
    finally:
        gc.unfreeze()
