"""A service in memory whose metrics can be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from auth_adapters.hashing_pool import HashingPolicy, HashingPool
from auth_adapters.postgres.pools import PoolState
from auth_http.metrics.backlog import BacklogGauge
from auth_http.metrics.catalogue import Process
from auth_http.metrics.exposition import Exposition
from auth_http.metrics.jobs import JobRecords
from auth_http.metrics.requests import RequestTally
from auth_http.middleware.request_meter import RequestMeter
from auth_http.settings import Settings
from tests.unit.http.service import Service, a_service


@dataclass(slots=True, kw_only=True)
class Measured:
    service: Service
    process: Process
    _exposition: Exposition | None = None

    def text(self) -> str:
        self._exposition = self._exposition or Exposition.of(self.process)
        return self._exposition.write().decode()

    def samples(self) -> list[Sample]:
        return [sample for family in text_string_to_metric_families(self.text()) for sample in family.samples]

    def value(self, name: str, **labels: str) -> float | None:
        """The value of one series, None when there is none."""
        found = [each.value for each in self.samples() if each.name == name and each.labels == labels]
        assert len(found) <= 1
        return found[0] if found else None


async def measured(settings: Settings | None = None) -> Measured:
    service, tally = await a_service(settings), RequestTally()
    service.app = RequestMeter(service.app, tally)
    pools: Mapping[str, PoolState] = {"transactions": PoolState(used=1, idle=2, most=4)}
    return Measured(
        service=service,
        process=Process(
            auth=service.auth,
            policies=service.parts.policies(),
            clock=service.clock,
            hashing=HashingPool(HashingPolicy(threads=1), first_guess=timedelta(milliseconds=250)),
            pools=lambda: pools,
            jobs=JobRecords(service.clock),
            requests=tally,
            backlog=BacklogGauge(),
        ),
    )
