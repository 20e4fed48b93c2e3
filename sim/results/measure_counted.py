"""Measures of what is published once a year and asked by nothing else here: how settled children in care are,
how long plans last, and how many leave their posts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.events import Event
from sim.foundations.clock import DAYS_PER_YEAR, TICKS_PER_DAY, TICKS_PER_YEAR
from sim.model.hours import hours_at
from sim.model.openings import AGENCY
from sim.model.staffing import people
from sim.model.terms import BAND_STARTS, Placement, Status, Team
from sim.results.measure_work import ROLE_NAMES, ROLE_PLACE
from sim.results.reading import keys_of
from sim.results.steps import one_of
from sim.study.full_time import FULL_TIME

if TYPE_CHECKING:
    from sim.model.plan import Post
    from sim.results.estimates import Key
    from sim.results.reading import Floats, Ints, Periods, Reading

YEAR = TICKS_PER_YEAR
MONTH = TICKS_PER_YEAR / 12
LATELY = DAYS_PER_YEAR * TICKS_PER_DAY
"""The year up to a day."""
MANY = 3
"""Placements in a year from which a child counts as having moved often."""
LONG, SETTLED, SIXTEEN = 2.5 * YEAR, 730 * TICKS_PER_DAY, BAND_STARTS[-2] * YEAR
"""A child under 16 in care for so long is asked whether it has been so long in one placement: two years
without a leap day, so that two years from the first day on are enough."""
MONTH_NAMES = {
    0: "up to 3 months",
    3: "3 to 6 months",
    6: "6 to 12 months",
    12: "1 to 2 years",
    24: "2 years or more",
}
"""Published bands of how long plans and needs have lasted, by the month at which each begins."""
PLAN_LENGTHS = tuple(MONTH_NAMES.values())
BOUNDS = np.array(tuple(MONTH_NAMES)) * MONTH
SEPTEMBER = "09"
"""Month at the end of which social workers are counted."""
WITH_PLAN = (Status.CHILD_PROTECTION, Status.PRE_PROCEEDINGS)
"""Levels at which a family of the first day has a plan."""


def septembers(at: Periods) -> tuple[str, ...]:
    """Every 30 September."""
    return tuple(end for end in at.ends if end[5:7] == SEPTEMBER)


def keys(at: Periods) -> list[Key]:
    """Keys of `values`, in order."""
    return [
        *keys_of("three or more placements", at.marches),
        *keys_of("long in care", at.marches, ("all", "settled")),
        *keys_of("plans ended", at.years, ("all", PLAN_LENGTHS[-1])),
        *keys_of("plans open by length", at.marches, PLAN_LENGTHS),
        *keys_of("posts left in the year", septembers(at), ROLE_NAMES),
    ]


def values(reading: Reading) -> list[Any]:
    """Every measure of what is published once a year, in the order of `keys`."""
    ends = reading.times.ends[reading.times.marches]
    _, moved, long, settled = steadiness(reading, ends)
    return [
        moved,
        np.column_stack([long, settled]),
        *plans(reading, ends),
        leavers(reading),
    ]


def begun(reading: Reading) -> Ints:
    """When each period of care began; those of the first day, before it."""
    people_then, row, begin = reading.people, reading.stay_row, reading.stays["begin"]
    elapsed = reading.plan.children.opening_elapsed[people_then.order]
    return np.where(people_then.were_in_care[row] & (begin == 0), -elapsed[row], begin)


def steadiness(reading: Reading, ends: Ints) -> Ints:
    """[4, days] children in care when each day ends; how many of them had three or more placements in the
    year; how many are under 16 and have been in care for two and a half years; and how many of those have
    lived in one placement for two years, or are placed for adoption. Placements of the first day began on it,
    as far as is known."""
    placed, stays, since = reading.placed, reading.stays, begun(reading)
    born, whose, who = reading.people.child_born, reading.placed_row, reading.stay_row
    n, found = len(born), np.zeros((4, len(ends)), dtype=np.int64)
    for place, end in enumerate(ends):
        within = (placed["begin"] < end) & (placed["end"] >= end - LATELY)
        homes = np.bincount(whose[within], minlength=n)
        now = (stays["begin"] < end) & (stays["end"] >= end)
        row = who[now]
        long = row[(end - born[row] < SIXTEEN) & (end - since[now] >= LONG)]
        here = (placed["begin"] < end) & (placed["end"] >= end)
        here &= (end - placed["begin"] >= SETTLED) | (placed["where"] == int(Placement.FOR_ADOPTION))
        home = np.zeros(n, dtype=bool)
        home[whose[here]] = True
        settled = home[long].sum()
        found[:, place] = len(row), (homes[row] >= MANY).sum(), len(long), settled
    return found


def plans(reading: Reading, ends: Ints) -> tuple[Floats, Floats]:
    """[years, lengths] children whose plans ended, all and after two years or more; and [Marches, lengths]
    children on plans when each day ends, by how long they have been. Plans of the first day count from when
    the family came to the level that it had then."""
    begin, end, children = plan_spans(reading)
    over = end < reading.plan.horizon
    old = over & (end - begin >= BOUNDS[-1])
    ended = [reading.by_year(end[those], 0, 1, children[those]) for those in (over, old)]
    open_for = np.zeros((len(ends), len(PLAN_LENGTHS)))
    for place, day in enumerate(ends):
        now = (begin < day) & (end >= day)
        open_for[place] = by_length(day - begin[now], children[now])
    return np.hstack(ended), open_for


def by_length(lengths: Ints, children: Ints) -> Floats:
    """[bands of ``MONTH_NAMES``] children, by the length in ticks of what each has."""
    place = BOUNDS.searchsorted(lengths, side="right") - 1
    return np.bincount(place, weights=children, minlength=len(BOUNDS)).astype(np.float64)


def plan_spans(reading: Reading) -> tuple[Ints, Ints, Ints]:
    """Begin, end (the horizon if it goes on) and children of every plan."""
    log, families = reading.log, reading.plan.families
    at = reading.row_of(reading.by_family(Event.PLAN_STARTED, Event.PLAN_ENDED))
    family, starts = log.family[at], log.event[at] == int(Event.PLAN_STARTED)
    # A family has one plan at a time, so what follows a start is its end.
    end = np.append(log.tick[at][1:], reading.plan.horizon)
    end[np.append(family[1:] != family[:-1], True)] = reading.plan.horizon
    family, begin, end, children = family[starts], log.tick[at][starts], end[starts], log.amount[at][starts]
    row = reading.people.family_order[reading.people.family_row(family)]
    known = (begin == 0) & one_of(families.opening_status[row], *WITH_PLAN)
    return np.where(known, -families.opening_elapsed[row], begin), end, children


def leavers(reading: Reading) -> Floats:
    """[Septembers, roles] people employed who left in the year to the end of each, as full-time equivalents.
    Agency staff are nobody's employees here."""
    ends = [tick for label, tick in reading.clock.month_ends if label[5:7] == SEPTEMBER]
    found = np.zeros((len(ends), len(ROLE_NAMES)))
    for post in reading.plan.posts:
        for left, role, hours in reading.people.of_post(post, leaving):
            if left >= reading.plan.horizon:
                continue
            for place, end in enumerate(ends):
                if end - LATELY <= left < end:
                    found[place, role] += hours
    return found


def leaving(post: Post) -> list[tuple[int, int, float]]:
    """(tick, role, full-time equivalents) of each person employed in a post who leaves it."""
    role = ROLE_PLACE[Team(post.team), post.role]
    return [
        (left, role, hours_at(post.hours, left - 1) / FULL_TIME)
        for _, left, came in people(post.spells)
        if came != AGENCY
    ]
