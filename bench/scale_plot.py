"""docs/scale.svg: seconds of processor time over clients, both as logarithms: slope 1 is proportional."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

WIDTH: Final = 760
HEIGHT: Final = 420
LEFT, RIGHT, TOP, BOTTOM = 64, 210, 24, 44
COLOURS: Final = ("#1d4ed8", "#b45309", "#047857", "#be123c", "#6d28d9", "#475569")

Points = Sequence[tuple[int, float]]


def draw(steps: Mapping[str, Points]) -> str:
    clients = [size for points in steps.values() for size, _ in points]
    seconds = [taken for points in steps.values() for _, taken in points]
    low_x, high_x = math.log10(min(clients)), max(math.log10(max(clients)), math.log10(min(clients)) + 0.1)
    low_y, high_y = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))

    def x(size: float) -> float:
        return LEFT + (math.log10(size) - low_x) / (high_x - low_x) * (WIDTH - LEFT - RIGHT)

    def y(taken: float) -> float:
        return TOP + (high_y - math.log10(taken)) / max(high_y - low_y, 1) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        ' font-size="12" role="img" aria-label="Processor time over clients">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for power in range(low_y, high_y + 1):
        height = y(10.0**power)
        parts.append(
            f'<path d="M{LEFT} {height:.1f}H{WIDTH - RIGHT}" stroke="#e2e8f0"/>'
            f'<text x="{LEFT - 8}" y="{height + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>'
        )
    parts += [
        f'<text x="{x(size):.1f}" y="{HEIGHT - 18}" text-anchor="middle">{size:,}</text>'
        for size in sorted({*clients})
    ]
    ends = _apart([y(points[-1][1]) for points in steps.values()])
    for (step, points), colour, end in zip(steps.items(), COLOURS * 9, ends, strict=False):
        line = " ".join(f"{x(size):.1f},{y(taken):.1f}" for size, taken in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x(size):.1f}" cy="{y(taken):.1f}" r="3.5" fill="{colour}"/>'
            for size, taken in points
        ]
        parts.append(
            f'<text x="{WIDTH - RIGHT + 10}" y="{end + 4:.1f}" fill="{colour}">{escape(step)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _apart(heights: Sequence[float]) -> list[float]:
    """The heights, moved down where two names would overlap."""
    moved = list(heights)
    last = -math.inf
    for position in sorted(range(len(heights)), key=heights.__getitem__):
        last = moved[position] = max(heights[position], last + 15)
    return moved
