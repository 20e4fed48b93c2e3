"""Measures of the resource allocation panel: what it decided, how long it took, and who had referred."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.events import Event
from sim.foundations.clock import TICKS_PER_DAY
from sim.model.terms import GUARDIANSHIP_TEAM, HELD_NAMES, Offer
from sim.results.reading import keys_of
from sim.results.steps import one_of

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
DECISIONS = (Event.ACCEPTED, Event.DECLINED, Event.REFUSED, Event.DIVERTED)
"""What the panel's answer to a referral may be."""


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

    def count(event: Event) -> Floats:
        return reading.yearly(event)[:, EDGE]

    steps, refused = reading.steps, reading.rows(Event.REFUSED)
    refusals = [
        reading.by_year(refused["tick"][(refused["what"] == EDGE) & (refused["amount"] == why)])
        for why in (1, 2)
    ]
    undecided = np.flatnonzero((steps.what == EDGE) & (steps.before == int(Event.OFFERED)))
    event, tick = steps.event[undecided], steps.tick[undecided]
    decided = one_of(event, *DECISIONS)
    days = (tick - steps.before_tick[undecided])[decided] / TICKS_PER_DAY
    return [
        count(Event.OFFERED),
        *refusals,
        count(Event.DIVERTED),
        count(Event.DECLINED),
        count(Event.ACCEPTED),
        count(Event.RATIFIED),
        reading.by_year(tick[event == int(Event.LAPSED)]),
        reading.by_year(tick[decided]),
        reading.by_year(tick[decided], 0, 1, days),
    ]


def referrers(reading: Reading) -> Floats:
    """[years, holders] referrals by who held the family: what came last before one, a crisis or an entry,
    is what it is about."""
    log, at = reading.log, reading.at(Event.OFFERED)
    at = at[log.what[at] == EDGE]
    held = last_before(reading, at, Event.STATUS)
    holder = np.where(held >= 0, log.what[held], -1)
    cause = last_before(reading, at, Event.CRISIS, Event.ENTERED)
    known = cause >= 0
    crisis = known & (log.event[cause] == int(Event.CRISIS))
    holder[crisis & with_guardian(reading, log.child[cause], log.tick[cause])] = GUARDIANSHIP_TEAM
    holder[known & ~crisis] = IN_CARE
    # Every family has a level in a log of the engine.
    there = holder >= 0
    return reading.by_year(log.tick[at][there], holder[there], len(HOLDERS))


def last_before(reading: Reading, at: Ints, *events: Event) -> Ints:
    """Row of the last of some events of the same family before each row of the log; -1 for none. By row and
    not by tick: what a referral brings about at once comes after it."""
    past = reading.by_family(*events)
    if not len(past):
        return np.full(len(at), -1)
    family = reading.log.family[at]
    place = past.searchsorted(reading.joined(family, at)) - 1
    # Without one before it, the last of all is found, or one of another family.
    found = past[place]
    return np.where((place >= 0) & (reading.key_of(found) == family), reading.row_of(found), -1)


def with_guardian(reading: Reading, child: Ints, tick: Ints) -> NDArray[np.bool_]:
    """Whether each child lives with a special guardian at a tick."""
    lives = reading.with_guardians
    if not len(lives["child"]):
        return np.zeros(len(child), dtype=bool)
    span = reading.plan.horizon + 1
    key = lives["child"] * span + lives["begin"]
    order = np.argsort(key, kind="stable")
    found = order[key[order].searchsorted(child * span + tick, side="right") - 1]
    same = (lives["child"][found] == child) & (lives["begin"][found] <= tick)
    return np.asarray(same & (tick < lives["end"][found]))
