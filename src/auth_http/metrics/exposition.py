"""The metrics as Prometheus reads them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Self

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric as Family

from auth_http.metrics.catalogue import METRICS, Metric, Process, Sample
from auth_http.metrics.requests import BOUNDS, Durations

MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4


@dataclass(frozen=True, slots=True, eq=False)  # a registry knows its collectors by identity
class CataloguedMetrics:
    """Reads every metric of the catalogue when it is asked to, and keeps nothing."""

    process: Process

    def collect(self) -> Iterator[Family]:
        """Return the metrics as they are now."""
        for metric in METRICS:
            family = Family(metric.name.removesuffix("_total"), metric.meaning, metric.kind)
            for sample in metric.read(self.process):
                _add(family, metric, sample)
            yield family


@dataclass(frozen=True, slots=True)
class Exposition:
    """Writes the metrics of a process: ours, and what the system knows of its memory, time and open files."""

    registry: CollectorRegistry

    @classmethod
    def of(cls, process: Process) -> Self:
        """Write those of `process`."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(CataloguedMetrics(process))
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        return cls(registry)

    def write(self) -> bytes:
        """Return the text as it is now."""
        return generate_latest(self.registry)


def _add(family: Family, metric: Metric, sample: Sample) -> None:
    labels = dict(zip(metric.labels, sample.labels, strict=True))
    if not isinstance(sample.value, Durations):
        family.add_sample(metric.name, labels, sample.value)
        return
    durations = sample.value
    counts = list(accumulate(durations.counts))
    for bound, count in zip([*map(str, BOUNDS), "+Inf"], counts, strict=True):
        family.add_sample(f"{metric.name}_bucket", {**labels, "le": bound}, count)
    family.add_sample(f"{metric.name}_count", labels, counts[-1])
    family.add_sample(f"{metric.name}_sum", labels, durations.seconds)
