"""Posts and the people in them: histories compiled before a run, from which capacity follows.

A vacancy is advertised in rounds, each of which may fail; an agency worker may cover meanwhile; a new
permanent worker carries part of a caseload at first; people are away for long spells, and leave. Each post's
history is keyed by its team, role and number, so changing one team leaves the others' people untouched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations.clock import TICKS_PER_DAY, TICKS_PER_YEAR, ticks
from sim.foundations.ledger import NEVER
from sim.foundations.randomness import Chance, Decision
from sim.model.funding import ROLE_ORDER, Funded, funded_posts
from sim.model.openings import (
    AGENCY,
    INDUCTION,
    PERMANENT,
    VACANT,
    at,
    closing,
    dated,
    end_of,
    planned,
)
from sim.model.plan import Post
from sim.model.terms import TEAM_KEYS, Team
from sim.study.levers import Recruitment

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.foundations.clock import Clock
    from sim.model.population import Values
    from sim.study.scenario import Scenario
    from sim.study.structure import Structure

VACANCY_LIKE = {"family_support_worker": "key_worker"}
"""Assumption: the reactive service's posts stood vacant as often as the key workers' did; nobody counted."""

POST_BLOCK = 1000
TURNOVERS = 24
"""Times a post can change hands before it is taken to stay vacant."""
FOR_EVER = 100 * TICKS_PER_YEAR
"""Longer than any study: the most that a stay or a search is taken to last."""

Spell = tuple[int, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """How hard a post is to fill and how long people stay in it, by date."""

    success: list[tuple[int, float]]
    """Rows (from tick, multiplier on the chance that an advert is filled)."""
    leaving: list[tuple[int, float]]
    """Rows (from tick, multiplier on the rate of leaving)."""
    recruitment: tuple[tuple[int, int, Recruitment], ...]
    """(from, to, lever) for every dial or strategy that is meant for this post."""

    @property
    def content(self) -> tuple[Any, ...]:
        """All of it; equal for equal markets."""
        return tuple(self.success), tuple(self.leaving), self.recruitment

    def slower(self, tick: int) -> int:
        """Ticks added to a search that begins at a tick."""
        days = sum(lever.delay_days for start, end, lever in self.recruitment if start <= tick < end)
        return round(days * TICKS_PER_DAY)

    def easier(self, tick: int) -> float:
        """Multiplier on the success of adverts of a search that begins at a tick."""
        times = at(self.success, tick)
        for start, end, lever in self.recruitment:
            if start <= tick < end:
                times *= lever.success
        return times

    def full(self) -> list[tuple[int, int]]:
        """Spans in which every post is filled and nobody leaves, in order."""
        return sorted((start, end) for start, end, lever in self.recruitment if lever.at_once)

    def barred(self, chosen: float) -> list[tuple[int, int]]:
        """Spans in which this post, once vacant, is not filled: ``chosen`` is its own uniform number."""
        return sorted((start, end) for start, end, lever in self.recruitment if chosen < lever.never_filled)


def build_posts(
    values: Values,
    scenario: Scenario,
    clock: Clock,
    chance: Chance,
    structure: Structure,
    known: dict[tuple[Any, ...], Post] | None = None,
) -> tuple[Post, ...]:
    """The history of every funded post. ``known`` keeps those made so far with these values and this luck: a
    post that is funded and filled alike in another scenario is that one."""
    posts = []
    known = {} if known is None else known
    markets: dict[tuple[Team, str], Market] = {}
    for span in funded_posts(values, scenario, clock, structure):
        kind = span.team, span.role
        if kind not in markets:
            markets[kind] = market_of(values, scenario, clock, span, structure)
        same = span, *markets[kind].content
        if same not in known:
            known[same] = build_post(values, span, markets[kind], chance)
        posts.append(known[same])
    return tuple(posts)


def build_post(values: Values, span: Funded, market: Market, chance: Chance) -> Post:
    """The history of one post."""
    spells = history(values, span, chance, market)
    return Post(
        team=span.team,
        role=span.role,
        number=span.number,
        spells=tuple(spells),
        hours=span.hours,
        absences=tuple(absences(values, span, spells, chance)),
    )


def market_of(values: Values, scenario: Scenario, clock: Clock, span: Funded, structure: Structure) -> Market:
    """What levers, and Family Safeguarding's attraction, do to filling a team's posts of a role and staying.

    The attraction counts from the planned opening: the opening that is produced depends on these posts.
    """
    levers = [
        (clock.tick(lever.start), end_of(lever.end, clock), lever)
        for lever in scenario.levers
        if isinstance(lever, Recruitment)
        and lever.service in ("", TEAM_KEYS[span.team])
        and lever.role in ("", span.role)
    ]
    levers.sort(key=lambda row: (row[0], row[2].content))
    attracts = structure.attracts and span.team == Team.FAMILY_SAFEGUARDING
    since = planned(span.team, values, scenario, clock) if attracts else NEVER
    until = closing(span.team, scenario, clock)
    return Market(
        success=attraction(values, scenario, clock, "vacancies_filled", since, until),
        leaving=attraction(values, scenario, clock, "leaving", since, until),
        recruitment=tuple(levers),
    )


def attraction(
    values: Values, scenario: Scenario, clock: Clock, what: str, since: int, until: int
) -> list[tuple[int, float]]:
    """Rows (from tick, multiplier) of what the new way of working does to filling posts or leaving them."""
    if since >= min(until, clock.horizon):
        return [(0, 1.0)]
    inside = dated(values, scenario, f"effects.family_safeguarding.{what}", clock)
    moments = sorted({since, *(tick for tick, _ in inside if since < tick < until)})
    rows = [(tick, at(inside, tick)) for tick in moments]
    before = [(0, 1.0)] if since > 0 else []
    return before + rows + ([(until, 1.0)] if until < NEVER else [])


def keyed(chance: Chance, span: Funded, decision: Decision, occurrence: int, slot: int = 0) -> float:
    """This post's own uniform number for a decision."""
    block = POST_BLOCK + 10 * span.team + ROLE_ORDER.index(span.role)
    return chance.uniform(decision, span.number, block=block, slot=slot, occurrence=occurrence)


def history(values: Values, span: Funded, chance: Chance, market: Market) -> list[Spell]:
    """(from, to, state) spells of one post, from its funding to its end."""
    vacancy = values["staffing.vacancy_at_start"]
    vacant = vacancy.get(span.role, vacancy.get(VACANCY_LIKE.get(span.role, ""), 1.0))
    filled = span.opening and keyed(chance, span, Decision.POST_OPENING, 0) >= vacant
    spells: list[Spell] = []
    tick, occurrence = span.start, 0
    for start, end in [*market.full(), (span.end, span.end)]:
        until = min(start, span.end)
        if tick < until:
            found, occurrence = turnover(values, span, chance, market, (tick, until), filled, occurrence)
            spells += clipped(found, until)
            tick = until
        begins, ends = max(start, span.start), min(end, span.end)
        if begins < ends:
            spells.append((begins, ends, PERMANENT))
            tick, filled = ends, True
    return merged(spells)


def turnover(
    values: Values,
    span: Funded,
    chance: Chance,
    market: Market,
    time: tuple[int, int],
    filled: bool,
    occurrence: int,
) -> tuple[list[Spell], int]:
    """Spells from a tick to another at least, as people come and go, and the occurrence to go on from."""
    spells: list[Spell] = []
    tick, until = time
    while tick < until:
        if occurrence >= TURNOVERS:
            spells.append((tick, until, VACANT))
            break
        if not filled:
            standing = span.opening and tick == span.start
            found = vacancy_spells(values, span, chance, market, tick, occurrence, standing)
            spells += found
            tick = found[-1][1]
            trained = tick + ticks(values["staffing.induction_days"])
            spells.append((tick, trained, INDUCTION))
            tick = trained
        units = -np.log(keyed(chance, span, Decision.POST_STAY, occurrence))
        leaves = stay_until(tick, float(units), values["staffing.leaving"][span.role], market.leaving)
        spells.append((tick, leaves, PERMANENT))
        tick, filled = leaves, False
        occurrence += 1
    return spells, occurrence


def stay_until(tick: int, units: float, rate: float, rows: list[tuple[int, float]]) -> int:
    """The tick at which a stay ends, whose exponential ``units`` are spent at a yearly rate that changes.

    Each multiplier counts for exactly the time that it is in force, so a change during a stay only changes
    what is left of it.
    """
    since, left = tick, units
    for change, _ in [*rows[1:], (NEVER, 1.0)]:
        if change <= since:
            continue
        speed = rate * at(rows, since) / TICKS_PER_YEAR
        if change >= NEVER or left <= speed * (change - since):
            length = left / speed if speed > 0 else float(FOR_EVER)
            return max(tick + 1, since + round(min(length, float(FOR_EVER))))
        left -= speed * (change - since)
        since = change
    raise AssertionError("the last change never comes")


def vacancy_spells(
    values: Values,
    span: Funded,
    chance: Chance,
    market: Market,
    tick: int,
    occurrence: int,
    standing: bool,
) -> list[Spell]:
    """A vacancy from a tick until somebody permanent begins, with its cover.

    A vacancy that stands on the first day is not new: whoever covers it is there. Where the post is one that
    is not filled for a time, the search and the cover stop, and the search begins again after that time with
    the same luck.
    """
    advert = keyed(chance, span, Decision.POST_FILL, occurrence)
    covered = keyed(chance, span, Decision.POST_AGENCY, occurrence)

    def stays(worker: int) -> float:
        return keyed(chance, span, Decision.POST_AGENCY, occurrence, worker)

    spells: list[Spell] = []
    for start, end in market.barred(keyed(chance, span, Decision.POST_NEVER, 0)):
        begins = tick + search(values, span.role, advert, market, tick)
        if begins <= start or tick >= end:
            continue
        spells += clipped(cover(values, span.role, tick, begins, covered, stays, standing), max(start, tick))
        stop = min(end, FOR_EVER)
        spells.append((max(start, tick), stop, VACANT))
        tick, standing = stop, False
    begins = tick + search(values, span.role, advert, market, tick)
    return merged(spells + cover(values, span.role, tick, begins, covered, stays, standing))


def search(values: Values, role: str, uniform: float, market: Market, tick: int) -> int:
    """Ticks that a search for somebody permanent takes if it begins at a tick."""
    days = time_to_fill(values, role, uniform, market.easier(tick))
    return ticks(days) + market.slower(tick)


def time_to_fill(values: Values, role: str, uniform: float, easier: float = 1.0) -> float:
    """Days from vacancy to a permanent start: rounds of advertising until one succeeds (geometric)."""
    success = min(1.0, values["staffing.advert_success"][role] * easier)
    if success <= 0:
        return 36525.0
    rounds = 1.0 if success >= 1 else max(1.0, np.ceil(np.log(uniform) / np.log1p(-success)))
    return float(rounds * values["staffing.advert_days"])


def cover(
    values: Values,
    role: str,
    vacant: int,
    begins: int,
    chosen: float,
    stays: Callable[[int], float],
    standing: bool,
) -> list[Spell]:
    """A vacancy with or without agency cover (already there, in one that stands on the first day), until the
    permanent one begins. Where there is cover, an agency worker who leaves is followed by another after the
    usual delay; ``stays`` gives the uniform of each one's stay."""
    if chosen >= values["staffing.agency_share"][role]:
        return [(vacant, begins, VACANT)]
    delay = ticks(values["staffing.agency_delay_days"])
    spells: list[Spell] = []
    tick, arrives = vacant, vacant if standing else vacant + delay
    for worker in range(1, TURNOVERS + 1):
        if arrives >= begins:
            break
        years = -np.log(stays(worker)) / values["staffing.agency_leaving"]
        leaves = min(begins, arrives + max(1, round(years * TICKS_PER_YEAR)))
        spells += [(tick, arrives, VACANT), (arrives, leaves, AGENCY)]
        tick, arrives = leaves, leaves + delay
    spells.append((tick, begins, VACANT))
    return [spell for spell in spells if spell[1] > spell[0]]


def clipped(spells: list[Spell], end: int) -> list[Spell]:
    """Spells cut off at a tick."""
    return [(start, min(stop, end), state) for start, stop, state in spells if start < end]


def merged(spells: list[Spell]) -> list[Spell]:
    """Spells with neighbours of one state joined."""
    result: list[Spell] = []
    for start, stop, state in spells:
        if result and result[-1][2] == state:
            result[-1] = (result[-1][0], stop, state)
        else:
            result.append((start, stop, state))
    return result


def people(spells: tuple[Spell, ...] | list[Spell]) -> list[tuple[int, int, str]]:
    """(from, to, how they came) of each person in a post: one who is inducted and stays is one person; an
    agency worker is another than who follows."""
    result: list[tuple[int, int, str]] = []
    for start, stop, state in spells:
        if state == VACANT:
            continue
        same = result and result[-1][1] == start and state == PERMANENT and result[-1][2] != AGENCY
        if same:
            result[-1] = (result[-1][0], stop, result[-1][2])
        else:
            result.append((start, stop, state))
    return result


def absences(values: Values, span: Funded, spells: list[Spell], chance: Chance) -> list[tuple[int, int]]:
    """(from, to) in which the person employed is away for long, such as by illness or to have a child.

    Presence and absence alternate, each exponential, so that the share of time away is the parameter's.
    Whoever was in post on the first day may be away on it. An agency worker who is away is replaced.
    """
    share, mean = float(values["staffing.absence"]), float(values["staffing.absence_days"])
    if share <= 0:
        return []
    present = mean * (1 - share) / share
    result = []
    for person, (start, stop, came) in enumerate(people(spells)):
        if came == AGENCY:
            continue

        def drawn(occurrence: int, person: int = person) -> float:
            return keyed(chance, span, Decision.POST_ABSENCE, occurrence, person)

        tick, occurrence = start, 1
        away = span.opening and start == span.start and drawn(0) < share
        while tick < stop:
            days = -np.log(drawn(occurrence)) * (mean if away else present)
            until = min(stop, tick + ticks(min(float(days), 36525.0)))
            if away:
                result.append((tick, until))
            tick, away, occurrence = until, not away, occurrence + 1
    return result
