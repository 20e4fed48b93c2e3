"""Published figures that judge no forecast, as a table of docs/validation.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.report import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Part = dict[str, Any]


def not_judged(rows: Sequence[Part]) -> str:
    """The table: each series with what was counted, why it judges nothing, and what comes nearest. Series
    with one reason stand together, and only the first says it."""
    lines = ["| Series | Counted | Why it judges nothing |", "|---|---|---|"]
    for why in dict.fromkeys(row["why"] for row in rows):
        said = why
        for row in (one for one in rows if one["why"] == why):
            counted = "; ".join(_points(label, points) for label, points in row["counted"].items())
            lines.append(f"| {words.title(row['series'])} | {counted} | {said}{_nearest(row['nearest'])} |")
            said = "As above."
    return "\n".join(lines)


def _points(label: str, points: Mapping[str, float]) -> str:
    said = ", ".join(f"{_when(period)} {value:,.10g}" for period, value in points.items())
    return f"{label}: {said}" if label else said


def _nearest(found: Part | None) -> str:
    if found is None:
        return ""
    said = ", ".join(
        f"{_when(period)} {one['middle']:,.0f} ({one['low']:,.0f} to {one['high']:,.0f})"
        for period, one in found["periods"].items()
    )
    return f" Nearest with no change, {found['title']}: {said}."


def _when(period: str) -> str:
    return period if "/" in period else words.date(period)
