"""Who comes: families and their children, with every keyed number that their stories may need.

Referrals are a sum of keyed layers of equal rate, the last one thinned, so that more demand adds families
and renames none. A family is built from its block and its place in it; nothing here knows a scenario.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations.clock import TICKS_PER_YEAR, ticks_array
from sim.foundations.distributions import Exponential, LogNormal
from sim.foundations.ledger import ONE, resilience
from sim.foundations.randomness import Chance, Decision
from sim.model.plan import Children, Families
from sim.model.terms import (
    BAND_STARTS,
    COURT_CRISES,
    CRISES,
    MOVES,
    NO_WARNING_CRISES,
    OFFERS,
    ORDERS,
    PERIODS,
    REFERRALS,
    SLOTS,
    SPECIALISTS,
    SPELLS,
    STEP_DOWN_KEYS,
    Offer,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Values = Mapping[str, Any]

OUTCOMES = (Status.CLOSED, Status.EARLY_HELP, Status.CHILD_IN_NEED, Status.CHILD_PROTECTION)
"""What an assessment can lead to, in the order of the parameter ``demand.outcome``."""

EXPECTED_SLOT, LATER_SLOT = 5, 6
"""Places of the child expected at referral and of one born later; slots 0 to 4 are children already born."""

PREGNANCY_YEARS = 0.75
BLOCK_SIZE = 1_000_000
BY_OFFER = ("offered", "accepts", "length")
"""Columns of families whose first axis is the offer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Families of one origin before they are joined with the others: columns by name, n rows each."""

    number: int
    families: dict[str, Any]
    slots: dict[str, Any]
    """Arrays [SLOTS, n, ...] of the children; ``present`` says which exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Uniforms of one block: entity i's numbers never depend on how many others there are."""

    chance: Chance
    block: int
    n: int

    def one(self, decision: Decision, slot: int = 0, occurrence: int = 0) -> Floats:
        """[n] uniforms."""
        return self.chance.uniforms(decision, self.n, block=self.block, slot=slot, occurrence=occurrence)

    def many(self, decision: Decision, occurrences: int, slot: int = 0) -> Floats:
        """[n, occurrences] uniforms."""
        return np.stack([self.one(decision, slot, k) for k in range(occurrences)], axis=1)

    def by_slot(self, decision: Decision, occurrences: int) -> Floats:
        """[SLOTS, n, occurrences] uniforms."""
        return np.stack([self.many(decision, occurrences, slot) for slot in range(SLOTS)])


def cumulative(shares: Mapping[str, float]) -> Floats:
    """Cumulative shares without the last, for ``searchsorted``."""
    return np.cumsum(list(shares.values()))[:-1] / sum(shares.values())


def fixed(uniforms: Floats) -> Ints:
    """Uniforms as fixed point, below ``ONE``."""
    return np.minimum((uniforms * ONE).astype(np.int64), ONE - 1)


def build_block(draws: Draws, values: Values, arrives: Ints, tilt: float = 0.0) -> Block:
    """``draws.n`` families whose first day is ``arrives`` (ticks), with all their keyed numbers.

    ``tilt`` is the exponent by which riskier families are over-represented among them.
    """
    n = draws.n
    u = draws.one
    sigma = values["family.heterogeneity"]
    factor = LogNormal(median=float(np.exp((tilt - 0.5) * sigma**2)), sigma=sigma)
    level = u(Decision.FRAILTY)
    reading = level + u(Decision.ASSESSED_RISK)
    outcome = np.searchsorted(
        cumulative(values["demand.outcome"]), draws.many(Decision.REFERRAL_OUTCOME, REFERRALS), side="right"
    )
    assessment = length(
        draws.many(Decision.REFERRAL_LENGTH, REFERRALS),
        values["pathway.assessment_days"],
        values["pathway.length_spread"],
    )
    families = {
        "id": draws.block * BLOCK_SIZE + np.arange(n),
        "arrives": arrives,
        "opening_status": np.full(n, -1),
        "opening_elapsed": np.zeros(n, dtype=np.int64),
        "first_referral": np.zeros(n, dtype=np.int64),
        "outcome": np.array(OUTCOMES, dtype=np.int64)[outcome],
        "assessment": assessment,
        "rereferral": resilience(draws.many(Decision.REREFERRAL, REFERRALS)),
        "factor": np.rint(factor.quantile(level) * ONE).astype(np.int64),
        "relationship": u(Decision.RELATIONSHIP) < values["family.relationship_breakdown"],
        "needs": needs_of(draws, values),
        "impaired": u(Decision.IMPAIRMENT) < values["services.family_safeguarding.eligible_child_in_need"],
        "priority": np.where(reading > 4 / 3, 0, np.where(reading > 2 / 3, 1, 2)),
        "step_up": resilience(draws.many(Decision.STEP_UP, SPELLS)),
        "step_down": resilience(draws.many(Decision.STEP_DOWN, SPELLS)),
        "to_early_help": draws.many(Decision.TO_EARLY_HELP, SPELLS)
        < values["pathway.child_in_need.to_early_help"],
        "plan_start": fixed(draws.many(Decision.PLAN_START, SPELLS)),
        "court": resilience(shared(draws, values, draws.many(Decision.COURT, COURT_CRISES), np.arange(n))),
        "no_warning": resilience(draws.many(Decision.NO_WARNING, NO_WARNING_CRISES)),
        "picks": fixed(draws.many(Decision.NO_WARNING_CHILD, NO_WARNING_CRISES)),
        "panel": fixed(draws.many(Decision.PANEL, OFFERS)),
        "order": fixed(draws.many(Decision.ORDER, ORDERS)),
        "ethnicity": np.searchsorted(
            cumulative(values["family.ethnicity"]), u(Decision.ETHNICITY), side="right"
        ).astype(np.int64),
        **offers(draws, values),
    }
    return Block(number=draws.block, families=families, slots=build_slots(draws, values, arrives))


def shared(draws: Draws, values: Values, uniforms: Floats, entity: Ints) -> Floats:
    """The uniforms with a part that a family's routes into care have in common: [rows, occurrences].

    A one-factor Gaussian copula: each stays uniform, and two of one family correlate by
    ``family.route_correlation`` on the normal scale. Without it they are returned as they are.
    """
    correlation = values["family.route_correlation"]
    if not correlation:
        return uniforms
    from scipy.special import ndtr, ndtri

    common = ndtri(draws.one(Decision.SHARED_RISK))[entity][:, None]
    return np.asarray(ndtr(np.sqrt(correlation) * common + np.sqrt(1 - correlation) * ndtri(uniforms)))


def length(uniforms: Floats, days: float, spread: float) -> Ints:
    """Lengths in ticks, log-normal with mean ``days`` and log standard deviation ``spread``."""
    return ticks_array(
        LogNormal(median=days * float(np.exp(-0.5 * spread**2)), sigma=spread).quantile(uniforms)
    )


def needs_of(draws: Draws, values: Values) -> Ints:
    """Which specialists the parents' needs call for, a bit each in the order of ``SPECIALISTS``: [n]."""
    abuse = draws.one(Decision.NEED_DOMESTIC_ABUSE) < values["family.domestic_abuse"]
    called = (
        abuse,
        abuse & (draws.one(Decision.NEED_PERPETRATOR) < values["family.perpetrator_at_home"]),
        draws.one(Decision.NEED_SUBSTANCE) < values["family.substance_misuse"],
        draws.one(Decision.NEED_MENTAL_HEALTH) < values["family.mental_health"],
    )
    bits = [need.astype(np.int64) << bit for bit, need in enumerate(called)]
    return np.asarray(np.sum(bits, axis=0), dtype=np.int64)


LENGTHS = {
    Offer.EARLY_HELP: "services.early_help.length_days",
    **{offer: f"{key}.length_days" for offer, key in STEP_DOWN_KEYS.items()},
    Offer.CONFERENCE_EARLY: "services.family_group_conference.length_days",
    Offer.CONFERENCE_PRE_PROCEEDINGS: "services.family_group_conference.length_days",
    Offer.FAMILY_SAFEGUARDING: "services.family_safeguarding.length_days",
    Offer.EDGE_OF_CARE: "services.edge_of_care.length_days",
    Offer.CONFERENCE_AT_EDGE: "services.family_group_conference.length_days",
    **dict.fromkeys(SPECIALISTS, "services.family_safeguarding.specialist_days"),
    Offer.PLACEMENT_STABILITY: "services.edge_of_care.stability_days",
}
"""The parameter that gives the mean length of each offer's work."""


def offers(draws: Draws, values: Values) -> dict[str, Ints]:
    """Uniforms for whether each offer is made and taken up, and how long its work would last:
    [offer, n, OFFERS]."""
    spread = values["pathway.length_spread"]
    return {
        "offered": fixed(np.stack([draws.many(Decision.OFFERED, OFFERS, slot=o) for o in Offer])),
        "accepts": fixed(np.stack([draws.many(Decision.TAKE_UP, OFFERS, slot=o) for o in Offer])),
        "length": np.stack(
            [
                length(draws.many(Decision.SERVICE_LENGTH, OFFERS, slot=o), values[LENGTHS[o]], spread)
                for o in Offer
            ]
        ),
    }


def build_slots(draws: Draws, values: Values, arrives: Ints) -> dict[str, Any]:
    """Births of the children of each family, slot by slot: [SLOTS, n]."""
    n = draws.n
    band = np.searchsorted(
        cumulative(values["family.youngest"]), draws.one(Decision.YOUNGEST_BAND), side="right"
    )
    starts = np.array(BAND_STARTS, dtype=float)
    age = starts[band] + draws.one(Decision.YOUNGEST_AGE) * (starts[band + 1] - starts[band])
    size = 1 + np.searchsorted(
        cumulative(values["family.size"]), draws.one(Decision.FAMILY_SIZE), side="right"
    )
    born = np.zeros((SLOTS, n), dtype=np.int64)
    present = np.zeros((SLOTS, n), dtype=bool)
    gap = Exponential(mean=values["family.sibling_gap_years"] - PREGNANCY_YEARS)
    for slot in range(EXPECTED_SLOT):
        if slot:
            age = age + PREGNANCY_YEARS + gap.quantile(draws.one(Decision.SIBLING_GAP, slot))
        born[slot] = arrives - np.rint(age * TICKS_PER_YEAR).astype(np.int64)
        present[slot] = (slot < size) & (age < BAND_STARTS[-1])
    share = values["family.pregnancy"]
    expected = draws.one(Decision.PREGNANCY)
    soon = np.maximum(1, np.rint(expected / share * PREGNANCY_YEARS * TICKS_PER_YEAR)).astype(np.int64)
    born[EXPECTED_SLOT], present[EXPECTED_SLOT] = arrives + soon, expected < share
    wait = Exponential(mean=1 / values["family.later_births"]).quantile(draws.one(Decision.LATER_BIRTH))
    later = np.rint((wait + 2 * PREGNANCY_YEARS) * TICKS_PER_YEAR).astype(np.int64)
    born[LATER_SLOT], present[LATER_SLOT] = arrives + later, True
    return {"born": born, "present": present}


CHILD_NUMBERS = (
    ("crisis", Decision.CRISIS, CRISES, resilience),
    ("edge", Decision.EDGE, CRISES, resilience),
    ("heard", Decision.HEARD, CRISES, fixed),
    ("heard_in_care", Decision.HEARD_IN_CARE, PERIODS, fixed),
    ("joins", Decision.JOIN, CRISES, fixed),
    ("stay", Decision.STAY_CLASS, PERIODS, fixed),
    ("stay_end", Decision.STAY_END, PERIODS, resilience),
    ("leaving", Decision.STAY_KIND, PERIODS, fixed),
    ("placement", Decision.PLACEMENT, PERIODS, fixed),
    ("kin", Decision.KIN, PERIODS, fixed),
    ("settled", Decision.MOVE, MOVES, resilience),
    ("moved_to", Decision.MOVED_TO, MOVES, fixed),
)
"""Each child's keyed sequences: column, decision, how many, and what a uniform becomes."""


def by_child(draws: Draws, decision: Decision, slot: Ints, entity: Ints, share: float) -> Ints:
    """1 for the children, given by slot and entity, whose uniform is below the share; else 0: [children]."""
    uniforms = np.stack([draws.one(decision, each) for each in range(SLOTS)])
    return (uniforms[slot, entity] < share).astype(np.int64)


def join(blocks: list[tuple[Draws, Block]], values: Values, horizon: int) -> tuple[Families, Children]:
    """All families of all blocks in order of identity, and their children ordered by family."""
    columns: dict[str, Any] = {}
    for name in blocks[0][1].families:
        axis = 1 if name in BY_OFFER else 0
        columns[name] = np.concatenate([block.families[name] for _, block in blocks], axis=axis)
    parts = [children_of(draws, block, values, horizon) for draws, block in blocks]
    counts = np.concatenate([part["count"] for part in parts])
    first = np.concatenate([[0], np.cumsum(counts)])
    children = {
        field.name: np.concatenate([part[field.name] for part in parts]) for field in fields(Children)
    }
    return Families(**columns, first_child=first), Children(**children)


def children_of(draws: Draws, block: Block, values: Values, horizon: int) -> dict[str, Any]:
    """The children of a block as columns, ordered by family, with the number of children a family."""
    slots = block.slots
    present = slots["present"] & (slots["born"] < horizon)
    entity = slots.get("rows", np.arange(present.shape[1]))
    order = np.nonzero(present.T.ravel())[0]
    family, slot = order // SLOTS, order % SLOTS
    columns: dict[str, Any] = {
        "count": present.sum(axis=0),
        "id": block.families["id"][family] * 10 + slot,
        "born": slots["born"][slot, family],
    }
    for name, decision, occurrences, become in CHILD_NUMBERS:
        uniforms = np.empty((len(order), occurrences))
        for each in range(SLOTS):
            rows = slot == each
            if rows.any():
                uniforms[rows] = draws.many(decision, occurrences, each)[entity[family[rows]]]
        if decision == Decision.CRISIS:
            uniforms = shared(draws, values, uniforms, entity[family])
        columns[name] = become(uniforms)
    columns["sex"] = by_child(draws, Decision.SEX, slot, entity[family], values["family.male"])
    columns["disabled"] = (
        by_child(draws, Decision.DISABILITY, slot, entity[family], values["family.disabled"]) > 0
    )
    defaults = {
        "opening_stay": -1,
        "opening_elapsed": 0,
        "returned": False,
        "unaccompanied": False,
        "guardian": False,
    }
    for name, default in defaults.items():
        given = slots.get(name)
        kind = bool if isinstance(default, bool) else np.int64
        columns[name] = (
            np.full(len(order), default, dtype=kind) if given is None else given[slot, family].astype(kind)
        )
    return columns
