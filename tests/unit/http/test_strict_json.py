"""One document has one reading."""

import pytest

from auth_http.middleware.strict_json import DEEPEST, fault_in

REFUSED = {
    "NaN": (b'{"a": NaN}', "number_out_of_range"),
    "Infinity": (b'{"a": [Infinity]}', "number_out_of_range"),
    "minus Infinity": (b'{"a": -Infinity}', "number_out_of_range"),
    "a float beyond all": (b'{"a": 1e999}', "number_out_of_range"),
    "an integer of 64 bits and one": (b'{"a": 9223372036854775808}', "number_out_of_range"),
    "an integer of 5,000 digits": (b'{"a": ' + b"9" * 5000 + b"}", "number_out_of_range"),
    "an escaped lone surrogate": (b'{"a": "\\ud800"}', "unencodable"),
    "a lone surrogate for a key": (b'{"\\udfff": 1}', "unencodable"),
    "a surrogate pair the wrong way round": (b'{"a": ["\\udc00\\ud800"]}', "unencodable"),
    "an escaped NUL": (b'{"a": {"b": "x\\u0000y"}}', "nul_character"),
    "an escaped NUL in a key": (b'{"\\u0000": 1}', "nul_character"),
    "a member twice": (b'{"a": 1, "a": 1}', "duplicate_member"),
    "a member twice, spelt differently": (b'{"a": 1, "\\u0061": 2}', "duplicate_member"),
    "a member twice, deep inside": (b'[{"b": {"a": 1, "a": 2}}]', "duplicate_member"),
}
MALFORMED = {
    "nothing but space": b" ",
    "no end": b'{"a": ',
    "text after the end": b'{"a": 1} x',
    "single quotes": b"{'a': 1}",
    "a last comma": b'{"a": 1,}',
    "a comment": b'{"a": 1} // b',
    "bytes that are no UTF-8": b'{"a": "\xff"}',
    "a surrogate in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "an overlong NUL": b'{"a": "\xc0\x80"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "UTF-16 without a mark": '{"a": 1}'.encode("utf-16-le"),
    "UTF-32": '{"a": 1}'.encode("utf-32"),
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "a raw NUL": b'{"a": "\0"}',
    "a raw line break in a text": b'{"a": "\n"}',
}
TAKEN = {
    "an object": b'{"a": "b", "c": [1, 2.5, -3, null, true]}',
    "the largest integer": b'{"a": 9223372036854775807}',
    "minus zero": b'{"a": -0}',
    "a text": b'"a"',
    "an emoji": '{"a": "\U0001f511"}'.encode(),
    "an escaped emoji": b'{"a": "\\ud83d\\udd11"}',
    "brackets in a text": b'{"a": "' + b"[{" * 1000 + b'"}',
}


@pytest.mark.covers("HTTP-04", "HTTP-05", "HTTP-06", "HTTP-08", "PWD-08")
@pytest.mark.parametrize(("document", "code"), REFUSED.values(), ids=REFUSED)
def test_what_can_be_read_in_two_ways_is_refused_and_named(document: bytes, code: str) -> None:
    problem = fault_in(document)

    assert problem is not None
    assert problem.status == 422
    assert [error["code"] for error in problem.errors] == [code]


@pytest.mark.covers("HTTP-07", "HTTP-08")
@pytest.mark.parametrize("document", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_json_in_utf_8_is_refused(document: bytes) -> None:
    problem = fault_in(document)

    assert problem is not None
    assert (problem.status, problem.code) == (400, "malformed_json")


@pytest.mark.covers("HTTP-03")
@pytest.mark.parametrize("levels", [DEEPEST + 1, 200, 5_000, 30_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")], ids=["lists", "objects"])
def test_deep_nesting_is_refused(levels: int, opening: bytes, closing: bytes) -> None:
    problem = fault_in(opening * levels + b"1" + closing * levels)

    assert problem is not None
    assert (problem.status, problem.code) == (400, "nested_too_deeply")


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")], ids=["lists", "objects"])
def test_nesting_up_to_the_limit_is_taken(opening: bytes, closing: bytes) -> None:
    assert fault_in(opening * DEEPEST + b"1" + closing * DEEPEST) is None


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert fault_in(b"[" + b"[1]," * 1000 + b"[2]]") is None


@pytest.mark.parametrize("document", TAKEN.values(), ids=TAKEN)
def test_plain_json_is_taken(document: bytes) -> None:
    assert fault_in(document) is None
