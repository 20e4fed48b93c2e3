"""The figures that a council really counts each month, in its own world, for every simulated future."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.model.terms import BANDS, PLACEMENT_NAMES, TEAM_KEYS, TEAM_NAMES
from sim.results.early_signs import Figure, Floats
from sim.results.economics import Money
from sim.results.estimates import LOOKED_AFTER, Results
from sim.results.measure_months import STARTS, TEN
from sim.results.prices import priced
from sim.results.waterfall import concerned
from sim.study.levers import Price

YEAR, HALF = 12, 6
"""Months that flows are added over: a month by itself is mostly chance."""
STEP = {"number": 1.0, "posts": 0.1, "per cent": 1.0, "pounds": 50_000.0}
"""What figures are rounded to, by unit, as a council would write them."""
CALLED = {
    "early help": "Early Help",
    "family group conference": "family group conferences",
    "family safeguarding": "Family Safeguarding",
    "edge of care": "Edge of Care",
}
"""Services as they are written inside a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is seen in one scenario of some results."""

    results: Results
    """The trials."""
    scenario: str
    """The scenario whose world is watched."""
    draws: int
    """The first so many draws are taken, draw 0 left out."""
    runs: int
    """The first so many runs of each."""

    @property
    def ends(self) -> tuple[str, ...]:
        """Month ends."""
        return self.results.index.periods(LOOKED_AFTER)

    def monthly(self, measure: str, group: str = "all", scenario: str = "") -> Floats:
        """[futures, months] a measure that is given for month ends."""
        series = [self.results.series(scenario or self.scenario, measure, end, group) for end in self.ends]
        return self.flat(np.stack(series, axis=2))

    def flat(self, array: Floats) -> Floats:
        """[futures, ...] from [draws, runs, ...], of the draws and runs that are taken."""
        taken = array[: self.draws, : self.runs]
        return np.asarray(taken.reshape(taken.shape[0] * taken.shape[1], *taken.shape[2:]))

    def over(self, months: int, measure: str, group: str = "all") -> Floats:
        """[futures, months] a flow added over the last so many months; not a number before there are."""
        return last(self.monthly(measure, group), months)


def last(flow: Floats, months: int) -> Floats:
    """[futures, months] a flow added over the last so many months; not a number before there are so many."""
    total = np.concatenate([np.zeros((len(flow), 1)), flow.cumsum(axis=1)], axis=1)
    found = np.full(flow.shape, np.nan)
    found[:, months - 1 :] = total[:, months:] - total[:, :-months]
    return found


def figures(seen: Seen, spent: Money, claimed: str) -> list[Figure]:
    """Every figure, the obvious one first. ``claimed`` is the scenario of the claim, whose twin `seen` may
    watch."""
    found = [*of_children(seen), *of_money(seen, spent), *of_cases(seen)]
    for key in sorted(concerned(seen.results, claimed), key=TEAM_KEYS.index):
        found += of_service(seen, TEAM_NAMES[TEAM_KEYS.index(key)])
    return [rounded(one) for one in found]


def of_children(seen: Seen) -> Iterator[Figure]:
    """Children in care, coming and leaving."""
    total = seen.monthly(LOOKED_AFTER)
    yield number("children looked after", total, above=True)
    older = np.sum([seen.monthly(LOOKED_AFTER, band) for band in BANDS[TEN:]], axis=0)
    yield number("children looked after aged 10 to 17", older, above=True)
    homes = seen.monthly("placed at month end", "children's home")
    yield number("children in children’s homes", homes, above=True)
    everyone, court, unplanned = (("entries in month", group) for group in STARTS)
    for months in (HALF, YEAR):
        yield number(f"starts in care in {months} months", seen.over(months, *everyone), above=True)
    yield number("starts in care through court in 12 months", seen.over(YEAR, *court), above=True)
    what = "unplanned starts in care at age 10 to 17 in 12 months"
    yield number(what, seen.over(YEAR, *unplanned), above=True)
    yield number("children leaving care in 12 months", seen.over(YEAR, "exits in month"), above=False)


def of_money(seen: Seen, spent: Money) -> Iterator[Figure]:
    """What placements have cost since the start, from who lived where at each month end."""
    shocks = [one for one in seen.results.study.scenario(seen.scenario).levers if isinstance(one, Price)]
    bill = np.zeros((seen.draws * seen.runs, len(seen.ends)))
    for place, end in enumerate(seen.ends):
        days = calendar.monthrange(int(end[:4]), int(end[5:7]))[1]
        first = int(end[:4]) - (int(end[5:7]) < 4)
        year = f"{first}/{(first + 1) % 100:02d}"
        for home in PLACEMENT_NAMES:
            placed = seen.results.every(seen.scenario, "placed at month end", end, home) * days
            bill[:, place] += seen.flat(priced(spent.prices, shocks, home, year, placed)[1:])
    yield Figure(
        name="spent on placements since the start", unit="pounds", above=True, values=bill.cumsum(axis=1)
    )


def of_cases(seen: Seen) -> Iterator[Figure]:
    """Child protection plans and care applications."""
    yield number("children on child protection plans", seen.monthly("plans open"), above=True)
    plans = seen.over(YEAR, "plans started in month")
    yield number("child protection plans begun in 12 months", plans, above=True)
    court = seen.over(YEAR, "care applications in month")
    yield number("families taken to court in 12 months", court, above=True)


def of_service(seen: Seen, team: str) -> Iterator[Figure]:
    """What a service that the claim is about has and does."""
    called = CALLED[team]
    yield Figure(name=f"posts filled in {called}", unit="posts", above=False, values=posts_filled(seen, team))
    referred, begun = seen.monthly("offered in month", team), seen.monthly("started in month", team)
    yield number(f"families offered {called} in 6 months", last(referred, HALF), above=False)
    yield number(f"families begun in {called} in 6 months", last(begun, HALF), above=False)
    yield number(f"families begun in {called} since the start", begun.cumsum(axis=1), above=False)
    yield number(f"families waiting for {called}", seen.monthly("waiting", team), above=True)
    use, places = seen.monthly("in use", team), seen.monthly("places", team)
    # Without places none is in use.
    share = 100 * use / np.maximum(places, 1.0)
    yield Figure(name=f"of the places in {called} in use", unit="per cent", above=False, values=share)


def posts_filled(seen: Seen, team: str) -> Floats:
    """[futures, months] posts of a team with somebody in them, those in training included, of the roles that
    the scenario adds posts to; of all its roles where it adds none."""
    index, base = seen.results.index, seen.results.scenarios[0]
    roles = [role for role in index.groups("posts funded") if role.split("|")[0] == team]
    new = [
        role
        for role in roles
        if (seen.monthly("posts funded", role) > seen.monthly("posts funded", role, base)).any()
    ]
    filled = [
        seen.monthly("posts funded", role) - seen.monthly("posts vacant", role) for role in new or roles
    ]
    return np.asarray(np.sum(filled, axis=0))


def number(name: str, values: Floats, *, above: bool) -> Figure:
    """A figure that counts children, families or things done."""
    return Figure(name=name, unit="number", above=above, values=values)


def rounded(figure: Figure) -> Figure:
    """A figure in the steps in which a council would write it, so that a threshold is one that it can use."""
    step = STEP[figure.unit]
    values = np.round(np.round(figure.values / step) * step, 6)
    return Figure(name=figure.name, unit=figure.unit, above=figure.above, values=values)
