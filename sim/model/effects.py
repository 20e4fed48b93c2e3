"""What services do: multipliers by channel, with fidelity that grows and an effect that may decay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.ledger import ONE
from sim.model.terms import CONFERENCES, Channel, Offer

if TYPE_CHECKING:
    from sim.model.plan import Row
    from sim.model.population import Floats, Values

EFFECTS: dict[Offer, dict[Channel, str]] = {
    Offer.EARLY_HELP: {
        Channel.STEP_UP: "effects.early_help.step_up",
        Channel.BREAKDOWN: "effects.early_help.breakdown",
    },
    Offer.STEP_DOWN: {
        Channel.BREAKDOWN: "effects.early_help.breakdown",
    },
    Offer.CONFERENCE_EARLY: {
        Channel.STEP_UP: "effects.fgc_early.step_up",
        Channel.BREAKDOWN: "effects.fgc_early.breakdown",
    },
    Offer.CONFERENCE_PRE_PROCEEDINGS: {
        Channel.ISSUE: "effects.fgc_pre_proceedings",
        Channel.COURT: "effects.fgc_pre_proceedings",
        Channel.BREAKDOWN: "effects.fgc_pre_proceedings",
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
}
"""Which parameter multiplies which channel; whatever is not here is left alone."""

SOLVED = "solved.fgc_pre_proceedings"


def solved_multiplier(values: Values) -> float:
    """The multiplier that returns the trial's risk ratio, interpolated in the table that ``solve`` wrote."""
    table = {float(ratio): multiplier for ratio, multiplier in values[SOLVED].items()}
    ratios = sorted(table)
    ratio = values["effects.fgc_pre_proceedings"]
    return float(np.interp(ratio, ratios, [table[r] for r in ratios]))


def full_effect(values: Values, offer: Offer) -> dict[Channel, float]:
    """Multiplier on each channel at full fidelity, before any decay."""
    return {
        channel: solved_multiplier(values) if name == "effects.fgc_pre_proceedings" else values[name]
        for channel, name in EFFECTS[offer].items()
    }


def tables(
    values: Values, offer: Offer, fidelity: Floats
) -> tuple[tuple[Row, ...], tuple[tuple[Row, ...], ...]]:
    """Multipliers while the work lasts [month] and afterwards [month of ending][months since].

    The multiplier is the full effect to the power fidelity x decay, so no fidelity means one exactly.
    """
    months = len(fidelity)
    logs = np.zeros(len(Channel))
    for channel, multiplier in full_effect(values, offer).items():
        logs[channel] = np.log(multiplier)
    decay = 0.5 ** (np.arange(months) / 12 / values["effects.half_life_years"])
    rows = fixed_rows(np.exp(fidelity[:, None] * logs))
    after = np.exp(fidelity[:, None, None] * decay[None, :, None] * logs)
    return (
        ((ONE,) * len(Channel),) * months if offer in CONFERENCES else rows,
        tuple(fixed_rows(month) for month in after),
    )


def fixed_rows(table: Floats) -> tuple[Row, ...]:
    """A table of multipliers as fixed point, row by row."""
    return tuple(tuple(row) for row in np.rint(table * ONE).astype(np.int64).tolist())
