"""The table of early signs in tables.xlsx: a row a claim, a way in which posts go, and a figure to watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.report.signs import WAYS, beyond

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Part = Mapping[str, Any]

KINDS = {
    "sign": "first sign",
    "best": "best pick, where nothing is a sign",
    "obvious": "children looked after, for comparison",
}
"""Figures that are told of a claim, by their keys in summary.json."""


def early_signs(summary: Part) -> Iterator[tuple[str | float | int | None, ...]]:
    """Rows of every claim that was watched; one without a figure where nothing could be learned."""
    found = summary.get("early_signs") or {"claims": ()}
    for one in found["claims"]:
        for posts, way in WAYS.items():
            part = one[posts]
            if not part:
                continue
            says = (one["id"], way, part["futures"], part["met"], part["share"], part.get("met_share"))
            told = [(what, part[key]) for key, what in KINDS.items() if part[key]]
            for what, sign in told:
                yield (
                    *says,
                    what,
                    sign["figure"],
                    sign["month"],
                    beyond(sign),
                    sign["threshold"],
                    sign["unit"],
                    sign["false_comfort"],
                    sign["false_comfort_error"],
                    sign["false_alarm"],
                    sign["false_alarm_error"],
                )
            if not told:
                yield (*says, "nothing to wait for", *(None,) * 9)


EARLY_SIGNS = (
    "Early signs",
    "Which monthly figure would tell that a claim will not be met, and how often it misleads",
    "False comfort: the figure says nothing and the claim fails. False alarm: it warns and the claim is met.",
    (
        "Claim",
        "Posts",
        "Futures",
        "Futures that meet the claim",
        "Part of the claim watched for, 0 to 1",
        "Futures that meet that part",
        "What it is",
        "Figure",
        "Month",
        "Warns when",
        "Threshold, in the unit of the row",
        "Unit",
        "False comfort, 0 to 1",
        "Error of that",
        "False alarm, 0 to 1",
        "Error of the alarm",
    ),
    early_signs,
)
"""Name of the sheet, title, note, headings, and what makes its rows."""
