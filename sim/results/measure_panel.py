"""Measures of the resource allocation panel: what it decided, how long it took, and who had referred."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.events import Event
from sim.foundations.clock import TICKS_PER_DAY
from sim.model.terms import GUARDIANSHIP_TEAM, HELD_NAMES, Offer
from sim.results.reading import keys_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.results.estimates import Key
    from sim.results.reading import Floats, Ints, Periods, Reading

PANEL = (
    "referred",
    "refused criteria",
    "refused judgement",
    "diverted",
    "declined",
    "accepted",
    "ratified",
    "crisis over",
    "decisions",
    "decision days",
)
"""What the resource allocation panel did; decision days are days from referral to decision, added up. Crisis
over: referrals that ended before anybody decided."""
HOLDERS = (*HELD_NAMES, "in care")
"""Who may hold a family when it is referred; in care: the referral follows an entry, not a crisis."""
IN_CARE = len(HELD_NAMES)
EDGE = int(Offer.EDGE_OF_CARE)


def keys(at: Periods) -> list[Key]:
    """Keys of `values`, in order."""
    return [
        *(key for what in PANEL for key in keys_of(f"panel {what}", at.years)),
        *keys_of("panel referred by", at.years, HOLDERS),
        *keys_of("panel youngest", ("whole",)),
    ]


def values(reading: Reading) -> list[Any]:
    """Every measure of the panel, in the order of `keys`."""
    youngest = reading.plan.services.practice[-1].youngest
    return [*decisions(reading), referrers(reading), [youngest]]


def decisions(reading: Reading) -> list[Any]:
    """What the panel decided, in the order of `PANEL`."""

    def count(event: Event, amount: int | None = None) -> Floats:
        rows = reading.rows(event)
        kept = (rows["what"] == EDGE) & ((rows["amount"] == amount) | (amount is None))
        return reading.by_year(rows["tick"][kept])

    steps = reading.steps
    undecided = (steps.what == EDGE) & (steps.before == int(Event.OFFERED))
    over = undecided & steps.of(Event.LAPSED)
    decided = undecided & steps.of(Event.ACCEPTED, Event.DECLINED, Event.REFUSED, Event.DIVERTED)
    days = (steps.tick - steps.before_tick)[decided] / TICKS_PER_DAY
    return [
        count(Event.OFFERED),
        count(Event.REFUSED, 1),
        count(Event.REFUSED, 2),
        count(Event.DIVERTED),
        count(Event.DECLINED),
        count(Event.ACCEPTED),
        count(Event.RATIFIED),
        reading.by_year(steps.tick[over]),
        reading.by_year(steps.tick[decided]),
        reading.by_year(steps.tick[decided], 0, 1, days),
    ]


def referrers(reading: Reading) -> Floats:
    """[years, holders] referrals by who held the family: what came last before one, a crisis or an entry,
    is what it is about."""
    log = reading.log
    at = np.nonzero(log.rows(Event.OFFERED) & (log.what == EDGE))[0]
    held = last_before(reading, log.rows(Event.STATUS), at)
    holder = np.where(held >= 0, log.what[held], -1)
    cause = last_before(reading, log.rows(Event.CRISIS) | log.rows(Event.ENTERED), at)
    known = cause >= 0
    crisis = known & (log.event[cause] == int(Event.CRISIS))
    holder[crisis & with_guardian(reading, log.child[cause], log.tick[cause])] = GUARDIANSHIP_TEAM
    holder[known & ~crisis] = IN_CARE
    # Every family has a level in a log of the engine.
    there = holder >= 0
    return reading.by_year(log.tick[at][there], holder[there], len(HOLDERS))


def last_before(reading: Reading, mask: NDArray[np.bool_], at: Ints) -> Ints:
    """Row of the last record in ``mask`` of the same family before each row of the log; -1 for none. By row
    and not by tick: what a referral brings about at once comes after it."""
    log, n = reading.log, len(reading.log)
    rows = np.nonzero(mask)[0]
    if not len(rows):
        return np.full(len(at), -1)
    key = np.sort(np.searchsorted(reading.family_ids, log.family[rows]) * n + rows)
    family = np.searchsorted(reading.family_ids, log.family[at])
    found = key[np.searchsorted(key, family * n + at) - 1]
    # Without one before it, the last key of all is found, or one of another family.
    known = (found // n == family) & (found % n < at)
    return np.where(known, found % n, -1)


def with_guardian(reading: Reading, child: Ints, tick: Ints) -> NDArray[np.bool_]:
    """Whether each child lives with a special guardian at a tick."""
    lives = reading.with_guardians
    if not len(lives["child"]):
        return np.zeros(len(child), dtype=bool)
    span = reading.plan.horizon + 1
    key = lives["child"] * span + lives["begin"]
    order = np.argsort(key, kind="stable")
    found = order[np.searchsorted(key[order], child * span + tick, side="right") - 1]
    same = (lives["child"][found] == child) & (lives["begin"][found] <= tick)
    return np.asarray(same & (tick < lives["end"][found]))
