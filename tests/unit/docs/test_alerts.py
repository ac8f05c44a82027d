"""The alerts in the guide are about metrics there are."""

import re
from pathlib import Path

import pytest

from auth_adapters.memory import FOR_TESTS, auth_in_memory
from auth_core.audit.events import EventKind
from auth_core.revocation.policy import Fallback
from auth_http.metrics.catalogue import METRICS, Kind
from auth_http.worker import jobs_of

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "operate.md"
LABELS = {
    (f"{metric.name}{suffix}"): set(metric.labels) | ({"le"} if suffix else set())
    for metric in METRICS
    for suffix in (("_bucket", "_count", "_sum") if metric.kind is Kind.HISTOGRAM else ("",))
}
SERIES = re.compile(r"\b(auth_[a-z_]+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)=~?"([^"]*)"')


def alerts() -> list[str]:
    """The conditions of the table."""
    table = GUIDE.read_text(encoding="utf-8").partition("<!-- alerts:")[2].partition("\n\n")[0]
    return [
        condition.replace("\\|", "|")
        for condition in re.findall(r"^\| [^|]+ \| (.*?) \| [^|]*\|$", table, re.MULTILINE)[2:]
    ]


def matchers() -> list[tuple[str, str, str]]:
    """Every metric, label and value that an alert looks for."""
    return [
        (name, *matcher)
        for alert in alerts()
        for name, matched in SERIES.findall(alert)
        for matcher in MATCHER.findall(matched)
    ]


def test_there_are_alerts() -> None:
    assert len(alerts()) >= 10
    assert all(SERIES.search(alert) for alert in alerts())


@pytest.mark.parametrize("alert", alerts())
def test_an_alert_looks_at_metrics_and_labels_that_exist(alert: str) -> None:
    for name, matched in SERIES.findall(alert):
        assert name in LABELS
        assert {label for label, _ in MATCHER.findall(matched)} <= LABELS[name]


async def test_an_alert_looks_for_values_that_exist() -> None:
    tasks = {job.name for job in jobs_of(await auth_in_memory(), FOR_TESTS)}
    values = {label: {value for _, each, value in matchers() if each == label} for _, label, _ in matchers()}

    assert values["task"] <= tasks
    assert values["fallback"] <= set(Fallback)
    kinds = {kind for value in values["kind"] for kind in value.split("|")}
    assert kinds <= set(EventKind)


def test_every_alarm_of_the_trail_has_the_alert() -> None:
    looked_for = {kind for _, label, value in matchers() if label == "kind" for kind in value.split("|")}

    assert {kind for kind in EventKind if kind.is_alarm} <= looked_for
