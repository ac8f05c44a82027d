"""The reference is complete. That it is current is for `./dev check` to say."""

from auth_core.audit.events import EventKind
from auth_core.revocation.model import Reason
from auth_http.settings.reference import entries
from docs.generate.event_meanings import MEANINGS, REASONS
from docs.generate.pages import PAGES, REFERENCE
from docs.generate.security_coverage import read_cases


def test_no_page_is_left_over() -> None:
    assert {page.name for page in REFERENCE.iterdir() if page.suffix in {".md", ".svg"}} == set(PAGES)


def test_every_event_and_every_reason_is_explained() -> None:
    assert set(MEANINGS) == set(EventKind)
    assert set(REASONS) == set(Reason)


def test_every_setting_is_described() -> None:
    assert [each.name for each in entries() if not each.description] == []


def test_every_case_has_an_id_of_its_own_and_words() -> None:
    cases = read_cases()

    assert len({each.id for each in cases}) == len(cases)
    assert all(each.words for each in cases)
