"""How risk moves families when no service does anything: the rates of the world, as whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.clock import TICKS_PER_YEAR, ticks
from sim.foundations.hazard import StepHazard
from sim.foundations.ledger import fixed_point, units_per_tick
from sim.foundations.randomness import year_quantiles
from sim.model.care import care_rules
from sim.model.effects import EDGE_ENTRY, solved_multiplier
from sim.model.plan import Rules
from sim.model.terms import BANDS, ROUTE_NAMES, STATUS_NAMES, Status

if TYPE_CHECKING:
    from sim.foundations.clock import Clock
    from sim.model.plan import Row
    from sim.model.population import Floats, Values
    from sim.study.structure import Structure

LEVEL_STATUS = {STATUS_NAMES[status]: Status(status) for status in range(1, 6)}

STEP_YEARS = {
    "first 3 months": 0.0,
    "3 to 12 months": 0.25,
    "first 4 weeks": 0.0,
    "first 6 months": 0.0,
    "first 8 weeks": 0.0,
    "8 to 26 weeks": 8 / 52.18,
    "first 26 weeks": 0.0,
    "first year": 0.0,
}
"""When each step of a table begins, in years; "later" begins where the step before it ends."""

STEP_ENDS = {
    "first 3 months": 0.25,
    "3 to 12 months": 1.0,
    "first 4 weeks": 4 / 52.18,
    "first 6 months": 0.5,
    "first 8 weeks": 8 / 52.18,
    "8 to 26 weeks": 26 / 52.18,
    "first 26 weeks": 26 / 52.18,
    "first year": 1.0,
}

RETURN_RISK_YEARS = 6.0
"""Years after a return home for which re-entry was measured; the added risk ends there."""

UP_DOWN = {
    Status.EARLY_HELP: ("step_up", "close"),
    Status.CHILD_IN_NEED: ("step_up", "close"),
    Status.CHILD_PROTECTION: ("step_up", "step_down"),
    Status.PRE_PROCEEDINGS: ("issue", "step_down"),
    Status.PROCEEDINGS: (None, "end"),
}
"""The two competing risks at each level, as the study names them."""


def steps(table: dict[str, float]) -> list[tuple[float, float]]:
    """Rows (from year, rate a year) of a table keyed by time in status."""
    rows = []
    begins = 0.0
    for key, rate in table.items():
        rows.append((STEP_YEARS.get(key, begins), rate))
        begins = STEP_ENDS.get(key, begins)
    return rows


def rate_at(rows: list[tuple[float, float]], year: float) -> float:
    """The rate in force at a time since the start of the table; 0 where there is none."""
    return next((rate for begins, rate in reversed(rows) if begins <= year), 0.0)


def risks(values: Values, status: Status) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Step tables of escalation and of closure at a level."""
    key = STATUS_NAMES[status].replace(" ", "_").replace("-", "_")
    up, down = UP_DOWN[status]
    rising = steps(values[f"pathway.{key}.{up}"]) if up else [(0.0, 0.0)]
    return rising, steps(values[f"pathway.{key}.{down}"])


def combined_hazard(values: Values, status: Status) -> StepHazard:
    """Hazard of leaving a level either way, for the time that open cases have already spent there."""
    up, down = risks(values, status)
    begins = sorted({start for start, _ in up + down})
    return StepHazard(bounds=tuple(begins), rates=tuple(rate_at(up, b) + rate_at(down, b) for b in begins))


def recentred(values: Values, coverage: str, multiplier: float) -> float:
    """Factor that keeps the no-change flow where it is when an existing service has this effect.

    The observed flow is a mixture: covered families at rate x multiplier, the others at the full rate.
    """
    covered = values[coverage]
    return float(1.0 / (1.0 - covered + covered * multiplier))


def baseline_factors(values: Values) -> dict[str, float]:
    """How much higher each rate is without the services that already exist."""
    early_help = "services.early_help.baseline_coverage"
    early = "services.family_group_conference.baseline_coverage_early"
    late = "services.family_group_conference.baseline_coverage_pre"
    pre = solved_multiplier(values)
    return {
        "early help step up": recentred(values, early_help, values["effects.early_help.step_up"]),
        "early help breakdown": recentred(values, early_help, values["effects.early_help.breakdown"]),
        "conference step up": recentred(values, early, values["effects.fgc_early.step_up"]),
        "conference breakdown": recentred(values, early, values["effects.fgc_early.breakdown"]),
        "conference pre-proceedings": recentred(values, late, pre),
        "network": recentred(values, late, values["effects.fgc_network"]),
    }


def status_steps(values: Values, factors: dict[str, float]) -> tuple[tuple[Row, ...], ...]:
    """By status: rows (from tick, step-up, step-down, court) in units a tick."""
    rise = {
        Status.EARLY_HELP: factors["early help step up"],
        Status.CHILD_IN_NEED: factors["conference step up"],
        Status.CHILD_PROTECTION: factors["conference step up"],
        Status.PRE_PROCEEDINGS: factors["conference pre-proceedings"],
    }
    court = court_steps(values, factors["conference pre-proceedings"])
    tables: list[tuple[Row, ...]] = []
    for status in Status:
        if status not in UP_DOWN:
            tables.append(((0, 0, 0, 0),))
            continue
        up, down = risks(values, status)
        taken = court.get(status, [(0.0, 0.0)])
        begins = sorted({start for start, _ in up + down + taken})
        tables.append(
            tuple(
                (
                    round(begin * TICKS_PER_YEAR),
                    units_per_tick(rate_at(up, begin) * rise.get(status, 1.0)),
                    units_per_tick(rate_at(down, begin)),
                    units_per_tick(rate_at(taken, begin)),
                )
                for begin in begins
            )
        )
    return tuple(tables)


def court_steps(values: Values, factor: float) -> dict[Status, list[tuple[float, float]]]:
    """Rates of court-led entry a family, where a court is or may be involved."""
    table = values["routes.court"]
    level = values["uncertainty.entry_level"] * factor
    proceedings = [
        (begin, rate * level)
        for begin, rate in steps({key: rate for key, rate in table.items() if key != "pre-proceedings"})
    ]
    return {
        Status.PRE_PROCEEDINGS: [(0.0, table["pre-proceedings"] * level)],
        Status.PROCEEDINGS: proceedings,
    }


ENTRIES, EXITS = "uncertainty.yearly_noise", "uncertainty.yearly_noise of exits"
"""Under which the levels of a year's entries, and of its endings of stays, are drawn: each for itself."""


def court_at_birth(values: Values, factor: float) -> Row:
    """By status: the cumulative hazard of court-led entry that a birth brings."""
    table = values["routes.court_at_birth"]
    level = values["uncertainty.entry_level"] * factor
    return tuple(fixed_point(table.get(name, 0.0) * level) for name in STATUS_NAMES)


def years_of(values: Values, clock: Clock, seed: int, draw: int, flows: str = ENTRIES) -> Floats:
    """The level of flows in each financial year: log-normal, mean one, nothing in draw 0."""
    n = len(clock.years)
    if draw == 0:
        return np.ones(n)
    from scipy.special import ndtri

    variance = np.log1p(values["uncertainty.yearly_noise"] ** 2)
    normal = ndtri(year_quantiles(seed, draw, flows, n))
    return np.asarray(np.exp(np.sqrt(variance) * normal - 0.5 * variance))


def levels_of(clock: Clock, levels: Floats) -> tuple[Row, ...]:
    """Rows (from tick, level in fixed point) of each financial year."""
    return tuple((year.start, fixed_point(level)) for year, level in zip(clock.years, levels, strict=True))


def by_band(table: dict[str, float]) -> Row:
    """A table of multipliers by age band as fixed point."""
    return tuple(fixed_point(table[band]) for band in BANDS)


def gates_of(values: Values) -> Row:
    """By status: ticks between the decision that a case moves there and its being held there."""
    transfer = values["pathway.transfer_days"]
    waits = {
        Status.EARLY_HELP: transfer,
        Status.CHILD_IN_NEED: transfer,
        Status.CHILD_PROTECTION: values["pathway.enquiry_days"] + transfer,
        Status.PRE_PROCEEDINGS: values["pathway.legal_gateway_days"],
    }
    return tuple(ticks(waits[status]) if status in waits else 0 for status in Status)


def reactive_factor(values: Values, structure: Structure) -> float:
    """How much more often a crisis ends in care where the reactive service of before does not reach it."""
    if structure.edge_of_care_before != "reactive":
        return 1.0
    multiplier = solved_multiplier(values, EDGE_ENTRY) ** values["services.edge_of_care.reactive_share"]
    return recentred(values, "services.edge_of_care.baseline_coverage", multiplier)


def build_rules(
    values: Values, clock: Clock, years: Floats, structure: Structure, exits: Floats | None = None
) -> Rules:
    """All rates and chances of the world of one draw."""
    factors = baseline_factors(values)
    entry = values["uncertainty.entry_level"]
    chance = values["routes.crisis_to_care"]
    unwarned = values["routes.without_warning"]
    window = values["routes.window_days"] / 365.25
    by_status = dict(values["routes.breakdown_by_status"])
    by_status["early help"] *= factors["early help breakdown"]
    for level in ("child in need", "child protection"):
        by_status[level] *= factors["conference breakdown"]
    for level in ("pre-proceedings", "proceedings"):
        by_status[level] *= factors["conference pre-proceedings"]
    edge = -np.log1p(-chance)
    after_return = steps(values["care.after_return"])
    return Rules(
        status_steps=status_steps(values, factors),
        escalation_by_youngest=by_band(values["pathway.escalation_by_youngest"]),
        years=levels_of(clock, years),
        exit_years=levels_of(clock, np.ones(len(clock.years)) if exits is None else exits),
        rereferral=tuple(
            (round(begin * TICKS_PER_YEAR), units_per_tick(rate))
            for begin, rate in steps(values["demand.re_referral"])
        ),
        # Only entries are seen: fewer crises that end in care more often look the same, and so does another
        # split between breakdown and no warning. Both are drawn so that the entries stay where they are.
        breakdown=tuple(
            units_per_tick(values["routes.breakdown"][band] * (1 - unwarned) * entry / chance)
            for band in BANDS
        ),
        breakdown_by_status=tuple(fixed_point(by_status[name]) for name in STATUS_NAMES),
        court_by_youngest=by_band(values["routes.court_by_youngest"]),
        court_at_birth=court_at_birth(values, factors["conference pre-proceedings"]),
        no_warning=tuple(
            units_per_tick(values["routes.no_warning"][name] * unwarned * entry) for name in STATUS_NAMES
        ),
        edge_rate=units_per_tick(edge / window * reactive_factor(values, structure)),
        window=round(window * TICKS_PER_YEAR),
        # A return that breaks down passes through a crisis like any other: the published rate of re-entry is
        # the rate of crises times the chance that a crisis ends in care.
        after_return=(
            *(
                (round(begin * TICKS_PER_YEAR), units_per_tick(rate * entry / chance))
                for begin, rate in after_return
            ),
            (round(RETURN_RISK_YEARS * TICKS_PER_YEAR), 0),
        ),
        after_crisis=(
            ticks(values["routes.after_crisis_days"]),
            fixed_point(values["routes.after_crisis_passed"]),
        ),
        guardianship=units_per_tick(values["routes.guardianship_breakdown"] * entry / chance),
        gates=gates_of(values),
        transfer=ticks(values["pathway.transfer_days"]),
        reviews=(
            ticks(values["pathway.plan_review_days"]["first"]),
            ticks(values["pathway.plan_review_days"]["every"]),
        ),
        order_with_kin=fixed_point(values["pathway.order_with_kin"] * factors["network"]),
        joins=tuple(fixed_point(values["routes.sibling_joins"].get(name, 0.0)) for name in ROUTE_NAMES),
        **care_rules(values, factors["network"]),
    )
