"""Who comes: families and their children, with every keyed number that their stories may need.

Referrals are a sum of keyed layers of equal rate, the last one thinned, so that more demand adds families
and renames none. A family is built from its block and its place in it; nothing here knows a scenario.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations.addressed import RESILIENCE, UNIFORM, Addressed, Meaning, Transform
from sim.foundations.clock import TICKS_PER_YEAR
from sim.foundations.distributions import Exponential, LogNormal
from sim.foundations.ledger import ONE, resilience
from sim.foundations.randomness import Chance, Decision
from sim.model.plan import OCCURRENCES, Children, Families
from sim.model.terms import (
    BAND_STARTS,
    COURT_CRISES,
    CRISES,
    REFERRALS,
    SLOTS,
    SPECIALISTS,
    STEP_DOWN_KEYS,
    Offer,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Values = Mapping[str, Any]

OUTCOMES = (Status.CLOSED, Status.EARLY_HELP, Status.CHILD_IN_NEED, Status.CHILD_PROTECTION)
"""What an assessment can lead to, in the order of the parameter ``demand.outcome``."""

EXPECTED_SLOT, LATER_SLOT = 5, 6
"""Places of the child expected at referral and of one born later; slots 0 to 4 are children already born."""

PREGNANCY_YEARS = 0.75
BLOCK_SIZE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Uniforms of entities, which never depend on what others are asked for: one row an entity."""

    chance: Chance
    block: Ints
    """[n] block of origin."""
    entity: Ints
    """[n] place in the block."""

    @classmethod
    def of_block(cls, chance: Chance, block: int, n: int) -> Draws:
        """The first ``n`` entities of a block."""
        return cls(chance=chance, block=np.full(n, block), entity=np.arange(n))

    @property
    def n(self) -> int:
        """Entities."""
        return len(self.entity)

    def of(self, rows: Any) -> Draws:
        """The entities of some rows only, or again."""
        return replace(self, block=self.block[rows], entity=self.entity[rows])

    def one(self, decision: Decision, slot: int | Ints = 0) -> Floats:
        """[n] uniforms; the slot may be each row's own."""
        return self.many(decision, 1, slot)[:, 0]

    def many(self, decision: Decision, occurrences: int, slot: int | Ints = 0) -> Floats:
        """[n, occurrences] uniforms; the slot may be each row's own."""
        slots = np.full(self.n, slot) if isinstance(slot, int) else slot
        return self.chance.table(decision, occurrences, block=self.block, slot=slots, entity=self.entity)

    def addressed(
        self, column: str, decision: Decision, transform: Transform, slot: int | Ints = 0
    ) -> Addressed:
        """[n, occurrences] the numbers of a column of the Plan, each worked out when it is read."""
        return Addressed(
            key=self.chance.key(decision),
            block=self.block,
            slot=slot,
            entity=self.entity,
            occurrences=OCCURRENCES[column],
            transform=transform,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Families of one origin: who they are and when they come, before the numbers that all families have."""

    draws: Draws
    seen: Ints
    """[n] tick to which the children's ages belong."""
    given: dict[str, Any]
    """[n] what else this origin settles, by name; ``USUAL`` holds for the rest."""

    @property
    def ids(self) -> Ints:
        """[n] identities."""
        return self.draws.block * BLOCK_SIZE + self.draws.entity

    def column(self, name: str) -> Any:
        """[n] what was given, or what is usual."""
        return self.given.get(name, np.full(self.draws.n, USUAL[name]))


USUAL: dict[str, Any] = {
    "arrives": 0,
    "opening_status": -1,
    "opening_elapsed": 0,
    "first_referral": 0,
    "known_before": False,
    "again": False,
    "tilt": 0.0,
    "only_child": np.nan,
    "opening_stay": -1,
    "stay_elapsed": 0,
    "returned": False,
    "unaccompanied": False,
    "guardian": False,
}
"""What a family is unless its origin says otherwise. ``tilt`` is the exponent by which riskier families are
over-represented in its origin; ``only_child`` the age in years of the one child of a family that is not
otherwise at risk, and what follows is that child's."""


def cumulative(shares: Mapping[str, float]) -> Floats:
    """Cumulative shares without the last, for ``searchsorted``."""
    return np.cumsum(list(shares.values()))[:-1] / sum(shares.values())


def build_families(who: Block, values: Values) -> dict[str, Any]:
    """Columns of ``Families``: what is one number of each, and where their referrals lead."""
    draws = who.draws
    u = draws.one
    sigma = values["family.heterogeneity"]
    level = u(Decision.FRAILTY)
    reading = level + u(Decision.ASSESSED_RISK)
    centre = np.exp((who.column("tilt") - 0.5) * sigma**2)
    factor = centre * LogNormal(median=1.0, sigma=sigma).quantile(level)
    breaks = u(Decision.RELATIONSHIP) < values["family.relationship_breakdown"]
    return {
        "id": who.ids,
        "arrives": who.column("arrives"),
        "opening_status": who.column("opening_status"),
        "opening_elapsed": who.column("opening_elapsed"),
        "first_referral": who.column("first_referral"),
        "outcome": outcomes(draws, values),
        "factor": np.rint(factor * ONE).astype(np.int64),
        "relationship": breaks & np.isnan(who.column("only_child")),
        "needs": needs_of(draws, values),
        "impaired": u(Decision.IMPAIRMENT) < values["services.family_safeguarding.eligible_child_in_need"],
        "priority": np.where(reading > 4 / 3, 0, np.where(reading > 2 / 3, 1, 2)),
        "earlier_plan": who.column("known_before")
        & (u(Decision.EARLIER_PLAN) < values["opening.earlier_plan"]),
        "ethnicity": np.searchsorted(
            cumulative(values["family.ethnicity"]), u(Decision.ETHNICITY), side="right"
        ),
        "again": who.column("again"),
    }


FAMILY_NUMBERS = {
    "rereferral": (Decision.REREFERRAL, RESILIENCE),
    "step_up": (Decision.STEP_UP, RESILIENCE),
    "step_down": (Decision.STEP_DOWN, RESILIENCE),
    "plan_start": (Decision.PLAN_START, UNIFORM),
    "court": (Decision.COURT, RESILIENCE),
    "no_warning": (Decision.NO_WARNING, RESILIENCE),
    "picks": (Decision.NO_WARNING_CHILD, UNIFORM),
    "panel": (Decision.PANEL, UNIFORM),
    "order": (Decision.ORDER, UNIFORM),
}
"""What comes round again and again in a family's life: by column, the decision, and what a uniform becomes.
What hangs on a parameter besides is in ``family_numbers``."""


def family_numbers(draws: Draws, values: Values) -> dict[str, Any]:
    """What comes round again and again in a family's life, by address: columns of ``Families``."""
    early_help = Transform(meaning=Meaning.BELOW, scale=values["pathway.child_in_need.to_early_help"])
    found: dict[str, Any] = {name: draws.addressed(name, *how) for name, how in FAMILY_NUMBERS.items()}
    found["assessment"] = assessments(draws, values)
    found["to_early_help"] = draws.addressed("to_early_help", Decision.TO_EARLY_HELP, early_help)
    if values["family.route_correlation"]:
        uniforms = draws.many(Decision.COURT, COURT_CRISES)
        found["court"] = resilience(shared(draws, values, uniforms, np.arange(draws.n)))
    return found


def outcomes(draws: Draws, values: Values) -> Ints:
    """The Status that each assessment leads to: [n, REFERRALS]."""
    place = np.searchsorted(
        cumulative(values["demand.outcome"]), draws.many(Decision.REFERRAL_OUTCOME, REFERRALS), side="right"
    )
    return np.array(OUTCOMES, dtype=np.int64)[place]


def assessments(draws: Draws, values: Values) -> Addressed:
    """How long each assessment lasts, in ticks: [n, REFERRALS]."""
    lasts = lengths_of(values["pathway.assessment_days"], values["pathway.length_spread"])
    return draws.addressed("assessment", Decision.REFERRAL_LENGTH, lasts)


def shared(draws: Draws, values: Values, uniforms: Floats, family: Ints) -> Floats:
    """The uniforms, of so many rows for each ``family`` of the draws, with a part that a family's routes into
    care have in common: [rows, occurrences].

    A one-factor Gaussian copula: each stays uniform, and two of one family correlate by
    ``family.route_correlation`` on the normal scale. Without it they are returned as they are.
    """
    correlation = values["family.route_correlation"]
    if not correlation:
        return uniforms
    from scipy.special import ndtr, ndtri

    common = ndtri(draws.one(Decision.SHARED_RISK))[family][:, None]
    return np.asarray(ndtr(np.sqrt(correlation) * common + np.sqrt(1 - correlation) * ndtri(uniforms)))


def lengths_of(days: float, spread: float) -> Transform:
    """Lengths in ticks, log-normal with mean ``days`` and log standard deviation ``spread``."""
    return Transform(meaning=Meaning.LENGTH, scale=median(days, spread), spread=spread)


def median(days: float, spread: float) -> float:
    """The median of log-normal lengths with a mean of so many days."""
    return days * float(np.exp(-0.5 * spread**2))


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


def offers(draws: Draws, values: Values) -> dict[str, Any]:
    """Whether each offer is made and taken up, and how long its work would last, by address and by offer."""
    spread = values["pathway.length_spread"]
    work = {offer: lengths_of(values[LENGTHS[offer]], spread) for offer in Offer}

    def of(column: str, decision: Decision, transforms: Mapping[Offer, Transform]) -> tuple[Addressed, ...]:
        return tuple(draws.addressed(column, decision, transforms[offer], int(offer)) for offer in Offer)

    uniform = dict.fromkeys(Offer, UNIFORM)
    return {
        "offered": of("offered", Decision.OFFERED, uniform),
        "accepts": of("accepts", Decision.TAKE_UP, uniform),
        "length": of("length", Decision.SERVICE_LENGTH, work),
    }


def births(who: Block, values: Values) -> tuple[Ints, Flags]:
    """Tick of birth of each family's children, and which of them there are: [SLOTS, n] both."""
    draws = who.draws
    band = np.searchsorted(
        cumulative(values["family.youngest"]), draws.one(Decision.YOUNGEST_BAND), side="right"
    )
    starts = np.array(BAND_STARTS, dtype=float)
    age = starts[band] + draws.one(Decision.YOUNGEST_AGE) * (starts[band + 1] - starts[band])
    size = 1 + np.searchsorted(
        cumulative(values["family.size"]), draws.one(Decision.FAMILY_SIZE), side="right"
    )
    born = np.zeros((SLOTS, draws.n), dtype=np.int64)
    present = np.zeros((SLOTS, draws.n), dtype=bool)
    gap = Exponential(mean=values["family.sibling_gap_years"] - PREGNANCY_YEARS)
    for slot in range(EXPECTED_SLOT):
        if slot:
            age = age + PREGNANCY_YEARS + gap.quantile(draws.one(Decision.SIBLING_GAP, slot))
        born[slot] = who.seen - np.rint(age * TICKS_PER_YEAR).astype(np.int64)
        present[slot] = (slot < size) & (age < BAND_STARTS[-1])
    share = values["family.pregnancy"]
    expected = draws.one(Decision.PREGNANCY)
    soon = np.maximum(1, np.rint(expected / share * PREGNANCY_YEARS * TICKS_PER_YEAR)).astype(np.int64)
    born[EXPECTED_SLOT], present[EXPECTED_SLOT] = who.seen + soon, expected < share
    wait = Exponential(mean=1 / values["family.later_births"]).quantile(draws.one(Decision.LATER_BIRTH))
    later = np.rint((wait + 2 * PREGNANCY_YEARS) * TICKS_PER_YEAR).astype(np.int64)
    born[LATER_SLOT], present[LATER_SLOT] = who.seen + later, True
    alone = ~np.isnan(who.column("only_child"))
    present[:, alone] = False
    present[0, alone] = True
    age = who.column("only_child")[alone]
    born[0, alone] = who.seen[alone] - np.rint(age * TICKS_PER_YEAR).astype(np.int64)
    return born, present


CHILD_NUMBERS = {
    "crisis": (Decision.CRISIS, RESILIENCE),
    "edge": (Decision.EDGE, RESILIENCE),
    "heard": (Decision.HEARD, UNIFORM),
    "heard_in_care": (Decision.HEARD_IN_CARE, UNIFORM),
    "joins": (Decision.JOIN, UNIFORM),
    "stay": (Decision.STAY_CLASS, UNIFORM),
    "stay_end": (Decision.STAY_END, RESILIENCE),
    "leaving": (Decision.STAY_KIND, UNIFORM),
    "placement": (Decision.PLACEMENT, UNIFORM),
    "kin": (Decision.KIN, UNIFORM),
    "settled": (Decision.MOVE, RESILIENCE),
    "moved_to": (Decision.MOVED_TO, UNIFORM),
}
"""The same in a child's life."""


def join(blocks: list[Block], values: Values, horizon: int) -> tuple[Families, Children]:
    """All families of all blocks in order of identity, and their children ordered by family."""
    who = together(blocks)
    born, present = births(who, values)
    present &= born < horizon
    people = Families(
        **build_families(who, values),
        **family_numbers(who.draws, values),
        **offers(who.draws, values),
        first_child=np.concatenate([[0], np.cumsum(present.sum(axis=0))]),
    )
    return people, build_children(who, born, present, values)


def together(blocks: list[Block]) -> Block:
    """The families of all blocks, one after another."""
    draws = [block.draws for block in blocks]
    return Block(
        draws=Draws(
            chance=draws[0].chance,
            block=np.concatenate([one.block for one in draws]),
            entity=np.concatenate([one.entity for one in draws]),
        ),
        seen=np.concatenate([block.seen for block in blocks]),
        given={name: np.concatenate([block.column(name) for block in blocks]) for name in USUAL},
    )


def build_children(who: Block, born: Ints, present: Flags, values: Values) -> Children:
    """The children of some families, ordered by family."""
    family, slot = map(np.ascontiguousarray, np.nonzero(present.T))
    draws = who.draws.of(family)
    columns: dict[str, Any] = {
        name: draws.addressed(name, *how, slot=slot) for name, how in CHILD_NUMBERS.items()
    }
    if values["family.route_correlation"]:
        uniforms = draws.many(Decision.CRISIS, CRISES, slot)
        columns["crisis"] = resilience(shared(who.draws, values, uniforms, family))
    for name in ("opening_stay", "returned", "unaccompanied", "guardian"):
        columns[name] = who.column(name)[family]
    return Children(
        **columns,
        id=who.ids[family] * 10 + slot,
        born=born[slot, family],
        opening_elapsed=who.column("stay_elapsed")[family],
        sex=(draws.one(Decision.SEX, slot) < values["family.male"]).astype(np.int64),
        disabled=draws.one(Decision.DISABILITY, slot) < values["family.disabled"],
    )
