"""Measures of families and of the people who work with them: cases, services, the panel and posts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.events import Event
from sim.foundations.clock import TICKS_PER_DAY
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
from sim.results.reading import GROUPS, MAIN_LINE, OFFER_GROUP, SPECIALIST_LINES, STABILITY, keys_of
from sim.study.catalogue import ROLES
from sim.study.full_time import FULL_TIME

if TYPE_CHECKING:
    from sim.results.estimates import Key
    from sim.results.reading import Floats, Ints, Periods, Reading

STAFF_STATES = ("permanent", "agency", "induction", "vacant")
OPEN_LEVELS = tuple(STATUS_NAMES[status] for status in range(Status.EARLY_HELP, Status.CLOSED))
ROLE_NAMES = tuple(
    f"{TEAM_NAMES[team]}|{role.replace('_', ' ')}" for team in Team for role in ROLES[TEAM_KEYS[team]]
)
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
    plans = [
        begun["amount"][begun["tick"] < end].sum() - ended["amount"][ended["tick"] < end].sum()
        for end in reading.ends
    ]
    referred = np.concatenate([reading.rows(Event.REFERRED)["tick"], reading.plan.counted_referrals])
    status, gate = reading.rows(Event.STATUS), reading.rows(Event.GATE)
    applied = status["tick"][(status["what"] == int(Status.PROCEEDINGS)) & (status["tick"] > 0)]
    return [
        reading.by_year(begun["tick"][new], 0, 1, begun["amount"][new]),
        reading.by_year(begun["tick"][again], 0, 1, begun["amount"][again]),
        plans,
        levels(reading, status),
        reading.by_year(referred),
        reading.by_year(gate["tick"][gate["what"] == int(Status.CHILD_PROTECTION)]),
        reading.by_year(applied),
        reading.by_year(reading.rows(Event.CRISIS)["tick"]),
        reading.by_year(reading.rows(Event.NOT_HEARD)["tick"]),
        caseload(reading),
    ]


def levels(reading: Reading, status: dict[str, Ints]) -> Floats:
    """[month ends, levels] families open at each level."""
    order = np.lexsort((status["amount"], status["tick"], status["family"]))
    family, tick, what = (status[name][order] for name in ("family", "tick", "what"))
    end = np.append(tick[1:], reading.plan.horizon)
    end[np.append(family[1:] != family[:-1], True)] = reading.plan.horizon
    open_at = range(Status.EARLY_HELP, Status.CLOSED)
    return np.stack([reading.standing(tick[what == level], end[what == level]) for level in open_at], axis=1)


def caseload(reading: Reading) -> Floats:
    """[month ends] the last load of the safeguarding social workers; 1, as before, until there is one."""
    load = reading.rows(Event.LOAD)
    amount = np.concatenate([[ONE], load["amount"]]) / ONE
    return np.asarray(amount[np.searchsorted(load["tick"], reading.ends, side="left")])


def services(reading: Reading) -> list[Any]:
    """What teams and specialists were asked and did, and their places, use and waiting at month ends."""

    def flow(event: Event, weight: str = "", *, opening: bool = True) -> Floats:
        rows = reading.rows(event)
        keep = np.ones(len(rows["tick"]), dtype=bool) if opening else rows["tick"] > 0
        weights = rows[weight][keep] / TICKS_PER_DAY if weight else None
        return reading.by_year(rows["tick"][keep], OFFER_GROUP[rows["what"][keep]], GROUPS, weights)

    # Families who already had a worker on the first day are held, not started.
    accepted = flow(Event.ACCEPTED, opening=False)
    started = flow(Event.STARTED, opening=False)
    waited = flow(Event.STARTED, "amount", opening=False)
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
    asked = reading.steps.of(Event.ACCEPTED) & np.isin(reading.steps.what, STEP_DOWNS)
    kinds = np.searchsorted(STEP_DOWNS, reading.steps.what[asked])  # they stand in the order of their numbers
    return [
        *(one[:, TEAMS] for one in teams),
        *(one[:, SPECIALISTS] for one in (accepted, started, waited, missed)),
        *(one[:, TEAMS] for one in (places, use, waiting)),
        *(one[:, SPECIALISTS] for one in (places, use, waiting)),
        *(one[:, STABILITY] for one in (teams[0], accepted, started, use)),
        reading.by_year(reading.steps.tick[asked], kinds, len(STEP_DOWNS)),
    ]


def never_reached(reading: Reading) -> Floats:
    """[years, groups] families whose offer lapsed while they waited for a place."""
    steps = reading.steps
    gone = steps.gave_up_waiting & steps.of(Event.LAPSED)
    return reading.by_year(steps.tick[gone], OFFER_GROUP[steps.what[gone]], GROUPS)


def in_time(reading: Reading) -> Floats:
    """[years, groups] work that began before a child of the family had entered care: since the offer, or for
    Edge of Care since the crisis, because it also begins after an entry, to help the child home."""
    steps, crises = reading.steps, reading.heard_of
    begun = steps.of(Event.STARTED) & (steps.tick > 0)
    family, tick, what = steps.family[begun], steps.tick[begun], steps.what[begun]
    since = np.maximum(steps.offered[begun], 0)
    crisis = reading.latest(crises, family, tick)
    edge = (what == int(Offer.EDGE_OF_CARE)) & (crisis >= 0)
    since[edge] = crises["tick"][crisis[edge]]
    entered = reading.rows(Event.ENTERED)
    entry = reading.latest(entered, family, tick)
    late = entry >= 0
    late[late] = entered["tick"][entry[late]] >= since[late]
    return reading.by_year(tick[~late], OFFER_GROUP[what[~late]], GROUPS)


def interrupted_days(reading: Reading) -> Floats:
    """[years, groups] days for which work waited for another worker."""
    log = reading.log
    stop = log.rows(Event.INTERRUPTED)
    go = log.rows(Event.RESUMED) | log.rows(Event.GIVEN_UP)
    columns = []
    for group in range(GROUPS):
        begin, end = (log.tick[mask][OFFER_GROUP[log.what[mask]] == group] for mask in (stop, go))
        columns.append(reading.days_by_year(begin, end))
    return np.hstack(columns)


def holding(reading: Reading) -> tuple[Floats, Floats, Floats]:
    """[month ends, groups] families held, families waiting and places. Interrupted work holds no place."""
    log, steps = reading.log, reading.steps

    def grouped(*events: Event) -> tuple[Ints, Ints]:
        mask = np.isin(log.event, [int(event) for event in events])
        return log.tick[mask], OFFER_GROUP[log.what[mask]]

    taken, freed = (
        grouped(Event.STARTED, Event.RESUMED),
        grouped(Event.INTERRUPTED, Event.FINISHED, Event.STOPPED),
    )
    asked, answered = grouped(Event.ACCEPTED), grouped(Event.STARTED)
    gone = steps.gave_up_waiting
    left = (steps.tick[gone], OFFER_GROUP[steps.what[gone]])
    shape = (len(reading.ends), GROUPS)
    use, waiting, places = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    lines = (*MAIN_LINE, *SPECIALIST_LINES)
    for group in range(GROUPS):

        def of(found: tuple[Ints, Ints], group: int = group) -> Ints:
            return np.asarray(found[0][found[1] == group])

        use[:, group] = reading.standing(of(taken), of(freed))
        waiting[:, group] = reading.standing(of(asked), np.concatenate([of(answered), of(left)]))
        if group < len(lines):
            rows = np.array(reading.plan.services.places[lines[group]]).reshape(-1, 2)
            position = np.searchsorted(rows[:, 0], reading.ends, side="left") - 1
            places[:, group] = np.where(position >= 0, rows[position, 1], 0) if len(rows) else 0
    return use, waiting, places


def staff(reading: Reading) -> list[Any]:
    """Posts by state at month ends, and days worked by permanent and agency staff: full-time equivalents."""
    ends, n = reading.ends, len(ROLE_NAMES)
    position = {name: number for number, name in enumerate(ROLE_NAMES)}
    states = {state: np.zeros((len(ends), n)) for state in ("funded", *STAFF_STATES, "absent")}
    days = {kind: np.zeros((len(reading.years), n)) for kind in ("permanent", "agency")}
    for post in reading.plan.posts:
        column = position[f"{TEAM_NAMES[post.team]}|{post.role.replace('_', ' ')}"]
        for start, stop, state, hours in spells_of(post):
            first, last = np.searchsorted(ends, [start, stop], side="right")
            states[state][first:last, column] += hours
            states["funded"][first:last, column] += hours
            kind = "permanent" if state == "induction" else state
            if kind in days:
                for row, (begin, end) in enumerate(reading.years):
                    worked = max(0, min(stop, end) - max(start, begin))
                    days[kind][row, column] += worked / TICKS_PER_DAY * (hours / FULL_TIME)
        for begun, over in post.absences:
            for start, stop, hours in cut(post.hours, begun, over):
                first, last = np.searchsorted(ends, [start, stop], side="right")
                states["absent"][first:last, column] += hours
    # Hundredths are added as whole numbers and divided once, so that parts of posts add up exactly.
    return [*(state / FULL_TIME for state in states.values()), *days.values()]


def whole(reading: Reading) -> list[Any]:
    """Families served by both new services, and sequences that ran out."""
    served = reading.first_start < reading.plan.horizon
    both = served[:, Team.EDGE_OF_CARE] & served[:, Team.FAMILY_SAFEGUARDING]
    return [[both.sum()], [reading.log.rows(Event.EXHAUSTED).sum()]]
