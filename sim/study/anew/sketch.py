"""Scenarios to begin with: those of the pattern study, for as many families as there are here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from sim.study.anew.teams import half_posts
from sim.study.anew.writing import plain
from sim.study.form import YEAR
from sim.study.scenario import NO_CHANGE
from sim.study.yaml_reader import Item

OWN_MONEY = ("funding", "in_budget")
"""Levers that say what a council has agreed to pay; another council's say nothing here."""
STATUTORY = "family_safeguarding"


def sketched(
    scenarios: Mapping[str, Item], place: str, years: int, families: float, statutory: float
) -> dict[str, Any]:
    """The pattern's scenarios as data: so many years later, posts in proportion to families.

    ``families`` and ``statutory`` are how many times as many are referred, and held by safeguarding teams.
    """
    found: dict[str, Any] = {}
    for name, item in scenarios.items():
        one = plain(item)
        if not isinstance(one, dict):
            continue
        levers = [
            lever(each, place, years, statutory if each.get("service") == STATUTORY else families)
            for each in one.get("levers", ())
            if each.get("lever") not in OWN_MONEY
        ]
        if name != NO_CHANGE:
            one["meaning"] = (
                f"A sketch to edit: '{name}' of the {place} study, for as many families as there are here"
                f"{_later(years)}. There: {one.get('meaning', '')}"
            )
        if "levers" in one:
            one["levers"] = levers
        if not one.get("levers", True) and "combines" not in one:
            continue
        found[name] = one
    return found


def lever(written: Mapping[str, Any], place: str, years: int, times: float) -> dict[str, Any]:
    """One lever, so many years later and for so many times as many families."""
    new = {name: _moved(value, years) for name, value in written.items()}
    said = []
    if "posts" in new:
        new["posts"] = half_posts(float(new["posts"]) * times) if new["posts"] else 0
        said.append(f"{written['posts']:g} posts × {times:.3g}, to half a post")
    if "teams" in new:
        new["teams"] = max(round(new["teams"] * times), 1)
        said.append(f"{written['teams']:g} teams × {times:.3g}")
        if new["teams"] == 1:  # one team has nothing to be apart from
            new.pop("every_days", None)
    if "pounds" in new:
        new["pounds"] = round(new["pounds"] * times, -3)
        said.append(f"£{written['pounds']:,.0f} × {times:.3g}")
    if years:
        said.append(f"dates {_later(years).strip(', ')}")
    how = f" ({'; '.join(said)})" if said else ""
    new["source"] = f"Assumption: a sketch after the {place} study{how}. There: {written.get('source', '')}"
    return new


def _later(years: int) -> str:
    return f", {years} year{'' if years == 1 else 's'} later" if years else ""


def _moved(value: Any, years: int) -> Any:
    """A date or a financial year so many years later; anything else as it is."""
    if isinstance(value, dt.date):
        return later(value, years)
    match = YEAR.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    first = int(match[1]) + years
    return f"{first}/{(first + 1) % 100:02d}"


def later(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; the last of February for a 29th that is not there."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def slug(name: str) -> str:
    """A name as a file is called: small letters, figures and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
