"""The page that compares us with others, and with what we wanted to reach, from the results of the benchmarks."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from docs.generate import markdown
from docs.generate.bars import chart
from docs.generate.markdown import table

_RESULTS: Final = Path(__file__).parents[2] / "bench" / "results"
_US: Final = "auth-service"
_FLOOR: Final = "a FastAPI route that does nothing"
_CALLS: Final = ("me", "refresh", "verify", "introspect", "log in", "register")
_STORM: Final = "32 clients"
_INTRODUCTION: Final = """\
`./dev bench side_by_side` runs the service and four others by their own packages, each on one core with one worker, on
one PostgreSQL, in turns; the clients and the database have the other core. Every figure of a table is from one run, so
the ratios carry over to another machine and the figures do not. CPU is that of the server's processes. Everybody hashes
passwords as they do by default, so the log-ins differ in what they are worth; Better Auth hashes in threads of its own.
A storm is 32 clients that log in without pause and wait when they are told to, while others ask who they are and
refresh at times fixed beforehand."""


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
        "## A refresh in PostgreSQL",
        _rotation(),
        "## What we wanted to reach",
        table(("", "wanted", "found", ""), [(what, wanted, says, _verdict(ok)) for what, wanted, says, ok in _aims()]),
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
        ("", "a second, through the adapter", "a second, pgbench", "to pgbench", "HOT", "bytes of WAL"),
        [
            (
                size,
                f"{each['a second']['median']:,}",
                f"{each['pgbench, a second']['median']:,}",
                f"{each['to pgbench']:.0%}",
                f"{each['HOT, with those of pgbench']:.1%}",
                str(each["WAL"]),
            )
            for size, each in found.items()
        ],
    )


def _aims() -> list[tuple[str, str, str, bool]]:
    """Return each aim with what was found; whether it was reached is worked out, not written down."""
    side, rotation, guard = _result("side_by_side"), _result("rotation"), _result("guard")["ratios"]
    ours, others = (
        side["auth-service, times the CPU of a route that does nothing"],
        side["times the CPU of auth-service"],
    )
    us = side["contestants"][_US]
    storms = us["storms"]
    calm, crowd = storms[_STORM]["p99 in the storm / in peace"], storms["128 clients that do not wait"]
    sizes = list(rotation["found"].values())
    growth = next(value for key, value in rotation.items() if key.startswith("rate among"))["ours"]
    beyond, rate = side["a log-in of ours"]["CPU beyond the hash"], side["a log-in of ours"]["rate, to raw bcrypt's"]
    worst = max(crowd["p99 in the storm / in peace"].values())
    stall = _result("log_in_storm")["storm"]["loop"]["late"]["worst"]
    start = us["seconds to the first answer"]["median"]
    return [
        ("a guard, token seen before", "≤ 1.25 × a route", f"{guard['told who asks, to unguarded']} ×",
         guard["told who asks, to unguarded"] <= 1.25),
        ("me with its row", "≤ 3.0 × a route", f"{ours['me']} ×", ours["me"] <= 3.0),
        ("fastapi-users' me, to ours", "≥ 5 ×", f"{others['fastapi-users']['me']} ×", others["fastapi-users"]["me"] >= 5),
        ("refresh", "≤ 3.5 × a route", f"{ours['refresh']} ×", ours["refresh"] <= 3.5),
        ("django-allauth's refresh, to ours", "≥ 8 ×", f"{others['django-allauth']['refresh']} ×",
         others["django-allauth"]["refresh"] >= 8),
        ("refresh from one core, to pgbench", "≥ 35 %", f"{sizes[1]['to pgbench']:.0%}", sizes[1]["to pgbench"] >= 0.35),
        ("log-in: CPU beyond the hash", "≤ 5 %", f"{beyond:.1%}", beyond <= 0.05),
        ("log-in: rate, to raw bcrypt", "≥ 95 %", f"{rate:.0%}", rate >= 0.95),
        ("p99 of me in the storm, to peace", "≤ 1.5 ×", f"{calm['me']} ×", calm["me"] <= 1.5),
        ("p99 of refresh in the storm, to peace", "≤ 2 ×", f"{calm['refresh']} ×", calm["refresh"] <= 2),
        ("with 128 clients that do not wait", "≤ 10 ×", f"{worst} ×", worst <= 10),
        ("worst stall of the event loop in a storm", "≤ 10 ms", f"{stall} ms", stall <= 10),
        ("rotation: HOT, WAL", "≥ 99 %, ≤ 350 B",
         f"{sizes[1]['HOT, with those of pgbench']:.1%}, {sizes[1]['WAL']} B",
         sizes[1]["HOT, with those of pgbench"] >= 0.99 and sizes[1]["WAL"] <= 350),
        ("rate of rotation with most sessions, to 1,000", "≥ 80 %", f"{growth:.0%}", growth >= 0.8),
        ("memory of a worker when started", "≤ 95 MiB", f"{us['MiB when started']} MiB", us["MiB when started"] <= 95),
        ("cold start, database running", "≤ 1.2 s", f"{start} s", start <= 1.2),
    ]  # fmt: skip


def _verdict(reached: bool) -> str:  # noqa: FBT001 - a verdict is all it gives
    return "reached" if reached else "**not reached**"
