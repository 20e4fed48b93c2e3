"""The numbered posts behind one waiting list: who is in each, for what hours, and what it can hold."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from math import floor
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations.clock import TICKS_PER_DAY
from sim.foundations.ledger import NEVER
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
    opened,
)
from sim.model.staffing import people
from sim.model.terms import TEAM_KEYS, TEAM_OF_LINE, Line, Team
from sim.study.full_time import FULL_TIME, families_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sim.foundations.clock import Clock
    from sim.model.plan import Post, Row
    from sim.model.population import Floats, Values
    from sim.study.scenario import Scenario

WHOLE_SHARES = {VACANT: 0.0, AGENCY: 1.0, PERMANENT: 1.0}
"""Share of the families for its hours that a post can take, by who is in it; who is inducted takes a part."""

Known = dict[tuple[Any, ...], tuple[list["Post"], Any]]
"""What scenarios of one (draw, run) have made of their posts so far, with the posts."""
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
    for post in of_line(posts, line):
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


def of_line(posts: Iterable[Post], line: Line) -> list[Post]:
    """The posts that answer one waiting list."""
    team, roles = TEAM_OF_LINE[line], ROLES_OF_LINE[line]
    return [post for post in posts if post.team == team and post.role in roles]


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


def once(known: Known, same: tuple[Any, ...], posts: list[Post], make: Callable[[], Any]) -> Any:
    """What was made of the very same posts under the same circumstances, or made now."""
    # Posts are long and shared by scenarios: which they are is enough, as long as they are kept.
    key = (*same, *map(id, posts))
    if key not in known:
        known[key] = posts, make()
    return known[key][1]
