"""Posts and the people in them: histories compiled before a run, from which places follow.

A vacancy is advertised in rounds, each of which may fail; an agency worker may cover meanwhile; a new
permanent worker carries part of a caseload at first; people leave. Each post's history is keyed by its team,
role and number, so changing one team leaves the others' people untouched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.clock import TICKS_PER_YEAR, ticks
from sim.foundations.randomness import Chance, Decision
from sim.model.plan import Post
from sim.model.terms import TEAM_KEYS, Team
from sim.study.scenario import Posts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sim.foundations.clock import Clock
    from sim.model.plan import Row
    from sim.model.population import Values
    from sim.study.scenario import Scenario

VACANT, AGENCY, INDUCTION, PERMANENT = "vacant", "agency", "induction", "permanent"

ROLE_ORDER = ("manager", "social_worker", "family_support_worker", "key_worker", "coordinator", "specialist")
"""Position of each role in the keys of chance; never reordered."""

HOLDERS: dict[Team, tuple[tuple[str, ...], ...]] = {
    Team.EARLY_HELP: (("key_worker",),),
    Team.FAMILY_GROUP_CONFERENCE: (("coordinator",),),
    Team.FAMILY_SAFEGUARDING: (("social_worker",), ("specialist",)),
    Team.EDGE_OF_CARE: (("social_worker", "family_support_worker"),),
}
"""Roles that hold families. A family needs one of each group: the scarcest group sets the places."""

POST_BLOCK = 1000
TURNOVERS = 24
"""Times a post can change hands before its history is taken to end as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Funded:
    """Posts of one role in one team, funded from a tick to a tick."""

    team: Team
    role: str
    posts: int
    start: int
    """Tick; may precede 0 while a team is recruited."""
    end: int
    opening: bool
    """Whether the posts were there before the first day (then most of them are filled)."""


def funded_posts(values: Values, scenario: Scenario, clock: Clock) -> list[Funded]:
    """The posts that a scenario funds: those of the baseline, with the changes that levers make.

    A lever sets the number of posts of a role between two dates; each post keeps its number, so a cut
    takes the last posts and an increase adds new ones behind them.
    """
    result = []
    for team in Team:
        key = TEAM_KEYS[team]
        for role in ROLE_ORDER:
            baseline = int(values.get(f"staffing.{key}.posts.{role}", 0))
            levers = [
                lever
                for lever in scenario.levers
                if isinstance(lever, Posts) and (lever.service, lever.role) == (key, role)
            ]
            if baseline or levers:
                result += role_history(team, role, baseline, levers, clock)
    return result


def role_history(team: Team, role: str, baseline: int, levers: list[Posts], clock: Clock) -> list[Funded]:
    """Spans of funding by number of post: post k is funded while the number of posts exceeds k."""
    changes = sorted((clock.tick(lever.start), lever.posts) for lever in levers)
    begins = {tick for tick, _ in changes}
    ends = {clock.tick(lever.end) for lever in levers if lever.end is not None}
    # Where one lever takes over from another on a day, nobody falls back to the baseline between them.
    changes += [(tick, baseline) for tick in ends - begins]
    changes.sort()
    most = max([baseline, *(posts for _, posts in changes)])
    spans = []
    for number in range(most):
        since: int | None = -1 if number < baseline else None
        for tick, posts in [*changes, (clock.horizon, 0)]:
            if since is None and posts > number:
                since = tick
            elif since is not None and posts <= number:
                spans.append((number, since, tick))
                since = None
    return [
        Funded(
            team=team, role=role, posts=number, start=start, end=end, opening=start < 0 and number < baseline
        )
        for number, start, end in spans
        if end > start
    ]


def build_posts(values: Values, scenario: Scenario, clock: Clock, chance: Chance) -> tuple[Post, ...]:
    """The history of every funded post."""
    return tuple(
        Post(team=span.team, role=span.role, spells=tuple(history(values, span, chance)))
        for span in funded_posts(values, scenario, clock)
    )


def history(values: Values, span: Funded, chance: Chance) -> list[tuple[int, int, str]]:
    """(from, to, state) spells of one post, from its funding to its end."""
    block = POST_BLOCK + 10 * span.team + ROLE_ORDER.index(span.role)

    def uniform(decision: Decision, occurrence: int, slot: int = 0) -> float:
        keyed = chance.uniforms(decision, span.posts + 1, block=block, slot=slot, occurrence=occurrence)
        return float(keyed[-1])

    spells: list[tuple[int, int, str]] = []
    tick = span.start
    vacant = values["staffing.vacancy_at_start"].get(span.role, 1.0)
    filled = span.opening and uniform(Decision.POST_OPENING, 0) >= vacant
    leaving = values["staffing.leaving"][span.role]
    for occurrence in range(TURNOVERS):
        if not filled:
            begins = tick + ticks(time_to_fill(values, span.role, uniform(Decision.POST_FILL, occurrence)))
            spells += cover(
                values,
                span.role,
                tick,
                begins,
                uniform(Decision.POST_AGENCY, occurrence),
                uniform(Decision.POST_AGENCY, occurrence, 1),
            )
            tick = begins
            trained = tick + ticks(values["staffing.induction_days"])
            spells.append((tick, trained, INDUCTION))
            tick = trained
        stays = -np.log(uniform(Decision.POST_STAY, occurrence)) / leaving
        leaves = tick + max(1, round(stays * TICKS_PER_YEAR))
        spells.append((tick, leaves, PERMANENT))
        tick, filled = leaves, False
        if tick >= span.end:
            break
    return clipped(spells, span.end)


def time_to_fill(values: Values, role: str, uniform: float) -> float:
    """Days from vacancy to a permanent start: rounds of advertising until one succeeds (geometric)."""
    success = values["staffing.advert_success"][role]
    if success <= 0:
        return 36525.0
    rounds = 1.0 if success >= 1 else max(1.0, np.ceil(np.log(uniform) / np.log1p(-success)))
    return float(rounds * values["staffing.advert_days"])


def cover(
    values: Values, role: str, vacant: int, begins: int, chosen: float, stays: float
) -> list[tuple[int, int, str]]:
    """A vacancy with or without an agency worker, until the permanent one begins."""
    if chosen >= values["staffing.agency_share"][role]:
        return [(vacant, begins, VACANT)]
    arrives = min(begins, vacant + ticks(values["staffing.agency_delay_days"]))
    years = -np.log(stays) / values["staffing.agency_leaving"]
    leaves = min(begins, arrives + max(1, round(years * TICKS_PER_YEAR)))
    spells = [(vacant, arrives, VACANT), (arrives, leaves, AGENCY), (leaves, begins, VACANT)]
    return [spell for spell in spells if spell[1] > spell[0]]


def clipped(spells: list[tuple[int, int, str]], end: int) -> list[tuple[int, int, str]]:
    """Spells cut off where funding ends."""
    return [(start, min(stop, end), state) for start, stop, state in spells if start < end]


def places(
    values: Values, team: Team, posts: Iterable[Post], trained_from: Mapping[Team, int]
) -> tuple[Row, ...]:
    """Rows (from tick, families that the team can hold), from the people in post; the first is at tick 0.

    Each person counts with the families that one of the role holds, in induction with a share of them;
    fractions of a family are dropped for the team as a whole.
    """
    load = {VACANT: 0.0, AGENCY: 1.0, PERMANENT: 1.0, INDUCTION: values["staffing.induction_load"]}
    key = TEAM_KEYS[team]
    mine = [post for post in posts if post.team == team]
    opens = trained_from.get(team, 0)
    moments = sorted(
        {
            max(0, opens),
            *(max(start, 0) for post in mine for start, _, _ in post.spells),
            *(max(stop, 0) for post in mine for _, stop, _ in post.spells),
            0,
        }
    )
    rows: list[Row] = []
    for moment in moments:
        groups = []
        for group in HOLDERS[team]:
            held = 0.0
            for post in mine:
                if post.role in group:
                    each = values[f"services.{key}.families_per_post.{post.role}"]
                    held += each * sum(
                        load[state] for start, stop, state in post.spells if start <= moment < stop
                    )
            groups.append(held)
        number = int(min(groups) + 1e-9) if moment >= opens else 0
        if not rows or rows[-1][1] != number:
            rows.append((moment, number))
    return tuple(rows)
