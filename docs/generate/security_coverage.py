"""The page that says which case of the security catalogue is covered by which tests, and which is by none."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from docs.generate import markdown
from docs.generate.covers_marks import Marked, tests_by_case
from docs.generate.markdown import code, table
from docs.generate.source_code import ROOT

CASES: Final = ROOT / "docs" / "reference" / "security-cases.csv"

_INTRODUCTION: Final = """\
The catalogue ([security-cases.csv](security-cases.csv)) names what must hold. A test says which cases it shows
to hold with `@pytest.mark.covers("RFR-06")`; this page is read from those marks. *Not covered yet* means that no test
says so, whether or not the code does it. A mark is a claim about that test, not a proof that the case is exhausted."""
_GROUPS: Final = {
    "R": "Requirements",
    "REG": "Registration",
    "PWD": "Passwords",
    "THR": "Throttling",
    "JWT": "Tokens",
    "RFR": "Refresh",
    "SES": "Sessions",
    "RST": "Reset, verification, change of address",
    "AUZ": "Authorisation",
    "HTTP": "HTTP",
    "DB": "Database faults",
    "PRC": "Processes and time",
    "MIG": "Migrations",
    "CFG": "Configuration",
    "SUP": "Supply chain",
    "CTR": "Container",
    "AUD": "Audit",
    "MFA": "Second factors",
    "WA": "Passkeys",
    "OAU": "OAuth and OpenID Connect",
    "figures": "Figures",
}
_FIGURE: Final = re.compile(r"[A-Z]-\d")


class UnknownCase(Exception):
    """A test names a case that the catalogue does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of the catalogue; `note` says why a case does not apply, or not yet."""

    id: str
    words: str
    note: str

    @property
    def group(self) -> str:
        """The prefix of the id; what is measured in the large has one of its own."""
        return "figures" if _FIGURE.match(self.id) else self.id.partition("-")[0]


def page() -> str:
    """Return the page. Raises: UnknownCase."""
    cases, marked = read_cases(), tests_by_case()
    if unknown := sorted(marked.keys() - {each.id for each in cases}):
        raise UnknownCase(f"{', '.join(unknown)} in {', '.join(sorted(marked[unknown[0]]))}")
    groups = [part for prefix, title in _GROUPS.items() for part in _group(prefix, title, cases, marked)]
    return markdown.page("Security coverage", "the marks of the tests", _INTRODUCTION, _summary(cases, marked), *groups)


def read_cases() -> list[Case]:
    """Return the catalogue, in its order."""
    with CASES.open(encoding="utf-8", newline="") as file:
        return [Case(id=row["id"], words=row["case"], note=row["note"]) for row in csv.DictReader(file)]


def _summary(cases: list[Case], marked: Marked) -> str:
    covered = sum(each.id in marked for each in cases)
    later = sum(bool(each.note) and each.id not in marked for each in cases)
    return (
        f"Of {len(cases)} cases {covered} are covered, {later} belong to what is not built yet, and "
        f"{len(cases) - covered - later} are not covered yet."
    )


def _group(prefix: str, title: str, cases: list[Case], marked: Marked) -> Iterator[str]:
    yield f"## {title}"
    yield table(
        ("case", "what holds", "covered by"),
        [(each.id, each.words, _covered_by(each, marked)) for each in cases if each.group == prefix],
    )


def _covered_by(case: Case, marked: Marked) -> str:
    tests = marked.get(case.id)
    if tests is None:
        return case.note or "*not covered yet*"
    return "<br>".join(code(_short(each)) for each in sorted(tests))


def _short(test: str) -> str:
    return test.removeprefix("tests/").removeprefix("src/auth_core/testing/")
