"""Which page is made by what."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from docs.generate import (
    command_line,
    comparison,
    errors,
    events,
    http_interface,
    metrics,
    routes,
    security_coverage,
    settings,
    webhooks,
)

REFERENCE: Final = Path(__file__).parents[1] / "reference"

PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "command-line.md": command_line.page,
    "comparison-cpu.svg": comparison.cpu_chart,
    "comparison-storm.svg": comparison.storm_chart,
    "comparison.md": comparison.page,
    "errors.md": errors.page,
    "events.md": events.page,
    "http.md": http_interface.page,
    "metrics.md": metrics.page,
    "routes.md": routes.page,
    "security-coverage.md": security_coverage.page,
    "settings.md": settings.page,
    "webhooks.md": webhooks.page,
}


def write() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


def drifted() -> list[str]:
    """Name the pages that are missing or are not what the code says."""
    return [name for name, page in PAGES.items() if _written(name) != page()]


def _written(name: str) -> str | None:
    path = REFERENCE / name
    return path.read_text(encoding="utf-8") if path.is_file() else None
