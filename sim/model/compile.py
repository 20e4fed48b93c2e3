"""From a study to a Plan: chance and evidence become frozen numbers here, and nowhere after."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations.randomness import Chance
from sim.model.arrivals import care_blocks, open_blocks, referral_blocks
from sim.model.first_day import housed
from sim.model.pathway import EXITS, build_rules, years_of
from sim.model.plan import Children, Families, Plan, Rules
from sim.model.population import join
from sim.model.services import build_services
from sim.model.staffing import build_posts
from sim.study.scenario import Demand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sim.foundations.clock import Clock
    from sim.model.desks import Known
    from sim.model.plan import Post
    from sim.model.population import Flags, Floats, Ints, Values
    from sim.study.config import Study
    from sim.study.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Demanded:
    """Who comes only at a certain level of demand: one row a family, or a counted referral."""

    threshold: Floats
    """Share of the study's demand above which they come; 0 for those who come at any."""
    first: Ints
    """Tick of the very first referral, on which the level is read."""

    def come(self, levers: Iterable[Demand], clock: Clock) -> NDArray[np.bool_]:
        """Who comes at the demand that these levers make."""
        level = np.ones(len(self.first))
        for lever in levers:
            begin = clock.tick(lever.start)
            end = clock.horizon if lever.end is None else clock.tick(lever.end)
            level[(self.first >= begin) & (self.first < end)] = lever.times
        return np.asarray(self.threshold < level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """All of a (draw, run) that no scenario changes: people, their keyed numbers, and the rules."""

    values: Values
    chance: Chance
    families: Families
    """Everybody who comes at the highest demand of any scenario."""
    children: Children
    rules: Rules
    counted_referrals: Ints
    counted_again: Flags
    demanded: Demanded
    """By family."""
    counted_demanded: Demanded
    """By counted referral."""
    posts: dict[tuple[Any, ...], Post] = field(default_factory=dict)
    """The posts that scenarios have had so far, for those that have them too."""
    workers: Known = field(default_factory=dict)
    """What has been made of those posts so far."""
    peak: float
    """The highest demand for which there are families, as a multiple of the study's own."""


def build_circumstances(study: Study, draw: int, run: int) -> Circumstances:
    """The people and rules of one (draw, run); compile it once and share it between scenarios."""
    values = dict(study.values(draw))
    if study.structure.routes != "correlated":
        values["family.route_correlation"] = 0.0
    chance = Chance(study.seed, draw, run)
    years = years_of(values, study.clock, study.seed, draw)
    peak = peak_demand(study)
    layers = list(referral_blocks(chance, values, study.clock, years, peak))
    blocks = [layer.block for layer in layers]
    blocks += open_blocks(chance, values)
    blocks += care_blocks(chance, values, study.clock)
    families, children = join(blocks, values, study.clock.horizon)
    exits = years_of(values, study.clock, study.seed, draw, EXITS)
    rules = build_rules(values, study.clock, years, study.structure, exits)
    others = len(families.id) - sum(len(layer.first) for layer in layers)
    return Circumstances(
        values=values,
        chance=chance,
        families=families,
        children=housed(children, rules, values),
        rules=rules,
        counted_referrals=joined([layer.counted for layer in layers]),
        counted_again=joined([layer.counted_again for layer in layers]),
        demanded=Demanded(
            threshold=joined([*(layer.threshold for layer in layers), np.zeros(others)]),
            first=joined([*(layer.first for layer in layers), np.zeros(others, dtype=np.int64)]),
        ),
        counted_demanded=Demanded(
            threshold=joined([layer.counted_threshold for layer in layers]),
            first=joined([layer.counted_first for layer in layers]),
        ),
        peak=peak,
    )


def joined(parts: list[Any]) -> Any:
    """Arrays end to end; an empty one of whole numbers if there are none."""
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def peak_demand(study: Study) -> float:
    """The highest demand of any scenario, as a multiple of the study's own."""
    levers = [lever for one in study.scenarios.values() for lever in one.levers]
    return max([1.0, *(lever.times for lever in levers if isinstance(lever, Demand))])


def compile_plan(study: Study, scenario: Scenario, given: Circumstances) -> Plan:
    """The Plan of one scenario in given circumstances."""
    posts = build_posts(given.values, scenario, study.clock, given.chance, study.structure, given.posts)
    shocks = [lever for lever in scenario.levers if isinstance(lever, Demand)]
    if any(shock.times > given.peak for shock in shocks):
        raise ValueError(f"the circumstances hold families for {given.peak:g} times the demand, no more")
    come = given.demanded.come(shocks, study.clock)
    families = given.families
    if not come.all():
        # Those who do not come in this scenario arrive when it is over.
        families = replace(families, arrives=np.where(come, families.arrives, study.clock.horizon))
    counted = given.counted_demanded.come(shocks, study.clock)
    return Plan(
        horizon=study.clock.horizon,
        months=study.clock.month_starts,
        families=families,
        children=given.children,
        rules=given.rules,
        services=build_services(given.values, scenario, posts, study.clock, study.structure, given.workers),
        posts=posts,
        counted_referrals=given.counted_referrals[counted],
        counted_again=given.counted_again[counted],
    )
