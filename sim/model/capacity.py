"""From people in posts to what they can hold: workers, places, and the load of statutory work.

Each post that holds families becomes a worker: how many families it can hold by when, and who is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import floor, log2
from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.ledger import NEVER, ONE, fixed_point
from sim.model.desks import desks, each, of_line, once
from sim.model.openings import ROLES_OF_LINE, at, closing, end_of, opened, rows_of, standing
from sim.model.terms import TEAM_KEYS, TEAM_OF_LINE, Line, Team
from sim.study.levers import Pairs, Protect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sim.foundations.clock import Clock
    from sim.model.desks import Desk, Holder, Known
    from sim.model.plan import Post, Row, Worker
    from sim.model.population import Values
    from sim.study.scenario import Scenario

SIXTEENTHS = 48
"""The table of overload reaches to three times the usual caseload."""

Rows = list[tuple[int, float]]
Spans = list[tuple[int, int]]


def workers(
    values: Values,
    scenario: Scenario,
    posts: tuple[Post, ...],
    clock: Clock,
    opens: Mapping[Team, int],
    known: Known | None = None,
) -> tuple[tuple[Worker, ...], ...]:
    """By line: its posts that hold families, as workers. ``known`` keeps those made so far with these values:
    a line that is staffed and worked alike in another scenario has the very same."""
    result = []
    known = {} if known is None else known
    for line in Line:
        team = TEAM_OF_LINE[line]
        paired: Spans = []
        lending = [(0, 0.0)]
        if line == Line.EDGE_WORKER:
            paired, lending = in_pairs(scenario, clock), lent(scenario, posts, clock)
        turning = opened(team, scenario)
        same = (
            *("workers", line, opens[team], closing(team, scenario, clock)),
            None if turning is None else (turning.teams, turning.every_days),
            *(tuple(each(values, scenario, clock, team, role)) for role in ROLES_OF_LINE[line]),
            *(tuple(paired), tuple(lending)),
        )
        held = of_line(posts, line)

        def made(line: Line = line, paired: Spans = paired, lending: Rows = lending) -> tuple[Worker, ...]:
            return seated(values, desks(values, scenario, posts, clock, opens, line), paired, lending, clock)

        result.append(once(known, same, held, made))
    return tuple(result)


def seated(
    values: Values, line: list[Desk], paired: Spans, lending: Rows, clock: Clock
) -> tuple[Worker, ...]:
    """The posts of one line as workers."""
    induction = float(values["staffing.induction_load"])
    seats = [
        Seat(desk=desk, partner=partner, first=first, paired=paired, induction=induction)
        for desk, partner, first in matched(line)
    ]
    return numbered([seat.rows(lending, line, clock.horizon) for seat in seats])


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
    values: Values,
    scenario: Scenario,
    posts: tuple[Post, ...],
    clock: Clock,
    known: Known | None = None,
) -> tuple[Row, ...]:
    """Rows (from tick, statutory families that the people at work can carry at the usual caseload), fixed
    point; Edge of Care's social workers count while they are lent to that work. ``known`` is as for workers:
    neither the day on which a post opens, nor how many families it holds, matters here."""
    lending = lent(scenario, posts, clock)
    lends = any(number for _, number in lending)
    held = of_line(posts, Line.SOCIAL_WORKER) + (of_line(posts, Line.EDGE_WORKER) if lends else [])

    def made() -> tuple[Row, ...]:
        return carried(values, scenario, posts, clock, lending)

    rows: tuple[Row, ...] = once({} if known is None else known, ("load", *lending), held, made)
    return rows


def carried(
    values: Values, scenario: Scenario, posts: tuple[Post, ...], clock: Clock, lending: Rows
) -> tuple[Row, ...]:
    """``load_capacity`` with so many lent by when."""
    open_ = dict.fromkeys(Team, 0)
    statutory = desks(values, scenario, posts, clock, open_, Line.SOCIAL_WORKER)
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
