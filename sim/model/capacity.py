"""From people in posts to what they can hold: workers, places, and the load of statutory work.

Each post that holds families becomes a worker: how many families it can hold by when, and who is in it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from math import floor, log2
from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.clock import TICKS_PER_DAY
from sim.foundations.ledger import NEVER, ONE, fixed_point
from sim.model.hours import hours_at
from sim.model.openings import (
    AGENCY,
    INDUCTION,
    PERMANENT,
    ROLES_OF_LINE,
    VACANT,
    at,
    closing,
    dated,
    end_of,
    opened,
    rows_of,
    standing,
)
from sim.model.staffing import people
from sim.model.terms import TEAM_KEYS, TEAM_OF_LINE, Line, Team
from sim.study.full_time import FULL_TIME, families_of
from sim.study.levers import Pairs, Protect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sim.foundations.clock import Clock
    from sim.model.plan import Post, Row, Worker
    from sim.model.population import Floats, Values
    from sim.study.scenario import Scenario

WHOLE_SHARES = {VACANT: 0.0, AGENCY: 1.0, PERMANENT: 1.0}
"""Share of the families for its hours that a post can take, by who is in it; who is inducted takes a part."""
SIXTEENTHS = 48
"""The table of overload reaches to three times the usual caseload."""

Rows = list[tuple[int, float]]
Spans = list[tuple[int, int]]
Holder = tuple[object, ...]
"""Who is in a post, or in two: equal while it is the same people; empty for nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One numbered post, with all of its history."""

    role: str
    number: int
    spells: tuple[tuple[int, int, str], ...]
    starts: tuple[int, ...]
    """When each spell begins."""
    people: tuple[tuple[int, int, str], ...]
    absences: tuple[tuple[int, int], ...]
    hours: tuple[Row, ...]
    """Rows (from tick, hundredths of full time); empty for full time throughout."""
    full: tuple[tuple[int, float], ...]
    """Rows (from tick, families that a full worker holds in its hours)."""
    opens: int
    """Tick from which it takes families."""
    closes: int
    """Tick from which it takes no more, or NEVER; those whom it holds stay."""

    def state(self, tick: int) -> str:
        """Who is in it by kind; vacant where it is not funded."""
        place = bisect_right(self.starts, tick) - 1
        if place < 0 or tick >= self.spells[place][1]:
            return VACANT
        return self.spells[place][2]

    def funded(self, tick: int) -> bool:
        """Whether it is funded at a tick."""
        place = bisect_right(self.starts, tick) - 1
        return place >= 0 and tick < self.spells[place][1]

    def away(self, tick: int) -> bool:
        """Whether the person in it is absent."""
        return any(start <= tick < stop for start, stop in self.absences)

    def holder(self, tick: int) -> Holder:
        """The person in it, before it opens as after; empty for nobody."""
        found = next((start for start, stop, _ in self.people if start <= tick < stop), None)
        return () if found is None else (self.role, self.number, found)

    def share(self, tick: int, induction: float) -> float:
        """Share of the families for its hours that the person in it can take."""
        if self.away(tick):
            return 0.0
        state = self.state(tick)
        return induction if state == INDUCTION else WHOLE_SHARES[state]

    def time(self, tick: int, induction: float) -> float:
        """Full workers that the person in it counts for."""
        return self.share(tick, induction) * (hours_at(self.hours, tick) / FULL_TIME)

    def times(self, ticks: Sequence[int], induction: float) -> Floats:
        """``time`` at each of some ticks in order, the first of them 0 or later, worked out where it changes:
        [ticks]."""
        changes = sorted({0, *(tick for tick in self.moments() if 0 < tick <= ticks[-1])})
        rows = np.array([self.time(tick, induction) for tick in changes])
        return rows[np.searchsorted(changes, ticks, side="right") - 1]

    def capacity(self, tick: int, induction: float) -> int:
        """Families that it can hold, whole ones."""
        full = int(at(self.full, tick))
        share = self.share(tick, induction)
        # Half of one family is nobody's help: whoever works holds one, where the post is meant to.
        return 0 if not full or share <= 0 else max(1, floor(full * share + 1e-9))

    def moments(self) -> set[int]:
        """Ticks at which anything about it may change."""
        edges = {tick for spell in self.spells for tick in spell[:2]}
        edges |= {tick for span in self.absences for tick in span}
        # The rows of families have a row wherever the hours change.
        return edges | {tick for tick, _ in self.full} | {self.opens, self.closes}


def desks(
    values: Values,
    scenario: Scenario,
    posts: tuple[Post, ...],
    clock: Clock,
    opens: Mapping[Team, int],
    line: Line,
) -> list[Desk]:
    """The posts that answer one waiting list, in order of role and number."""
    team = TEAM_OF_LINE[line]
    grouped: dict[tuple[int, int], list[Post]] = {}
    for post in posts:
        if post.team == team and post.role in ROLES_OF_LINE[line]:
            grouped.setdefault((ROLES_OF_LINE[line].index(post.role), post.number), []).append(post)
    keys = sorted(grouped)
    roles = [ROLES_OF_LINE[line][role] for role, _ in keys]
    hours = [hours_together(grouped[key]) for key in keys]
    fulls = full_capacities(values, scenario, clock, team, roles, hours)
    result = []
    for place, key in enumerate(keys):
        spells = tuple(sorted(spell for post in grouped[key] for spell in post.spells))
        result.append(
            Desk(
                role=roles[place],
                number=key[1],
                spells=spells,
                starts=tuple(start for start, _, _ in spells),
                people=tuple(person for post in grouped[key] for person in people(post.spells)),
                absences=tuple(sorted(span for post in grouped[key] for span in post.absences)),
                hours=hours[place],
                full=fulls[place],
                opens=opens[team],
                closes=closing(team, scenario, clock),
            )
        )
    return in_turn(scenario, line, result)


def hours_together(spans: list[Post]) -> tuple[Row, ...]:
    """Rows of the hours of one numbered post over all the times that it is funded."""
    if not any(post.hours for post in spans):
        return ()
    return tuple(sorted(row for post in spans for row in post.hours or ((post.spells[0][0], FULL_TIME),)))


def in_turn(scenario: Scenario, line: Line, line_desks: list[Desk]) -> list[Desk]:
    """The posts with the day on which each takes families. Safeguarding teams, equal parts of the posts that
    there are, turn to the new way of working one after another, and posts added later join the last; the
    specialists are there for whichever team has turned."""
    lever = opened(TEAM_OF_LINE[line], scenario)
    if line != Line.SOCIAL_WORKER or lever is None or not line_desks or line_desks[0].opens == NEVER:
        return line_desks
    there = max(1, sum(desk.funded(desk.opens) for desk in line_desks))
    last, apart = max(1, lever.teams) - 1, lever.every_days * TICKS_PER_DAY
    return [
        replace(desk, opens=desk.opens + min(last, place * (last + 1) // there) * apart)
        for place, desk in enumerate(line_desks)
    ]


def each(values: Values, scenario: Scenario, clock: Clock, team: Team, role: str) -> list[tuple[int, float]]:
    """Rows (from tick, families at a time) of one post; a coordinator's follow from conferences a year."""
    key = TEAM_KEYS[team]
    if team != Team.FAMILY_GROUP_CONFERENCE:
        return dated(values, scenario, f"services.{key}.families_per_post.{role}", clock)
    yearly = dated(values, scenario, f"services.{key}.conferences_a_year", clock)
    lengths = dated(values, scenario, f"services.{key}.length_days", clock)
    moments = sorted({tick for rows in (yearly, lengths) for tick, _ in rows})
    return [(tick, at(yearly, tick) * (at(lengths, tick) / 365.25)) for tick in moments]


def full_capacities(
    values: Values,
    scenario: Scenario,
    clock: Clock,
    team: Team,
    roles: list[str],
    hours: list[tuple[Row, ...]],
) -> list[tuple[tuple[int, float], ...]]:
    """By post, of so many ``hours``: rows (from tick, whole families of a full worker in them). Fractions run
    on from post to post of a role, so that all together hold the whole families of the exact total, but for
    a last part-time post that holds one all the same (``families_of``)."""
    tables = {role: each(values, scenario, clock, team, role) for role in set(roles)}
    changed = {max(0, row[0]) for rows in hours for row in rows}
    moments = sorted(changed | {tick for rows in tables.values() for tick, _ in rows})
    result: list[list[tuple[int, float]]] = [[] for _ in roles]
    for moment in moments:
        # Role by role, so that posts which another role gains later change nothing before.
        totals = dict.fromkeys(roles, 0.0)
        for place, role in enumerate(roles):
            before, one = totals[role], at(tables[role], moment)
            time = hours_at(hours[place], moment)
            result[place].append((moment, families_of(before, one, time)))
            totals[role] = before + one * (time / FULL_TIME)
    return [tuple(rows) for rows in result]


def workers(
    values: Values, scenario: Scenario, posts: tuple[Post, ...], clock: Clock, opens: Mapping[Team, int]
) -> tuple[tuple[Worker, ...], ...]:
    """By line: its posts that hold families, as workers."""
    induction = float(values["staffing.induction_load"])
    result = []
    for line in Line:
        found = desks(values, scenario, posts, clock, opens, line)
        paired: Spans = []
        lending = [(0, 0.0)]
        if line == Line.EDGE_WORKER:
            paired, lending = in_pairs(scenario, clock), lent(scenario, posts, clock)
        seats = [
            Seat(desk=desk, partner=partner, first=first, paired=paired, induction=induction)
            for desk, partner, first in matched(found)
        ]
        result.append(numbered([seat.rows(lending, found, clock.horizon) for seat in seats]))
    return tuple(result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """What becomes a worker: one post, or for a time two that hold families together."""

    desk: Desk
    partner: Desk | None
    """The post that it forms a pair with."""
    first: bool
    """Whether the pair's families are held under this post."""
    paired: Spans
    """When work is in pairs."""
    induction: float

    def rows(self, lending: Rows, line: list[Desk], horizon: int) -> list[tuple[int, int, Holder]]:
        """(from tick, families, who) at every moment at which they may change."""
        turns = {tick for span in self.paired for tick in span}
        moments = {0} | turns | self.desk.moments() | {tick for tick, _ in lending}
        if self.partner is not None:
            moments |= self.partner.moments()
        result: list[tuple[int, int, Holder]] = []
        known_as: dict[Holder, Holder] = {}
        for tick in sorted(moment for moment in moments if 0 <= moment < horizon):
            gone = away_to_statutory_work(line, lending, tick)
            families, who = self.at(tick, gone)
            before = result[-1][2] if result else ()
            if tick in turns and before and who and self.desk.holder(tick) == self.desk.holder(tick - 1):
                # Who forms a pair on the day, or parts on it, goes on with the families that the first holds.
                known_as[who] = before
            result.append((tick, families, known_as.get(who, who)))
        return result

    def at(self, tick: int, gone: set[int]) -> tuple[int, Holder]:
        """Families and who holds them; ``gone`` are numbers of social workers lent to statutory work."""
        one = self.alone(self.desk, tick, gone)
        if not any(start <= tick < end for start, end in self.paired):
            return one
        if self.partner is None or not self.first:
            return 0, ()
        other = self.alone(self.partner, tick, gone)
        if not one[1] or not other[1]:
            return 0, ()
        return min(one[0], other[0]), (one[1], other[1])

    def alone(self, desk: Desk, tick: int, gone: set[int]) -> tuple[int, Holder]:
        """Families and who holds them, of one post by itself."""
        if tick < desk.opens:
            return 0, ()
        lent_out = desk.role == "social_worker" and desk.number in gone
        return 0 if lent_out or tick >= desk.closes else desk.capacity(tick, self.induction), desk.holder(
            tick
        )


def matched(line: list[Desk]) -> Iterable[tuple[Desk, Desk | None, bool]]:
    """Each post with the one that it would form a pair with: the same number of the other role."""
    for desk in line:
        partner = next((o for o in line if o.role != desk.role and o.number == desk.number), None)
        yield desk, partner, desk.role == line[0].role


def in_pairs(scenario: Scenario, clock: Clock) -> Spans:
    """When (from, to) Edge of Care works in pairs; spans that touch are one."""
    key = TEAM_KEYS[Team.EDGE_OF_CARE]
    found = [v for v in scenario.levers if isinstance(v, Pairs) and v.service == key]
    rows = rows_of(0.0, [(clock.tick(v.start), end_of(v.end, clock), 1.0) for v in found])
    edges = [tick for tick, _ in rows[rows[0][1] == 0 :]]
    return list(zip(edges[::2], [*edges[1::2], NEVER], strict=False))


def lent(scenario: Scenario, posts: tuple[Post, ...], clock: Clock) -> Rows:
    """Rows (from tick, Edge of Care's social workers lent to statutory work): in an unprotected team, the
    share of them that is the share of safeguarding posts which stand vacant; one who is part-time is one."""
    key = TEAM_KEYS[Team.EDGE_OF_CARE]
    levers = [v for v in scenario.levers if isinstance(v, Protect) and v.service == key and not v.protected]
    open_to = [(max(0, clock.tick(lever.start)), end_of(lever.end, clock)) for lever in levers]
    if not open_to:
        return [(0, 0.0)]
    teams = (Team.FAMILY_SAFEGUARDING, Team.EDGE_OF_CARE)
    covered, theirs = ([p for p in posts if p.team == team and p.role == "social_worker"] for team in teams)
    edges = {tick for post in (*covered, *theirs) for spell in post.spells for tick in spell[:2]}
    edges |= {row[0] for post in covered for row in post.hours}
    spans = []
    edges |= {tick for span in open_to for tick in span}
    moments = sorted({0, clock.horizon, *(tick for tick in edges if 0 < tick < clock.horizon)})
    for start, end in pairwise(moments):
        if not any(since <= start < until for since, until in open_to):
            continue
        funded, vacant = standing(covered, start)
        number = sum(a <= start < b for post in theirs for a, b, _ in post.spells)
        share = vacant / funded if funded else 0.0
        spans.append((start, end, float(floor(share * number + 0.5))))
    return rows_of(0.0, spans)


def away_to_statutory_work(line: list[Desk], lending: Rows, tick: int) -> set[int]:
    """Numbers of the social workers lent at a tick: the last of those funded."""
    number = int(at(lending, tick))
    if not number:
        return set()
    funded = [desk.number for desk in line if desk.role == "social_worker" and desk.funded(tick)]
    return set(funded[len(funded) - number :])


def numbered(drafts: list[list[tuple[int, int, Holder]]]) -> tuple[Worker, ...]:
    """Workers with people numbered from 1 in the order in which they came, and equal neighbours joined."""
    arrivals = sorted((row[0], place, row[2]) for place, rows in enumerate(drafts) for row in rows if row[2])
    numbers: dict[Holder, int] = {(): 0}
    for _, _, holder in arrivals:
        numbers.setdefault(holder, len(numbers))
    result = []
    for rows in drafts:
        worker: list[Row] = []
        for tick, families, holder in rows:
            row = (tick, families, numbers[holder])
            if not worker or worker[-1][1:] != row[1:]:
                worker.append(row)
        result.append(tuple(worker))
    return tuple(result)


def places(line: tuple[Worker, ...]) -> tuple[Row, ...]:
    """Rows (from tick, families that all workers of a line can hold)."""
    changes: dict[int, int] = {0: 0}
    for worker in line:
        held = 0
        for tick, families, _ in worker:
            changes[tick] = changes.get(tick, 0) + families - held
            held = families
    rows: list[Row] = []
    total = 0
    for tick in sorted(changes):
        total += changes[tick]
        if not rows or rows[-1][1] != total:
            rows.append((tick, total))
    return tuple(rows)


def load_capacity(
    values: Values, scenario: Scenario, posts: tuple[Post, ...], clock: Clock
) -> tuple[Row, ...]:
    """Rows (from tick, statutory families that the people at work can carry at the usual caseload), fixed
    point; Edge of Care's social workers count while they are lent to that work."""
    open_ = dict.fromkeys(Team, 0)
    statutory = desks(values, scenario, posts, clock, open_, Line.SOCIAL_WORKER)
    lending = lent(scenario, posts, clock)
    lends = any(number for _, number in lending)
    edge = desks(values, scenario, posts, clock, open_, Line.EDGE_WORKER) if lends else []
    induction, usual = float(values["staffing.induction_load"]), float(values["staffing.usual_caseload"])
    moments = {0, *(tick for tick, _ in lending)}
    moments.update(*(desk.moments() for desk in [*statutory, *edge]))
    ticks = sorted(moment for moment in moments if 0 <= moment < clock.horizon)
    here = np.zeros(len(ticks))
    for desk in statutory:
        here += desk.times(ticks, induction)
    rows: list[Row] = []
    for tick, ours in zip(ticks, here.tolist(), strict=True):
        gone = away_to_statutory_work(edge, lending, tick)
        lent_to_it = [desk for desk in edge if desk.role == "social_worker" and desk.number in gone]
        row = (tick, fixed_point(usual * (ours + sum(desk.time(tick, induction) for desk in lent_to_it))))
        if not rows or rows[-1][1] != row[1]:
            rows.append(row)
    return tuple(rows)


def overload(values: Values) -> Row:
    """By sixteenths of the usual caseload: multiplier on escalation and court-led entry, which a doubling
    multiplies by the effect; half the usual eases by as much, and less than half no further."""
    ratio = float(values["effects.overload"])
    if float(values["staffing.usual_caseload"]) <= 0:
        return (ONE,) * (SIXTEENTHS + 1)
    return tuple(fixed_point(ratio ** max(-1.0, log2(max(i, 1) / 16))) for i in range(SIXTEENTHS + 1))
