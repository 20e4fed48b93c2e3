"""From a study to a Plan: chance and evidence become frozen numbers here, and nowhere after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.randomness import Chance
from sim.model.arrivals import care_blocks, open_blocks, referral_blocks
from sim.model.pathway import build_rules, years_of
from sim.model.plan import Children, Families, Plan, Rules
from sim.model.population import join
from sim.model.services import build_services
from sim.model.staffing import build_posts

if TYPE_CHECKING:
    from sim.model.population import Ints, Values
    from sim.study.config import Study
    from sim.study.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """All of a (draw, run) that no scenario changes: people, their keyed numbers, and the rules."""

    values: Values
    chance: Chance
    families: Families
    children: Children
    rules: Rules
    counted_referrals: Ints


def build_circumstances(study: Study, draw: int, run: int) -> Circumstances:
    """The people and rules of one (draw, run); compile it once and share it between scenarios."""
    values = study.values(draw)
    chance = Chance(study.seed, draw, run)
    years = years_of(values, study.clock, study.seed, draw)
    blocks, counted = [], []
    for draws, block, ticks in referral_blocks(chance, values, study.clock, years):
        blocks.append((draws, block))
        counted.append(ticks[ticks < study.clock.horizon])
    blocks += open_blocks(chance, values)
    blocks += care_blocks(chance, values, study.clock)
    families, children = join(blocks, study.clock.horizon)
    return Circumstances(
        values=values,
        chance=chance,
        families=families,
        children=children,
        rules=build_rules(values, study.clock, years),
        counted_referrals=np.concatenate(counted) if counted else np.zeros(0, dtype=np.int64),
    )


def compile_plan(study: Study, scenario: Scenario, given: Circumstances) -> Plan:
    """The Plan of one scenario in a given given."""
    posts = build_posts(given.values, scenario, study.clock, given.chance)
    return Plan(
        horizon=study.clock.horizon,
        months=study.clock.month_starts,
        families=given.families,
        children=given.children,
        rules=given.rules,
        services=build_services(given.values, scenario, posts, study.clock, study.combine),
        posts=posts,
        counted_referrals=given.counted_referrals,
    )
