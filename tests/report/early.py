"""Early signs written by hand: claims with a sign, without, or settled beforehand."""

from __future__ import annotations

from typing import Any

ENDS = ("2024-03-31", "2025-03-31")


def sign(figure: str, unit: str, threshold: float, *, above: bool, wrong: float = 0.1) -> dict[str, Any]:
    return {
        "figure": figure,
        "unit": unit,
        "above": above,
        "month": ENDS[0],
        "threshold": threshold,
        "false_comfort": wrong,
        "false_comfort_error": 0.03,
        "false_alarm": 0.15,
        "false_alarm_error": 0.04,
        "false_comfort_by_world": {"central": wrong},
        "false_alarm_by_world": {"central": 0.15},
    }


def watched(
    name: str, share: float | None, *, tells: bool = False, filled: bool | None = None
) -> dict[str, Any]:
    """One claim; with posts filled a figure ``tells`` or none does, or no such future was run (None)."""
    return {
        "id": name,
        "as_they_are": part(share, tells=tells),
        "filled": None if filled is None else part(share, tells=filled),
    }


def part(share: float | None, *, tells: bool) -> dict[str, Any]:
    begun = sign("families begun in Edge of Care since the start", "number", 9.0, above=False)
    children = sign("children looked after", "number", 344.0, above=True, wrong=0.48)
    bands = {end: {"p5": 1.0, "p50": 5.0, "p95": 9.0} for end in ENDS}
    told = share is not None
    picture = [
        {"figure": one["figure"], "unit": "number", "met": bands, "missed": bands}
        for one in (children, begun)
    ]
    return {
        "futures": 240,
        "met": 60 if share == 1 else 0,
        "met_by_world": {"central": 0.0},
        "share": share,
        **({"met_share": 60} if told else {}),
        "sign": begun if tells else None,
        "best": sign("spent on placements since the start", "pounds", 12_300_000.0, above=True, wrong=0.4)
        if told
        else None,
        "obvious": children if told else None,
        "picture": picture if told else None,
    }


def early_signs(*claims: dict[str, Any]) -> dict[str, Any]:
    return {
        "draws": 40,
        "runs": 1,
        "level": 0.2,
        "fewest": 20,
        "evidence": ["sceptical", "central", "claimed"],
        "claims": list(claims),
    }
