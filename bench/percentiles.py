"""How long it took, in a few figures."""

from collections.abc import Sequence


def summary(waits: Sequence[float]) -> dict[str, float]:
    """Return the median, the 99th and the 99.9th percentile, and the worst, of what was measured."""
    ordered = sorted(waits)
    return {
        "asked": len(ordered),
        "p50": round(ordered[len(ordered) // 2], 2),
        "p99": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 2),
        "p99.9": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.999))], 2),
        "worst": round(ordered[-1], 2),
    }
