"""One form has one reading."""

import pytest

from auth_http.middleware.strict_form import fault_in

REFUSED = {
    "a parameter twice": b"username=a&username=b",
    "a parameter twice, spelt differently": b"username=a&user%6eame=b",
    "bytes that are no UTF-8": b"password=%ff",
    "a surrogate": b"password=%ed%a0%80",
    "raw bytes": b"password=\xc3\xa9",
    "NUL": b"password=a%00b",
    "NUL in a name": b"a%00=b",
    "no form at all": b'{"grant_type": "password"}',
    "too many parameters": b"&".join(b"p%d=1" % number for number in range(40)),
}


@pytest.mark.covers("HTTP-07", "HTTP-08", "HTTP-11")
@pytest.mark.parametrize("form", REFUSED.values(), ids=REFUSED)
def test_a_form_with_two_readings_is_refused(form: bytes) -> None:
    assert fault_in(form) is not None


@pytest.mark.parametrize("form", [b"", b"a=", b"grant_type=password&username=a%40b.c&password=%C3%A9+x%26"])
def test_a_plain_form_is_taken(form: bytes) -> None:
    assert fault_in(form) is None
