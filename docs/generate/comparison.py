"""The page that compares us with others, and with what we wanted to reach, from the results of the benchmarks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from docs.generate import markdown
from docs.generate.bars import chart
from docs.generate.markdown import table

_RESULTS: Final = Path(__file__).parents[2] / "bench" / "results"
_US: Final = "auth-service"
_CALLS: Final = ("me", "refresh", "verify", "introspect", "log in", "register")
_STORM: Final = "32 clients"
_CROWD: Final = "128 clients that do not wait"
_INTRODUCTION: Final = """\
`./dev bench side_by_side` runs the service and four others by their own packages, each on one core with one worker, on
one PostgreSQL, in turns; the clients and the database have the other core. Every figure of a table is from one run, so
the ratios carry over to another machine and the figures do not. CPU is that of the server's processes. Everybody hashes
passwords as they do by default, so the log-ins differ in what they are worth; Better Auth hashes in threads of its own.
A storm is 32 clients that log in without pause and wait when they are told to, while others ask who they are and
refresh at times fixed beforehand."""

_OF_STARTS: Final = "[0016](../decisions/0016-a-start-imports-what-serving-needs.md)"
_OF_STALLS: Final = "[0012](../decisions/0012-a-crowd-comes-in-bit-by-bit.md)"
_OF_CALLS: Final = "[0017](../decisions/0017-asked-all-the-time-called-directly.md)"
_OF_SLOW_CLIENTS: Final = "[0133](../decisions/0133-a-slow-client-costs-a-connection-and-no-more.md)"
_OF_REFRESHES: Final = f"it signs by ES256, and whatever follows a statement runs at half its speed ({_OF_CALLS})"
_NOT_MEASURED: Final = """\
Not measured: djangorestframework-simplejwt and node-oidc-provider, which we wanted to be ten and 1.8 times cheaper than
at a refresh; requests a second of a guarded route, of which its CPU above says as much; log-ins with two threads on two
cores, since here the second core is the clients'."""


def page() -> str:
    """Return the page."""
    found = _result("side_by_side")
    return markdown.page(
        "Beside others",
        "bench/results",
        _INTRODUCTION,
        "![CPU a call](comparison-cpu.svg)",
        "## CPU a call, in µs (lowest to highest of the rounds)",
        table(("", *_CALLS), [(name, *map(_spread, _calls(each))) for name, each in found["contestants"].items()]),
        "## Answers a second",
        table(
            ("", *_CALLS),
            [
                (name, *(f"{call['a second']['median']:,g}" if call else "" for call in _calls(each)))
                for name, each in found["contestants"].items()
            ],
        ),
        "## In a log-in storm",
        "![p99 in the storm](comparison-storm.svg)",
        table(
            ("", "p99 of me: peace → storm, ms", "p99 of refresh", "log-ins a second", "put off a second"),
            [_in_storm(name, storm) for name, each in found["contestants"].items() for storm in _storms(each)],
        ),
        "## Starting, memory",
        table(
            ("", "seconds to the first answer", "MiB when started", "MiB at the end", "hashes with"),
            [
                (
                    name,
                    f"{each['seconds to the first answer']['median']:g}",
                    str(each["MiB when started"]),
                    str(each["MiB at the end"]),
                    each["hashes with"] or "",
                )
                for name, each in found["contestants"].items()
            ],
        ),
        "## In PostgreSQL, by the number of sessions",
        _rotation(),
        "## What we wanted to reach",
        table(("", "wanted", "found", "", "why"), [aim.row() for aim in _aims()]),
        _NOT_MEASURED,
    )


def cpu_chart() -> str:
    """Return the chart of what calls cost."""
    contestants = _result("side_by_side")["contestants"]
    kinds = ("me", "refresh", "verify")
    groups = {
        name: {kind: each["calls"][kind]["µs"]["median"] for kind in kinds if kind in each["calls"]}
        for name, each in contestants.items()
    }
    return chart("The server's CPU a call", "µs", groups, kinds=kinds)


def storm_chart() -> str:
    """Return the chart of what is left in a storm."""
    groups = {
        name: {kind: wait["p99"] for kind, wait in each["storms"][_STORM]["in the storm"].items()}
        for name, each in _result("side_by_side")["contestants"].items()
        if _STORM in each["storms"]
    }
    return chart("p99 while 32 clients log in", "ms", groups, kinds=("me", "refresh"))


@cache
def _result(name: str) -> Any:  # noqa: ANN401 - it is JSON
    return json.loads((_RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def _calls(contestant: Mapping[str, Any]) -> list[Mapping[str, Any] | None]:
    return [contestant["calls"].get(call) for call in _CALLS]


def _spread(call: Mapping[str, Any] | None) -> str:
    if call is None:
        return ""
    each = call["µs"]
    return f"**{each['median']:,.0f}** ({each['lowest']:,.0f} to {each['highest']:,.0f})"


def _storms(contestant: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return list(contestant["storms"].items())


def _in_storm(name: str, storm: tuple[str, Mapping[str, Any]]) -> tuple[str, ...]:
    which, found = storm
    waits = [
        f"{found['in peace'][kind]['p99']:,.1f} → {found['in the storm'][kind]['p99']:,.1f}"
        if kind in found["in peace"]
        else ""
        for kind in ("me", "refresh")
    ]
    who = name if which == _STORM else f"{name}, {which}"
    return who, *waits, f"{found['log-ins a second']:g}", f"{found['put off a second']:g}"


def _rotation() -> str:
    found = _result("rotation")["found"]
    return table(
        (
            "",
            "a second, through the adapter",
            "a second, pgbench",
            "to pgbench",
            "HOT",
            "bytes of WAL",
            "reads of oneself, a second",
            "reads before a log-in",
        ),
        [
            (
                size,
                f"{each['a second']['median']:,}",
                f"{each['pgbench, a second']['median']:,}",
                f"{each['to pgbench']:.0%}",
                f"{each['HOT, with those of pgbench']:.1%}",
                f"{each['WAL']:,}",
                f"{each['reads of oneself, a second']['median']:,}",
                f"{each['reads before a log-in, a second']['median']:,}",
            )
            for size, each in found.items()
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aim:
    """What we wanted: `found` at least or at most a bound, in `unit`."""

    what: str
    found: float
    most: float | None = None
    least: float | None = None
    unit: str = "times"
    why: str = ""
    """Told where it is not reached."""

    def row(self) -> tuple[str, str, str, str, str]:
        bound = f"at most {self._said(self.most)}" if self.most is not None else f"at least {self._said(self.least)}"
        reached = self.found <= self.most if self.most is not None else self.found >= (self.least or 0)
        verdict, why = ("reached", "") if reached else ("**not reached**", self.why)
        return self.what, bound, self._said(self.found), verdict, why

    def _said(self, value: float | None) -> str:
        return f"{value:.1%}" if self.unit == "%" and value is not None else f"{value:g} {self.unit}"


def _aims() -> list[_Aim]:
    return [*_of_calls(), *_of_storms(), *_of_the_database(), *_of_a_process()]


def _of_calls() -> list[_Aim]:
    side = _result("side_by_side")
    ours = side["auth-service, times the CPU of a route that does nothing"]
    others, log_in = side["times the CPU of auth-service"], side["a log-in of ours"]
    guard = _result("guard")["ratios"]["told who asks, to unguarded"]
    return [
        _Aim(what="a guard, to a route without, the token seen before", found=guard, most=1.25),
        _Aim(what="`me` with its row, to a route that does nothing", found=ours["me"], most=3),
        _Aim(what="`me` of fastapi-users, to ours", found=others["fastapi-users"]["me"], least=5),
        _Aim(what="a refresh, to a route that does nothing", found=ours["refresh"], most=3.5, why=_OF_REFRESHES),
        _Aim(
            what="a refresh of django-allauth, to ours",
            found=others["django-allauth"]["refresh"],
            least=8,
            why=_OF_REFRESHES,
        ),
        _Aim(what="a log-in: CPU beyond the hash", found=log_in["CPU beyond the hash"], most=0.05, unit="%"),
        _Aim(what="a log-in: rate, to raw bcrypt", found=log_in["rate, to raw bcrypt's"], least=0.95, unit="%"),
    ]


def _of_storms() -> list[_Aim]:
    storms = _result("side_by_side")["contestants"][_US]["storms"]
    calm, crowd = (storms[name]["p99 in the storm / in peace"] for name in (_STORM, _CROWD))
    stall = _result("log_in_storm")["storm"]["loop"]["late"]["worst"]
    slow = _result("slow_clients")["ratio"]["p99"]["median"]
    return [
        _Aim(what="p99 of `me` in a storm, to peace", found=calm["me"], most=1.5),
        _Aim(what="p99 of a refresh in a storm, to peace", found=calm["refresh"], most=2),
        _Aim(what="the worse of both, 128 clients that do not wait", found=max(crowd.values()), most=10),
        _Aim(
            what="worst stall of the event loop, 50 log-ins at once",
            found=stall,
            most=10,
            unit="ms",
            why=f"the worst of a run is now below and now above ({_OF_STALLS})",
        ),
        _Aim(
            what="p99 of honest requests beside 500 slow connections, to peace",
            found=slow,
            most=1.2,
            why=f"each slow client costs the service something when it comes ({_OF_SLOW_CLIENTS})",
        ),
    ]


def _of_the_database() -> list[_Aim]:
    rotation = _result("rotation")
    some = rotation["found"]["100,000 sessions"]
    growth = next(value for key, value in rotation.items() if key.startswith("rate among"))
    pages = _result("listing")["found"]["pages"].values()
    return [
        _Aim(what="refreshes from one core, to pgbench", found=some["to pgbench"], least=0.35, unit="%"),
        _Aim(what="refreshes that touch no index", found=some["HOT, with those of pgbench"], least=0.99, unit="%"),
        _Aim(what="write-ahead log a refresh", found=some["WAL"], most=350, unit="bytes"),
        _Aim(what="refreshes with the most sessions, to those with 1,000", found=growth["ours"], least=0.8, unit="%"),
        _Aim(
            what="a deep page of a million users, to the first, in the worst of the orders",
            found=max(
                each[kind]["deep / first"] if kind else each["deep / first"]
                for each in pages
                for kind in ("", "uncounted")
            ),
            most=1.5,
        ),
    ]


def _of_a_process() -> list[_Aim]:
    us = _result("side_by_side")["contestants"][_US]
    many = _result("many_requests")
    return [
        _Aim(
            what="`import auth_core`",
            found=_result("import_time")["found"]["import auth_core"]["median"],
            most=60,
            unit="ms",
        ),
        _Aim(
            what="memory of a worker when started",
            found=us["MiB when started"],
            most=95,
            unit="MiB",
            why=f"the packages it is made of hold 85 by themselves ({_OF_STARTS})",
        ),
        _Aim(what="memory after a million requests, to before", found=many["after / before"], most=1.05),
        _Aim(
            what="cold start, database running",
            found=us["seconds to the first answer"]["median"],
            most=1.2,
            unit="s",
            why=f"imports, of which the packages take half a second ({_OF_STARTS})",
        ),
    ]
