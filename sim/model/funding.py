"""Which posts a scenario funds, from when to when and for what part of full time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sim.model.hours import hours_rows
from sim.model.terms import TEAM_KEYS, Team
from sim.study.full_time import FULL_TIME, hours_of, hundredths
from sim.study.levers import Posts

if TYPE_CHECKING:
    from sim.foundations.clock import Clock
    from sim.model.plan import Row
    from sim.model.population import Values
    from sim.study.scenario import Scenario
    from sim.study.structure import Structure

ROLE_ORDER = (
    "manager",
    "social_worker",
    "family_support_worker",
    "key_worker",
    "coordinator",
    "domestic_abuse_worker",
    "perpetrator_worker",
    "substance_worker",
    "mental_health_worker",
)
"""Position of each role in the keys of chance; never reordered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Funded:
    """One post of a role in a team, funded from a tick to a tick."""

    team: Team
    role: str
    number: int
    """Which post of that role, from 0."""
    start: int
    """Tick; may precede 0 while a team is recruited."""
    end: int
    hours: tuple[Row, ...] = ()
    """Rows (from tick, hundredths of full time); empty for full time throughout."""
    opening: bool
    """Whether the post was there before the first day (then it is probably filled)."""


def funded_posts(
    values: Values, scenario: Scenario, clock: Clock, structure: Structure | None = None
) -> list[Funded]:
    """The posts that a scenario funds: those of the baseline, with the changes that levers make.

    A lever sets the number of posts of a role between two dates; each post keeps its number, so a cut
    takes the last posts and an increase adds new ones behind them. What is not whole of it is the last
    post's hours.
    """
    result: list[Funded] = []
    for team in Team:
        key = TEAM_KEYS[team]
        for role in ROLE_ORDER:
            baseline = values.get(f"staffing.{key}.posts.{role}", 0)
            if (team, role) == (Team.EDGE_OF_CARE, "family_support_worker") and structure is not None:
                reactive = structure.edge_of_care_before == "reactive"
                baseline = values["staffing.edge_of_care.reactive_posts"] if reactive else 0
            levers = [
                lever
                for lever in scenario.levers
                if isinstance(lever, Posts) and (lever.service, lever.role) == (key, role)
            ]
            if baseline or levers:
                result += role_history(team, role, hundredths(baseline), tuple(levers), clock)
    return result


@lru_cache(maxsize=256)
def role_history(
    team: Team, role: str, baseline: int, levers: tuple[Posts, ...], clock: Clock
) -> tuple[Funded, ...]:
    """Spans of funding by number of post: post k is funded while the number of posts exceeds k, for as much
    of full time as it exceeds k by. ``baseline`` is in hundredths of a post."""
    changes = sorted((clock.tick(lever.start), hundredths(lever.posts)) for lever in levers)
    begins = {tick for tick, _ in changes}
    ends = {clock.tick(lever.end) for lever in levers if lever.end is not None}
    # Where one lever takes over from another on a day, nobody falls back to the baseline between them.
    changes += [(tick, baseline) for tick in ends - begins]
    changes.sort()
    most = max([baseline, *(posts for _, posts in changes)])
    spans = []
    for number in range(-(-most // FULL_TIME)):
        since: int | None = -1 if hours_of(baseline, number) else None
        for tick, posts in [*changes, (clock.horizon, 0)]:
            hours = hours_of(posts, number)
            if since is None and hours:
                since = tick
            elif since is not None and not hours:
                spans.append((number, since, tick))
                since = None
    return tuple(
        Funded(
            team=team,
            role=role,
            number=number,
            start=start,
            end=end,
            hours=hours_rows(baseline, changes, number, start, end),
            opening=start < 0 and hours_of(baseline, number) > 0,
        )
        for number, start, end in spans
        if end > start
    )
