"""When services open: the planned day, what slips, and the posts that must be filled first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.foundations.clock import TICKS_PER_DAY
from sim.foundations.ledger import NEVER
from sim.model.hours import hours_at
from sim.model.terms import TEAM_KEYS, TEAM_OF_LINE, Line, Team
from sim.study.levers import Change, Close, Delay, Open, Training

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sim.foundations.clock import Clock
    from sim.model.plan import Post
    from sim.model.population import Values
    from sim.study.scenario import Scenario
    from sim.study.structure import Structure

VACANT, AGENCY, INDUCTION, PERMANENT = "vacant", "agency", "induction", "permanent"

ESTABLISHED = (Team.EARLY_HELP, Team.FAMILY_GROUP_CONFERENCE)
"""Teams that are open with no change, and whose practice is already what it is."""

ROLES_OF_LINE: dict[Line, tuple[str, ...]] = {
    Line.KEY_WORKER: ("key_worker",),
    Line.COORDINATOR: ("coordinator",),
    Line.SOCIAL_WORKER: ("social_worker",),
    Line.VICTIM_WORKER: ("domestic_abuse_worker",),
    Line.PERPETRATOR_WORKER: ("perpetrator_worker",),
    Line.SUBSTANCE_WORKER: ("substance_worker",),
    Line.MENTAL_HEALTH_WORKER: ("mental_health_worker",),
    Line.EDGE_WORKER: ("social_worker", "family_support_worker"),
}
"""The posts that hold families, by the waiting list they answer; managers supervise and hold none."""

AWAITED: dict[Team, tuple[Line, ...]] = {
    Team.FAMILY_SAFEGUARDING: (
        Line.VICTIM_WORKER,
        Line.PERPETRATOR_WORKER,
        Line.SUBSTANCE_WORKER,
        Line.MENTAL_HEALTH_WORKER,
    ),
    Team.EDGE_OF_CARE: (Line.EDGE_WORKER,),
}
"""The posts of which a share must be filled before a new service opens. The social workers of Family
Safeguarding are there already: what it waits for is its specialists."""


def dated(
    values: Values, scenario: Scenario, name: str, clock: Clock, key: str = ""
) -> list[tuple[int, float]]:
    """Rows (from tick, value) of a parameter that levers may change, or of one key of a table of which they
    change every key alike; the first is at tick 0."""
    base = float(values[name][key] if key else values[name])
    levers = [lever for lever in scenario.levers if isinstance(lever, Change) and lever.parameter == name]
    spans = []
    for lever in levers:
        value = lever.to if lever.to is not None else base * (1.0 if lever.times is None else lever.times)
        spans.append((clock.tick(lever.start), end_of(lever.end, clock), float(value)))
    return rows_of(base, spans)


def rows_of(base: float, spans: Iterable[tuple[int, int, float]]) -> list[tuple[int, float]]:
    """Rows from spans (from, to, value) that do not overlap, with ``base`` outside them."""
    spans = list(spans)
    moments = sorted({0, *(max(0, tick) for span in spans for tick in span[:2] if tick < NEVER)})
    rows: list[tuple[int, float]] = []
    for moment in moments:
        value = next((value for start, end, value in spans if start <= moment < end), base)
        if not rows or rows[-1][1] != value:
            rows.append((moment, value))
    return rows


def at(rows: Sequence[tuple[int, float]], tick: int) -> float:
    """The value in force at a tick; before the first row, the first."""
    value = rows[0][1]
    for since, other in rows:
        if since > tick:
            break
        value = other
    return value


def end_of(day: date | None, clock: Clock) -> int:
    """The tick at which a lever ends: NEVER for one that lasts."""
    return NEVER if day is None else clock.tick(day)


def put_off(team: Team, values: Values, scenario: Scenario) -> int:
    """Ticks by which a new service's milestones (opening, training, mentoring) come later than planned: what
    levers delay, and what programmes slip."""
    found = [v for v in scenario.levers if isinstance(v, Delay) and v.service == TEAM_KEYS[team]]
    slip = float(values[f"services.{TEAM_KEYS[team]}.slip_days"])
    return round((sum(lever.days for lever in found) + slip) * TICKS_PER_DAY)


def trained(team: Team, values: Values, scenario: Scenario, clock: Clock) -> int | None:
    """Tick at which a service's training is complete; None where no lever trains it."""
    found = [v for v in scenario.levers if isinstance(v, Training) and v.service == TEAM_KEYS[team]]
    return clock.tick(found[0].complete) + put_off(team, values, scenario) if found else None


def opened(team: Team, scenario: Scenario) -> Open | None:
    """The lever that opens a service, if there is one."""
    key = TEAM_KEYS[team]
    return next((v for v in scenario.levers if isinstance(v, Open) and v.service == key), None)


def closing(team: Team, scenario: Scenario, clock: Clock) -> int:
    """Tick from which a service starts no more work, or NEVER."""
    levers = [v for v in scenario.levers if isinstance(v, Close) and v.service == TEAM_KEYS[team]]
    return min((clock.tick(lever.on) for lever in levers), default=NEVER)


def planned(team: Team, values: Values, scenario: Scenario, clock: Clock) -> int:
    """Tick from which a service is meant to open: the day in its plan, or when its training is complete, with
    whatever puts them off."""
    if team in ESTABLISHED:
        return 0
    lever = opened(team, scenario)
    if lever is None:
        return NEVER
    opens = clock.tick(lever.on) + put_off(team, values, scenario)
    return max(0, opens, trained(team, values, scenario, clock) or 0)


def produced(team: Team, values: Values, scenario: Scenario, posts: tuple[Post, ...], clock: Clock) -> int:
    """Tick at which a service does open: as planned, but not before enough of its posts are filled.

    NEVER without a lever that opens it, or without posts that hold families: a team that nobody funds is
    not a service that keeps families waiting.
    """
    if not any(holds(team, post) for post in posts):
        return NEVER
    when = planned(team, values, scenario, clock)
    if when >= clock.horizon or team in ESTABLISHED:
        return NEVER if when >= clock.horizon else when
    roles = {role for line in AWAITED[team] for role in ROLES_OF_LINE[line]}
    awaited = [post for post in posts if post.team == team and post.role in roles]
    if not awaited:
        return when
    share = float(values[f"services.{TEAM_KEYS[team]}.ready_share"])
    moments = {when, *(start for post in awaited for start, _, _ in post.spells if start > when)}
    moments |= {tick for post in awaited for tick, _ in post.hours if tick > when}
    return next((tick for tick in sorted(moments) if filled(awaited, tick) >= share), NEVER)


def go_live(team: Team, begins: int, values: Values, structure: Structure) -> int:
    """Tick from which a team takes families, or NEVER: when it ``begins`` as planned, but where a reactive
    service was there before, it has done so all along."""
    return 0 if reactive(team, values, structure) else begins


def reactive(team: Team, values: Values, structure: Structure) -> bool:
    """Whether the team did reactive work before the service that is proposed."""
    before = team == Team.EDGE_OF_CARE and structure.edge_of_care_before == "reactive"
    return before and values["staffing.edge_of_care.reactive_posts"] > 0


def holds(team: Team, post: Post) -> bool:
    """Whether a post of the team holds families without which its work cannot start."""
    if post.team != team:
        return False
    lines = [line for line in Line if TEAM_OF_LINE[line] == team]
    return post.role in ROLES_OF_LINE[lines[0]]


def filled(posts: Iterable[Post], tick: int) -> float:
    """Share of the posts funded at a tick that somebody is in, a part-time one counted by its hours; none
    funded counts as none filled."""
    funded, vacant = standing(posts, tick)
    return (funded - vacant) / funded if funded else 0.0


def standing(posts: Iterable[Post], tick: int) -> tuple[int, int]:
    """Hundredths of full time funded in these posts at a tick, and those of them that stand vacant."""
    funded = vacant = 0
    for post in posts:
        for start, stop, state in post.spells:
            if start <= tick < stop:
                hours = hours_at(post.hours, tick)
                funded += hours
                vacant += hours if state == VACANT else 0
    return funded, vacant
