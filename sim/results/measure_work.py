"""Measures of families and of the people who work with them: cases, services, the panel and posts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.events import Event
from sim.foundations.clock import TICKS_PER_DAY, TICKS_PER_YEAR
from sim.foundations.ledger import ONE
from sim.model.hours import cut, spells_of
from sim.model.terms import (
    LINE_NAMES,
    STATUS_NAMES,
    STEP_DOWN_NAMES,
    STEP_DOWNS,
    TEAM_KEYS,
    TEAM_NAMES,
    Offer,
    Status,
    Team,
)
from sim.results import measure_panel
from sim.results.reading import GROUPS, IN_GROUP, MAIN_LINE, OFFER_GROUP, SPECIALIST_LINES, STABILITY, keys_of
from sim.study.catalogue import ROLES
from sim.study.full_time import FULL_TIME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.model.plan import Post
    from sim.results.estimates import Key
    from sim.results.reading import Floats, Ints, Periods, Reading

STAFF_STATES = ("permanent", "agency", "induction", "vacant")
STATE_PLACE = {state: place for place, state in enumerate(STAFF_STATES)}
OPEN_LEVELS = tuple(STATUS_NAMES[status] for status in range(Status.EARLY_HELP, Status.CLOSED))
ROLE_NAMES = tuple(
    f"{TEAM_NAMES[team]}|{role.replace('_', ' ')}" for team in Team for role in ROLES[TEAM_KEYS[team]]
)
ROLE_PLACE = {
    (team, role): place
    for place, (team, role) in enumerate((team, role) for team in Team for role in ROLES[TEAM_KEYS[team]])
}
"""Where a team's role stands in `ROLE_NAMES`."""
SPECIALIST_NAMES = tuple(LINE_NAMES[line] for line in SPECIALIST_LINES)
"""Kinds of specialist, as they are written for readers."""
SERVICE_FLOWS = (
    "offered",
    "accepted",
    "started",
    "finished",
    "lapsed",
    "waited days",
    "never reached",
    "begun in time",
    "interrupted",
    "given up",
    "interrupted days",
)
SPECIALIST_FLOWS = ("asked", "started", "waited days", "never came")
STABILITY_FLOWS = ("offered", "accepted", "started")
STATES = ("places", "in use", "waiting")
TEAMS = slice(0, len(Team))
SPECIALISTS = slice(len(Team), STABILITY)


def keys(at: Periods) -> list[Key]:
    """Keys of `values`, in order."""
    years, ends = at.years, at.ends
    return [
        *keys_of("plans started", years),
        *keys_of("plans repeated", years),
        *keys_of("plans open", ends),
        *keys_of("families open", ends, OPEN_LEVELS),
        *keys_of("referrals", years),
        *keys_of("referrals again", years),
        *keys_of("enquiries", years),
        *keys_of("care applications", years),
        *keys_of("crises", years),
        *keys_of("crises not heard", years),
        *keys_of("caseload", ends),
        *(key for flow in SERVICE_FLOWS for key in keys_of(flow, years, TEAM_NAMES)),
        *(key for flow in SPECIALIST_FLOWS for key in keys_of(f"specialist {flow}", years, SPECIALIST_NAMES)),
        *(key for state in STATES for key in keys_of(state, ends, TEAM_NAMES)),
        *(key for state in STATES for key in keys_of(f"specialist {state}", ends, SPECIALIST_NAMES)),
        *(key for flow in STABILITY_FLOWS for key in keys_of(f"placement stability {flow}", years)),
        *keys_of("placement stability in use", ends),
        *keys_of("step-downs asked", years, STEP_DOWN_NAMES),
        *measure_panel.keys(at),
        *(
            key
            for s in ("funded", *STAFF_STATES, "absent")
            for key in keys_of(f"posts {s}", ends, ROLE_NAMES)
        ),
        *keys_of("post days permanent", years, ROLE_NAMES),
        *keys_of("post days agency", years, ROLE_NAMES),
        *keys_of("served by both", ("whole",)),
        *keys_of("exhausted", ("whole",)),
    ]


def values(reading: Reading) -> list[Any]:
    """Every measure of families and work, in the order of `keys`."""
    return [
        *cases(reading),
        *services(reading),
        *measure_panel.values(reading),
        *staff(reading),
        *whole(reading),
    ]


def cases(reading: Reading) -> list[Any]:
    """Plans, open families, referrals, enquiries, applications, crises and the caseload."""
    begun, ended = reading.rows(Event.PLAN_STARTED), reading.rows(Event.PLAN_ENDED)
    new = begun["tick"] > 0
    again = new & (begun["what"] > 0)
    plans = reading.by_month(begun["tick"], weights=begun["amount"])
    plans -= reading.by_month(ended["tick"], weights=ended["amount"])
    referred = reading.by_year(reading.plan.counted_referrals)
    return [
        reading.by_year(begun["tick"][new], 0, 1, begun["amount"][new]),
        reading.by_year(begun["tick"][again], 0, 1, begun["amount"][again]),
        plans.cumsum()[: reading.n_ends],
        levels(reading),
        referred[:, 0] + reading.yearly(Event.REFERRED).sum(axis=1),
        again_within_a_year(reading),
        reading.yearly(Event.GATE)[:, Status.CHILD_PROTECTION],
        reading.yearly(Event.STATUS, opening=False)[:, Status.PROCEEDINGS],
        reading.yearly(Event.CRISIS).sum(axis=1),
        reading.yearly(Event.NOT_HEARD).sum(axis=1),
        caseload(reading),
    ]


def again_within_a_year(reading: Reading) -> Floats:
    """[years] referrals that came within a year of another of the same family."""
    log, plan = reading.log, reading.plan
    at = reading.row_of(reading.by_family(Event.REFERRED))
    family, tick = log.family[at], log.tick[at]
    first = np.append(True, family[1:] != family[:-1])[: len(at)]
    lately = np.append(False, tick[1:] - tick[:-1] <= TICKS_PER_YEAR)[: len(at)]
    known = reading.people.again[reading.people.family_row(family)]
    ticks = [plan.counted_referrals[plan.counted_again], tick[np.where(first, known, lately)]]
    return reading.by_year(np.concatenate(ticks))[:, 0]


def levels(reading: Reading) -> Floats:
    """[month ends, levels] families open at each level."""
    log, at = reading.log, reading.row_of(reading.by_family(Event.STATUS))
    family, what = log.family[at], log.what[at]
    followed = np.flatnonzero(family[1:] == family[:-1])
    begun = reading.standing_at(reading.tally[Event.STATUS].T)
    over = reading.by_month(log.tick[at[followed + 1]], what[followed], len(STATUS_NAMES)).cumsum(axis=0)
    open_at = slice(Status.EARLY_HELP, Status.CLOSED)
    return np.asarray(begun[:, open_at] - over[: reading.n_ends, open_at])


def caseload(reading: Reading) -> Floats:
    """[month ends] the last load of the safeguarding social workers; 1, as before, until there is one."""
    load = reading.rows(Event.LOAD)
    amount = np.concatenate([[ONE], load["amount"]]) / ONE
    return np.asarray(amount[load["tick"].searchsorted(reading.times.ends)])


def services(reading: Reading) -> list[Any]:
    """What teams and specialists were asked and did, and their places, use and waiting at month ends."""

    def flow(event: Event, *, opening: bool = True) -> Floats:
        return np.asarray(reading.yearly(event, opening=opening) @ IN_GROUP)

    # Families who already had a worker on the first day are held, not started.
    accepted, started = (flow(event, opening=False) for event in (Event.ACCEPTED, Event.STARTED))
    begun = reading.rows(Event.STARTED)
    new = begun["tick"] > 0
    waits = begun["amount"][new] / TICKS_PER_DAY
    waited = reading.by_year(begun["tick"][new], OFFER_GROUP[begun["what"][new]], GROUPS, waits)
    missed = never_reached(reading)
    teams = [
        flow(Event.OFFERED, opening=False),
        accepted,
        started,
        flow(Event.FINISHED),
        flow(Event.LAPSED),
        waited,
        missed,
        in_time(reading),
        flow(Event.INTERRUPTED),
        flow(Event.GIVEN_UP),
        interrupted_days(reading),
    ]
    use, waiting, places = holding(reading)
    return [
        *(one[:, TEAMS] for one in teams),
        *(one[:, SPECIALISTS] for one in (accepted, started, waited, missed)),
        *(one[:, TEAMS] for one in (places, use, waiting)),
        *(one[:, SPECIALISTS] for one in (places, use, waiting)),
        *(one[:, STABILITY] for one in (teams[0], accepted, started, use)),
        reading.yearly(Event.ACCEPTED)[:, list(STEP_DOWNS)],
    ]


def never_reached(reading: Reading) -> Floats:
    """[years, groups] families whose offer lapsed while they waited for a place."""
    steps = reading.steps
    gone = steps.gave_up_waiting & steps.of(Event.LAPSED)
    return reading.by_year(steps.tick[gone], OFFER_GROUP[steps.what[gone]], GROUPS)


def in_time(reading: Reading) -> Floats:
    """[years, groups] work that began before a child of the family had entered care: since the offer, or for
    Edge of Care since the crisis, because it also begins after an entry, to help the child home."""
    steps, crises, entered = reading.steps, reading.heard_of, reading.rows(Event.ENTERED)
    begun = np.flatnonzero((steps.event == int(Event.STARTED)) & (steps.tick > 0))
    family, tick, what = steps.family[begun], steps.tick[begun], steps.what[begun]
    since = np.maximum(steps.offered[begun], 0)
    edge = np.flatnonzero(what == int(Offer.EDGE_OF_CARE))
    crisis = reading.latest(crises, family[edge], tick[edge])
    since[edge[crisis >= 0]] = crises["tick"][crisis[crisis >= 0]]
    entry = reading.latest(entered, family, tick)
    late = entry >= 0
    late[late] = entered["tick"][entry[late]] >= since[late]
    return reading.by_year(tick[~late], OFFER_GROUP[what[~late]], GROUPS)


def interrupted_days(reading: Reading) -> Floats:
    """[years, groups] days for which work waited for another worker."""
    log = reading.log
    stop, go = reading.at(Event.INTERRUPTED), reading.at(Event.RESUMED, Event.GIVEN_UP)
    groups = (OFFER_GROUP[log.what[stop]], OFFER_GROUP[log.what[go]])
    return reading.days_by_year(log.tick[stop], log.tick[go], groups, GROUPS)


def holding(reading: Reading) -> tuple[Floats, Floats, Floats]:
    """[month ends, groups] families held, families waiting and places. Interrupted work holds no place."""
    steps, tally, ends = reading.steps, reading.tally, reading.times.ends

    def standing(come: tuple[Event, ...], go: tuple[Event, ...]) -> Floats:
        change = sum(tally[event] for event in come) - sum(tally[event] for event in go)
        return np.asarray(reading.standing_at(change.T) @ IN_GROUP)

    use = standing((Event.STARTED, Event.RESUMED), (Event.INTERRUPTED, Event.FINISHED, Event.STOPPED))
    waiting = standing((Event.ACCEPTED,), (Event.STARTED,))
    gone = np.flatnonzero(steps.gave_up_waiting)
    left = reading.by_month(steps.tick[gone], OFFER_GROUP[steps.what[gone]], GROUPS)
    waiting -= left.cumsum(axis=0)[: reading.n_ends]
    places = np.zeros((len(ends), GROUPS))
    for group, line in enumerate((*MAIN_LINE, *SPECIALIST_LINES)):
        rows = np.array(reading.plan.services.places[line]).reshape(-1, 2)
        position = rows[:, 0].searchsorted(ends) - 1
        places[:, group] = np.where(position >= 0, rows[position, 1], 0) if len(rows) else 0
    return use, waiting, places


def staff(reading: Reading) -> list[Any]:
    """Posts by state at month ends, and days worked by permanent and agency staff: full-time equivalents."""
    n = len(ROLE_NAMES)
    posts = [reading.people.of_post(post, history) for post in reading.plan.posts]
    start, stop, state, hours, role = columns([row for spells, _ in posts for row in spells], 5)
    states = standing_hours(reading, start, stop, hours, state * n + role, len(STAFF_STATES) * n)
    funded = states.reshape(-1, len(STAFF_STATES), n).sum(axis=1)
    begun, over, lost, whose = columns([row for _, away in posts for row in away], 4)
    absent = standing_hours(reading, begun, over, lost, whose, n)
    days = []
    working = (state == STATE_PLACE["permanent"]) | (state == STATE_PLACE["induction"])
    for kind in (working, state == STATE_PLACE["agency"]):
        of = np.flatnonzero(kind)
        spent = np.maximum(reading.within_years(stop[of]) - reading.within_years(start[of]), 0)
        # Of one role and year the parts are added in the order of the posts, so that sums are the same ones.
        worked = spent / TICKS_PER_DAY * (hours[of] / FULL_TIME)
        flat = np.arange(reading.n_years)[:, None] * n + role[of]
        days.append(np.bincount(flat.ravel(), weights=worked.ravel(), minlength=reading.n_years * n))
    # Hundredths are added as whole numbers and divided once, so that parts of posts add up exactly.
    by_state = (states[:, place * n : (place + 1) * n] for place in range(len(STAFF_STATES)))
    return [*(found / FULL_TIME for found in (funded, *by_state, absent)), *days]


def history(post: Post) -> tuple[list[tuple[int, int, int, int, int]], list[tuple[int, int, int, int]]]:
    """(from, to, state, hundredths of full time, role) of a post, and (from, to, hundredths, role) of the
    absences from it."""
    role = ROLE_PLACE[Team(post.team), post.role]
    spells = [(start, stop, STATE_PLACE[state], hours, role) for start, stop, state, hours in spells_of(post)]
    away = [
        (start, stop, hours, role)
        for begun, over in post.absences
        for start, stop, hours in cut(post.hours, begun, over)
    ]
    return spells, away


def columns(rows: Sequence[tuple[int, ...]], n: int) -> Ints:
    """Rows of ``n`` whole numbers as columns."""
    return np.array(rows, dtype=np.int64).reshape(-1, n).T


def standing_hours(reading: Reading, start: Ints, stop: Ints, hours: Ints, cell: Ints, n: int) -> Floats:
    """[month ends, cells] hundredths of full time that stand when each month ends; what begins at that very
    midnight does not yet, and what ends at it still does."""
    change = reading.by_month(start, cell, n, hours) - reading.by_month(stop, cell, n, hours)
    return change.cumsum(axis=0)[: reading.n_ends]


def whole(reading: Reading) -> list[Any]:
    """Families served by both new services, and sequences that ran out."""
    served = reading.first_start < reading.plan.horizon
    both = served[:, Team.EDGE_OF_CARE] & served[:, Team.FAMILY_SAFEGUARDING]
    return [[both.sum()], [reading.log.rows(Event.EXHAUSTED).sum()]]
