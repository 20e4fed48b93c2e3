"""The shape of a long simulated history: how long stays, plans and needs last, who enters together, who comes
back, how far years differ.

Means can be right for the wrong reasons; shapes are harder to get right by chance. They are read off a world
that runs for ten years or more with no change, since a plan of two years cannot end in a run of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engine.events import Event
from sim.foundations.clock import TICKS_PER_DAY
from sim.model.terms import BAND_STARTS, Leaving, Placement, Route, Status
from sim.results.measure_counted import MONTH, MONTH_NAMES, YEAR, begun, by_length, plan_spans, steadiness
from sim.results.reading import Reading

if TYPE_CHECKING:
    from sim.engine.events import EventLog
    from sim.foundations.clock import Clock
    from sim.model.plan import Plan
    from sim.results.reading import Ints

SETTLED = 3
"""Years after which what began in the run itself is most of what ends."""
COUNTED_YEARS = 8
"""Years in a row whose starts are compared: as many as are published."""
TOGETHER = 7 * TICKS_PER_DAY
"""Entries of one family within so long of one another are one."""
HOME = (Leaving.RETURNED_HOME, Leaving.RETURNED_HOME_UNPLANNED)
NEEDS = (
    Status.ASSESSMENT,
    Status.CHILD_IN_NEED,
    Status.CHILD_PROTECTION,
    Status.PRE_PROCEEDINGS,
    Status.PROCEEDINGS,
)
"""Levels at which the statistics count a child as in need."""


def shapes(log: EventLog, plan: Plan, clock: Clock) -> dict[str, float]:
    """Every figure of shape, by name; NaN where nothing happened that it could be read from. Shares are in
    per cent. Needs a run of more than ``COUNTED_YEARS``."""
    reading = Reading(log, plan, clock)
    return {
        **stays(reading),
        **returns(reading),
        **plans(reading),
        **needs(reading),
        "newborns": newborns(reading),
        **together(reading),
        **placements(reading),
        **years(reading),
        **adoptions(reading),
    }


def per_cent(part: float, whole: float) -> float:
    """A share in per cent; NaN of nothing."""
    return 100.0 * float(part) / float(whole) if whole else float("nan")


def bands(lengths: Ints, weights: Ints, named: str) -> dict[str, float]:
    """Shares of lengths in ticks that fall into each band of ``MONTH_NAMES``."""
    counted = by_length(lengths, weights)
    whole = counted.sum()
    return {f"{named}|{month}": per_cent(counted[k], whole) for k, month in enumerate(MONTH_NAMES)}


def stays(reading: Reading) -> dict[str, float]:
    """How long stays had lasted that ended, those of the opening cohort from when they began."""
    found, horizon = reading.stays, reading.plan.horizon
    over = found["end"] < horizon
    length = (found["end"] - begun(reading))[over]
    n = len(length)
    return {
        "stay under 2 weeks": per_cent((length < 14 * TICKS_PER_DAY).sum(), n),
        "stay under 1 year": per_cent((length < YEAR).sum(), n),
        "stay 5 to 10 years": per_cent(((length >= 5 * YEAR) & (length < 10 * YEAR)).sum(), n),
        "stay mean years": float(length.mean() / YEAR) if n else float("nan"),
    }


def returns(reading: Reading) -> dict[str, float]:
    """How many children who returned home were in care again within three months, one year and six years, of
    those whose return was at least so long before the end."""
    left, entered = reading.rows(Event.LEFT), reading.rows(Event.ENTERED)
    home = np.isin(left["what"], [int(kind) for kind in HOME])
    child, tick = left["child"][home], left["tick"][home]
    order = np.lexsort((entered["tick"], entered["child"]))
    whose, when = entered["child"][order], entered["tick"][order]
    # Children and ticks as one number each, so that the next entry of a child is one look-up.
    span = np.int64(reading.plan.horizon + 1)
    at = np.searchsorted(whose * span + when, child * span + tick, side="right")
    same = at < len(whose)
    same[same] = whose[at[same]] == child[same]
    gap = np.full(len(child), np.inf)
    gap[same] = when[at[same]] - tick[same]
    found = {}
    for name, ticks in (("3 months", 3 * MONTH), ("1 year", YEAR), ("6 years", 6 * YEAR)):
        seen = tick + ticks < reading.plan.horizon
        found[f"back within {name}"] = per_cent((gap[seen] <= ticks).sum(), seen.sum())
    return found


def plans(reading: Reading) -> dict[str, float]:
    """How long child protection plans had lasted that ended, by child; those of the first day left out."""
    begin, end, children = plan_spans(reading)
    over = (begin > 0) & (end < reading.plan.horizon) & (end >= SETTLED * YEAR)
    return bands((end - begin)[over], children[over], "plan")


def needs(reading: Reading) -> dict[str, float]:
    """How long families had been in need when that ended, by child: in assessment, in need, on a plan or
    before the court, one after another. Closure and early help end it."""
    family, begin, end = spells_of_need(reading)
    over = (begin > 0) & (end < reading.plan.horizon) & (end >= SETTLED * YEAR)
    return bands((end - begin)[over], children_of(reading, family[over], end[over]), "need")


def spells_of_need(reading: Reading) -> tuple[Ints, Ints, Ints]:
    """Family, begin and end (the horizon if it goes on) of every time in need."""
    log, at = reading.log, reading.row_of(reading.by_family(Event.STATUS))
    family, tick = log.family[at], log.tick[at]
    inside = np.isin(log.what[at], [int(level) for level in NEEDS])
    follows = np.zeros(len(at), dtype=bool)
    follows[1:] = family[1:] == family[:-1]
    within = np.zeros(len(at), dtype=bool)
    within[1:] = inside[:-1] & follows[1:]
    starts, over = np.flatnonzero(inside & ~within), np.flatnonzero(within & ~inside)
    # The first end after a start is its own, if it is the same family's.
    place = over.searchsorted(starts)
    ends = np.append(over, -1)[np.minimum(place, len(over))]
    known = (place < len(over)) & (family[ends] == family[starts])
    return family[starts], tick[starts], np.where(known, tick[ends], reading.plan.horizon)


def children_of(reading: Reading, family: Ints, tick: Ints) -> Ints:
    """How many children each family has with it at a tick: born, not grown up, and not in care before it."""
    people, stays = reading.people, reading.stays
    row = people.family_row(family)
    order = np.argsort(people.child_family, kind="stable")
    whose = people.child_family[order]
    first, last = whose.searchsorted(row), whose.searchsorted(row, side="right")
    many = last - first
    asked = np.repeat(np.arange(len(row)), many)
    child = order[np.repeat(first - np.append(0, many.cumsum()[:-1]), many) + np.arange(many.sum())]
    when, born = tick[asked], people.child_born[child]
    there = (born <= when) & (born > when - BAND_STARTS[-1] * YEAR)
    span, identity = np.int64(reading.plan.horizon + 1), people.child_ids[child]
    at = np.searchsorted(stays["child"] * span + stays["begin"], identity * span + when) - 1
    if len(stays["child"]):
        there &= ~((at >= 0) & (stays["child"][at] == identity) & (stays["end"][at] >= when))
    return np.bincount(asked[there], minlength=len(row))


def early(log: EventLog, plan: Plan, clock: Clock) -> dict[str, float]:
    """The figures of shape that a world of three years shows already, for calibration. Shares are in per
    cent; needs are children a year whose need began in the first year, by the months that it lasted at
    least."""
    reading = Reading(log, plan, clock)
    family, begin, end = spells_of_need(reading)
    new = (begin > 0) & (begin <= YEAR)
    length = (end - begin)[new]
    children = children_of(reading, family[new], end[new])
    lasting = by_length(length, children)
    return {
        **{f"need|{month}": float(lasting[k]) for k, month in enumerate(MONTH_NAMES)},
        "newborns": newborns(reading),
        "children to a family at court": together(reading)["children to a family at court"],
        **returns(reading),
    }


def newborns(reading: Reading) -> float:
    """Of the children under one who enter by a court, how many do within a week of birth."""
    entered = reading.rows(Event.ENTERED)
    court = (entered["what"] == int(Route.COURT)) & (entered["tick"] > 0)
    child, tick = entered["child"][court], entered["tick"][court]
    age = tick - reading.people.child_born[reading.people.child_row(child)]
    return per_cent((age < TOGETHER).sum(), (age < YEAR).sum())


def together(reading: Reading) -> dict[str, float]:
    """Children who enter with a brother or sister, and who are in care with one at the end; children to each
    family that comes to court. Children who come alone and the opening cohort, who are families of one, are
    left out."""
    entered = reading.rows(Event.ENTERED)
    known = ~np.isin(entered["what"], (int(Route.UNACCOMPANIED), int(Route.GUARDIANSHIP)))
    known &= ~np.isin(entered["child"], reading.people.in_care)
    family, tick = entered["family"][known], entered["tick"][known]
    order = np.lexsort((tick, family))
    family, tick = family[order], tick[order]
    new = np.ones(len(family), dtype=bool)
    new[1:] = (family[1:] != family[:-1]) | (tick[1:] - tick[:-1] > TOGETHER)
    size = np.bincount(np.cumsum(new) - 1) if len(new) else np.zeros(0, dtype=np.int64)
    there = reading.stays["end"] >= reading.plan.horizon
    child = reading.stays["child"][there & (reading.stays["begin"] > 0)]
    row = reading.people.child_row(child)
    row = row[~reading.people.unaccompanied[row]]
    held = np.bincount(reading.people.child_family[row])
    log, at = reading.log, reading.at(Event.STATUS)
    court = at[(log.what[at] == int(Status.PROCEEDINGS)) & (log.tick[at] > 0)]
    children = children_of(reading, log.family[court], log.tick[court])
    return {
        "children entering together": float(size.mean()) if len(size) else float("nan"),
        "entered with a sibling": per_cent(size[size > 1].sum(), size.sum()),
        "in care with a sibling": per_cent(held[held > 1].sum(), held.sum()),
        "children to a family at court": float(children.mean()) if len(children) else float("nan"),
    }


def placements(reading: Reading) -> dict[str, float]:
    """Of children in care at 31 March of the later years: three or more placements in the year; of those
    under 16 and in care for two and a half years, how many had lived in one place for two or for adoption."""
    later = reading.times.year_ends[COUNTED_YEARS - 2 :]
    in_care, moved, long, settled = steadiness(reading, later).sum(axis=1)
    return {
        "three or more placements": per_cent(moved, in_care),
        "long-term stability": per_cent(settled, long),
    }


def years(reading: Reading) -> dict[str, float]:
    """Variance over mean of the starts of years in a row; one for what comes singly and by chance alone."""
    counted = reading.by_year(reading.rows(Event.ENTERED)["tick"])[:COUNTED_YEARS, 0]
    return {"variance of yearly starts over their mean": float(counted.var(ddof=1) / counted.mean())}


def adoptions(reading: Reading) -> dict[str, float]:
    """Adopted children who were under five, and children in supported accommodation who were 16 or over."""
    left, placed = reading.rows(Event.LEFT), reading.placed
    adopted = left["what"] == int(Leaving.ADOPTED)
    age = left["tick"][adopted] - reading.people.child_born[reading.people.child_row(left["child"][adopted])]
    there = placed["where"] == int(Placement.SUPPORTED_ACCOMMODATION)
    home = placed["where"] == int(Placement.CHILDRENS_HOME)
    born = reading.people.child_born[reading.people.child_row(placed["child"])]
    old = placed["begin"] - born
    return {
        "adopted under 5": per_cent((age < 5 * YEAR).sum(), adopted.sum()),
        "supported accommodation from 16": per_cent((old[there] >= 16 * YEAR).sum(), there.sum()),
        "children's home from 10": per_cent((old[home] >= 10 * YEAR).sum(), home.sum()),
    }
