"""The page of the metrics, from their catalogue."""

from typing import Final

from auth_http.metrics.catalogue import METRICS, Kind
from auth_http.metrics.requests import BOUNDS
from docs.generate import markdown
from docs.generate.markdown import code, codes, table

_INTRODUCTION: Final = """\
What `GET /metrics` tells at the port `AUTH_METRICS_PORT`, of one process; [Operate](../guides/operate.md#metrics) says
how to collect it and what to be woken for. Labels have few values, and none of them comes from a caller. Besides these
there are the `process_*` and `python_*` metrics that every program with Prometheus's Python library has."""
_KINDS: Final = {
    Kind.COUNTER: "only grows, from 0 at the start of the process",
    Kind.GAUGE: "is as it is when it is read",
    Kind.HISTOGRAM: f"counts in buckets of up to {', '.join(f'{bound:g}' for bound in BOUNDS)} seconds, and beyond",
}


def page() -> str:
    """Return the page."""
    return markdown.page(
        "Metrics",
        "src/auth_http/metrics/catalogue.py",
        _INTRODUCTION,
        table(
            ("metric", "kind", "labels", "meaning"),
            [(code(metric.name), metric.kind.value, codes(metric.labels), metric.meaning) for metric in METRICS],
        ),
        "## Kinds",
        "\n".join(f"- A {kind.value} {meaning}." for kind, meaning in _KINDS.items()),
    )
