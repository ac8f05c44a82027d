"""Bars on a logarithmic scale, as SVG that looks right on light and on dark pages."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

_LEFT, _WIDTH, _BAR, _GAP, _TOP = 240, 520, 16, 6, 44
_COLOURS: Final = ("#4c78a8", "#f58518", "#54a24b", "#b279a2")
_STYLE: Final = (
    "<style>text{font:13px system-ui,sans-serif;fill:#333}.grid{stroke:#8884}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>"
)


def chart(title: str, unit: str, groups: Mapping[str, Mapping[str, float]], *, kinds: Sequence[str]) -> str:
    """Return a chart with a group of bars for each name, one bar for each kind it has a value of."""
    values = [value for group in groups.values() for value in group.values()]
    lowest, highest = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))

    def x(value: float) -> float:
        return _LEFT + _WIDTH * (math.log10(value) - lowest) / (highest - lowest)

    drawn: list[str] = []
    y = _TOP
    for name, group in groups.items():
        drawn.append(f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>')
        for kind in kinds:
            if kind in group:
                value, colour = group[kind], _COLOURS[kinds.index(kind)]
                width = max(x(value) - _LEFT, 1)
                drawn.append(f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR}" fill="{colour}"/>')
                drawn.append(f'<text x="{_LEFT + width + 5:.1f}" y="{y + 13}">{value:,.4g}</text>')
                y += _BAR + 2
        y += _GAP
    grid = [
        f'<line class="grid" x1="{x(10**power):.1f}" x2="{x(10**power):.1f}" y1="{_TOP - 6}" y2="{y}"/>'
        f'<text x="{x(10**power):.1f}" y="{y + 14}" text-anchor="middle">{10**power:,}</text>'
        for power in range(lowest, highest + 1)
    ]
    legend = [
        f'<rect x="{_LEFT + 110 * place}" y="24" width="10" height="10" fill="{_COLOURS[place]}"/>'
        f'<text x="{_LEFT + 110 * place + 15}" y="34">{escape(kind)}</text>'
        for place, kind in enumerate(kinds)
    ]
    size = f'width="{_LEFT + _WIDTH + 90}" height="{y + 24}"'
    heading = f'<text x="{_LEFT}" y="15" font-weight="bold">{escape(title)}, {escape(unit)}</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">{_STYLE}{heading}'
        + "".join([*legend, *grid, *drawn])
        + "</svg>\n"
    )
