"""What services do: multipliers by channel, in powers of their full effect, and an effect that may decay."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.ledger import ONE
from sim.model.openings import at, dated
from sim.model.plan import POWERS
from sim.model.terms import Channel, Offer
from sim.study.levers import Change

if TYPE_CHECKING:
    from sim.foundations.clock import Clock
    from sim.model.plan import Row, Table
    from sim.model.population import Floats, Values
    from sim.study.scenario import Scenario
    from sim.study.structure import Structure

EFFECTS: dict[Offer, dict[Channel, str]] = {
    Offer.EARLY_HELP: {
        Channel.STEP_UP: "effects.early_help.step_up",
        Channel.BREAKDOWN: "effects.early_help.breakdown",
    },
    Offer.STEP_DOWN_PARENTING: {Channel.BREAKDOWN: "effects.step_down.parenting_support"},
    Offer.STEP_DOWN_ONE_TO_ONE: {Channel.BREAKDOWN: "effects.step_down.one_to_one_work"},
    Offer.STEP_DOWN_MENTORING: {Channel.BREAKDOWN: "effects.step_down.youth_mentoring"},
    Offer.CONFERENCE_EARLY: {
        Channel.STEP_UP: "effects.fgc_early.step_up",
        Channel.BREAKDOWN: "effects.fgc_early.breakdown",
        Channel.NETWORK: "effects.fgc_network",
    },
    Offer.CONFERENCE_PRE_PROCEEDINGS: {
        Channel.ISSUE: "effects.fgc_pre_proceedings",
        Channel.COURT: "effects.fgc_pre_proceedings",
        Channel.BREAKDOWN: "effects.fgc_pre_proceedings",
        Channel.NETWORK: "effects.fgc_network",
    },
    Offer.CONFERENCE_AT_EDGE: {
        Channel.BREAKDOWN: "effects.fgc_early.breakdown",
        Channel.NETWORK: "effects.fgc_network",
    },
    Offer.FAMILY_SAFEGUARDING: {
        Channel.COURT: "effects.family_safeguarding.court",
        Channel.BREAKDOWN: "effects.family_safeguarding.breakdown",
        Channel.PLAN_START: "effects.family_safeguarding.plan_start",
        Channel.PLAN_END: "effects.family_safeguarding.plan_end",
    },
    Offer.EDGE_OF_CARE: {
        Channel.EDGE: "effects.edge_of_care.entry",
        Channel.BREAKDOWN: "effects.edge_of_care.crisis",
        Channel.RETURN_HOME: "effects.edge_of_care.return_home",
    },
    Offer.PLACEMENT_STABILITY: {
        Channel.PLACEMENT: "effects.edge_of_care.placement",
    },
}
"""Which parameter multiplies which channel; whatever is not here is left alone. Family Safeguarding's
specialists have no effect of their own: they bring that of Family Safeguarding to its whole."""

ON_BOTH_ROUTES: dict[Offer, dict[Channel, str]] = {
    Offer.FAMILY_SAFEGUARDING: {Channel.BREAKDOWN: "effects.family_safeguarding.court"},
    Offer.EDGE_OF_CARE: {Channel.COURT: "effects.edge_of_care.court"},
}
"""What is otherwise in the structure where each service acts as much on the other's route."""

AREA_STARTS = "effects.family_safeguarding.area_starts"
ON_THE_WHOLE_AREA: dict[Channel, str] = {Channel.COURT: AREA_STARTS, Channel.BREAKDOWN: AREA_STARTS}
"""What Family Safeguarding multiplies where its effect is read as a ratio of all starts in an authority: one
multiplier for both routes that it can reach."""

CONFERENCE = "effects.fgc_pre_proceedings"
EDGE_ENTRY = "effects.edge_of_care.entry"
SOLVED = {
    CONFERENCE: "solved.fgc_pre_proceedings",
    EDGE_ENTRY: "solved.edge_of_care_entry",
    AREA_STARTS: "solved.family_safeguarding_area",
}
"""Ratios as they were measured, and the table in which each finds the multiplier that returns it."""


def effects_of(offer: Offer, structure: Structure) -> dict[Channel, str]:
    """The parameters of an offer's effects in a structure, by channel."""
    found = dict(EFFECTS.get(offer, {}))
    if structure.routes == "both":
        found |= ON_BOTH_ROUTES.get(offer, {})
    if structure.family_safeguarding_effect == "whole area" and offer == Offer.FAMILY_SAFEGUARDING:
        found |= ON_THE_WHOLE_AREA
    return found


def solved_multiplier(values: Values, name: str = CONFERENCE) -> float:
    """The multiplier that returns a measured ratio, interpolated in the table that ``caresim solve`` wrote;
    beyond the table, that of its nearest end."""
    table = {float(ratio): multiplier for ratio, multiplier in values[SOLVED[name]].items()}
    ratios = sorted(table)
    return float(np.interp(values[name], ratios, [table[r] for r in ratios]))


def full_effect(values: Values, offer: Offer, structure: Structure) -> dict[Channel, float]:
    """Multiplier on each channel at full strength, before any decay."""
    return {
        channel: solved_multiplier(values, name) if name in SOLVED else float(values[name])
        for channel, name in effects_of(offer, structure).items()
    }


def powers(
    values: Values, scenario: Scenario, clock: Clock, offer: Offer, structure: Structure
) -> tuple[tuple[int, Table], ...]:
    """(from tick, table) of an offer: a table for each time that a lever changes one of its effects."""
    names = set(effects_of(offer, structure).values())
    if not names:
        return ()
    if not any(isinstance(lever, Change) and lever.parameter in names for lever in scenario.levers):
        return ((0, table(values, offer, structure)),)
    rows = {name: dated(values, scenario, name, clock) for name in names}
    moments = sorted({tick for changes in rows.values() for tick, _ in changes})
    return tuple(
        (tick, table({**values, **{name: at(rows[name], tick) for name in names}}, offer, structure))
        for tick in moments
    )


def table(values: Values, offer: Offer, structure: Structure) -> Table:
    """Multipliers by exponent and channel: the full effect to each power from none to one.

    None of an effect is one exactly, and an effect of one is one at every power.
    """
    return table_of(tuple(full_effect(values, offer, structure).items()))


@lru_cache(maxsize=64)
def table_of(multipliers: tuple[tuple[Channel, float], ...]) -> Table:
    """``table`` from the full effect; kept, since scenarios of a draw have nearly all of them in common."""
    logs = np.zeros(len(Channel))
    for channel, multiplier in multipliers:
        logs[channel] = np.log(multiplier)
    exponents = np.arange(POWERS + 1) / POWERS
    return fixed_rows(np.exp(exponents[:, None] * logs))


def decay(values: Values, months: int) -> Row:
    """Exponent that is left of an effect, by whole months since the work ended, fixed point."""
    left = 0.5 ** (np.arange(months) / 12 / values["effects.half_life_years"])
    return tuple(np.rint(left * ONE).astype(np.int64).tolist())


def fixed_rows(multipliers: Floats) -> tuple[Row, ...]:
    """A table of multipliers as fixed point, row by row."""
    return tuple(map(tuple, np.rint(multipliers * ONE).astype(np.int64).tolist()))
