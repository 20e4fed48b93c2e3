"""When they come: referrals, the cases open on the first day, the opening cohort in care, and children
who arrive alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations.clock import TICKS_PER_YEAR
from sim.foundations.distributions import Exponential
from sim.foundations.hazard import StepHazard
from sim.foundations.randomness import Chance, Decision
from sim.model.care import opening_stays
from sim.model.pathway import LEVEL_STATUS, combined_hazard
from sim.model.population import BY_OFFER, Block, Draws, build_block
from sim.model.terms import BAND_STARTS, REFERRALS, SLOTS, Status, Stay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.foundations.clock import Clock
    from sim.model.population import Floats, Ints, Values

LAYER_RATE = 400.0
"""Families referred a year in one layer of demand. Changing it renames every family."""

OPENING_BLOCK = 100
CARE_BLOCK, RETURNED_BLOCK, UNACCOMPANIED_BLOCK, GUARDIAN_BLOCK = 200, 201, 202, 203
BROAD_STARTS = {"under 1": (0, 1), "1-4": (1, 5), "5-9": (5, 10), "10-15": (10, 16), "16-17": (16, 18)}


def arrivals(draws: Draws, rate: float) -> Ints:
    """Ticks of a Poisson stream of ``rate`` a year, some of them beyond the horizon: [n]."""
    gaps = Exponential(mean=TICKS_PER_YEAR / rate).quantile(draws.one(Decision.ARRIVAL_GAP))
    return np.cumsum(np.maximum(1, np.rint(gaps)).astype(np.int64))


def enough(rate: float, horizon: int) -> int:
    """More arrivals than a Poisson stream has before the horizon but once in a billion runs."""
    mean = rate * horizon / TICKS_PER_YEAR
    return int(mean + 6 * mean**0.5 + 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Referrals of one layer of demand."""

    draws: Draws
    block: Block
    """The families who reach a service."""
    threshold: Floats
    """[families] share of the study's demand, on the day of the first referral, above which they come."""
    first: Ints
    """[families] tick of the very first referral."""
    counted: Ints
    """Ticks of the referrals that lead to no service."""
    counted_threshold: Floats
    counted_first: Ints


def referral_blocks(
    chance: Chance, values: Values, clock: Clock, years: Floats, peak: float = 1.0
) -> Iterator[Layer]:
    """Layers of demand up to ``peak`` times the study's: who reaches a service, and the referrals that only
    count.

    A family whose referrals all end with no further action never meets a service in any scenario, so it is
    counted and not simulated. Families beyond the study's own demand come only where a scenario raises it.
    """
    horizon = clock.horizon
    starts = np.array([year.start for year in clock.years])
    returning = list(values["demand.returning"].values())
    returning += returning[-1:] * len(years)
    demand = (values["demand.families_referred"] + np.array(returning[: len(years)])) * years
    for layer in range(int(np.ceil(demand.max() * peak / LAYER_RATE))):
        draws = Draws(chance=chance, block=layer, n=enough(LAYER_RATE, horizon))
        arrives = arrivals(draws, LAYER_RATE)
        year = np.clip(np.searchsorted(starts, arrives, side="right") - 1, 0, len(years) - 1)
        threshold = (layer + draws.one(Decision.ARRIVAL_KEPT)) * LAYER_RATE / demand[year]
        kept = (threshold < peak) & (arrives < horizon)
        block = build_block(draws, values, arrives)
        first, when, counted = first_service(draws, block, values)
        block.families["arrives"], block.families["first_referral"] = when, first
        # Children's ages are set at the very first referral: by the time a service is met they have grown.
        served = kept & (when < horizon)
        row, column = np.nonzero(kept[:, None] & (counted < horizon))
        yield Layer(
            draws=draws,
            block=select(block, served),
            threshold=threshold[served],
            first=arrives[served],
            counted=counted[row, column],
            counted_threshold=threshold[row],
            counted_first=arrives[row],
        )


def first_service(draws: Draws, block: Block, values: Values) -> tuple[Ints, Ints, Ints]:
    """The referral that first leads to a service, its tick, and ticks of those before: [n], [n], [n, R]."""
    hazard = StepHazard(bounds=(0.0, 1.0), rates=tuple(values["demand.re_referral"].values()))
    never = np.iinfo(np.int64).max // 2
    tick = block.families["arrives"].copy()
    first = np.full(draws.n, -1)
    when = np.full(draws.n, never)
    counted = np.full((draws.n, REFERRALS), never)
    for occurrence in range(REFERRALS):
        served = (block.families["outcome"][:, occurrence] != Status.CLOSED) & (first < 0)
        first[served], when[served] = occurrence, tick[served]
        waiting = first < 0
        counted[waiting, occurrence] = tick[waiting]
        wait = hazard.quantile(1 - draws.one(Decision.REREFERRAL, occurrence=occurrence))
        gap = np.maximum(1, np.rint(np.minimum(wait, 1e3) * TICKS_PER_YEAR)).astype(np.int64)
        tick = tick + block.families["assessment"][:, occurrence] + gap
    return np.maximum(first, 0), when, counted


def select(block: Block, rows: Any) -> Block:
    """The families of ``rows`` only; their identities do not change."""
    families = {
        name: column[:, rows] if name in BY_OFFER else column[rows] for name, column in block.families.items()
    }
    slots = {name: column[:, rows] for name, column in block.slots.items()}
    slots["rows"] = np.nonzero(rows)[0]
    return Block(number=block.number, families=families, slots=slots)


def open_blocks(chance: Chance, values: Values) -> Iterator[tuple[Draws, Block]]:
    """Families whose case is open on the first day, with the time already spent at their level.

    The time already spent follows the equilibrium (length-biased) law of the level's own durations.
    """
    for level, count in values["opening.families"].items():
        status = LEVEL_STATUS[level]
        draws = Draws(chance=chance, block=OPENING_BLOCK + status, n=round(count))
        tilt = values["opening.tilt"][level]
        years = combined_hazard(values, status).equilibrium_quantile(draws.one(Decision.OPENING_ELAPSED))
        elapsed = np.rint(years * TICKS_PER_YEAR).astype(np.int64)
        # Children's ages are those of families who reach the level, grown by the time already spent there.
        block = build_block(draws, values, -elapsed, tilt)
        block.families["arrives"] = np.zeros(draws.n, dtype=np.int64)
        block.families["opening_status"][:] = status
        block.families["opening_elapsed"] = elapsed
        yield draws, block


def care_blocks(chance: Chance, values: Values, clock: Clock) -> Iterator[tuple[Draws, Block]]:
    """The opening cohort in care, children who returned home lately, those with special guardians, and
    those who arrive alone."""
    yield opening_cohort(chance, values)
    yield returned_recently(chance, values)
    yield with_guardians(chance, values)
    yield unaccompanied(chance, values, clock.horizon)


def one_child(
    draws: Draws, values: Values, arrives: Ints, age_years: Floats, *, closed: bool = True
) -> Block:
    """Families of one child of a given age, whose case is closed and who are not otherwise at risk."""
    block = build_block(draws, values, arrives)
    block.families["relationship"][:] = False
    if closed:
        block.families["opening_status"][:] = Status.CLOSED
    block.slots["present"][:] = False
    block.slots["present"][0] = True
    block.slots["born"][0] = arrives - np.rint(age_years * TICKS_PER_YEAR).astype(np.int64)
    return block


def spread(row: Any) -> Any:
    """A column of the first children as [SLOTS, n]."""
    table = np.zeros((SLOTS, len(row)), dtype=np.int64)
    table[0] = row
    return table


def opening_cohort(chance: Chance, values: Values) -> tuple[Draws, Block]:
    """Children looked after on the first day, by age, with stays in progress."""
    counts = {band: round(count) for band, count in values["care.opening"].items()}
    draws = Draws(chance=chance, block=CARE_BLOCK, n=sum(counts.values()))
    low = np.repeat([float(BROAD_STARTS[band][0]) for band in counts], list(counts.values()))
    high = np.repeat([float(BROAD_STARTS[band][1]) for band in counts], list(counts.values()))
    age = low + (high - low) * draws.one(Decision.OPENING_AGE)
    alone = np.arange(draws.n) >= draws.n - round(values["care.opening_unaccompanied"])
    stay, elapsed = opening_stays(values, age, draws.one(Decision.OPENING_STAY))
    stay = np.where(alone, Stay.LONG, stay)
    block = one_child(draws, values, np.zeros(draws.n, dtype=np.int64), age)
    block.slots["opening_stay"] = spread(stay)
    block.slots["opening_elapsed"] = spread(np.rint(elapsed * TICKS_PER_YEAR))
    block.slots["unaccompanied"] = spread(alone)
    return draws, block


def returned_recently(chance: Chance, values: Values) -> tuple[Draws, Block]:
    """Children who returned home in the years before the start and may come back."""
    years = values["care.returned_years"]
    n = round(values["care.returned_recently"] * years)
    draws = Draws(chance=chance, block=RETURNED_BLOCK, n=n)
    age = 1 + (BAND_STARTS[-1] - 2) * draws.one(Decision.OPENING_AGE)
    block = one_child(draws, values, np.zeros(n, dtype=np.int64), age)
    block.slots["opening_stay"] = spread(np.full(n, -1))
    block.slots["returned"] = spread(np.ones(n))
    elapsed = years * draws.one(Decision.OPENING_ELAPSED)
    block.slots["opening_elapsed"] = spread(np.rint(elapsed * TICKS_PER_YEAR))
    return draws, block


def with_guardians(chance: Chance, values: Values) -> tuple[Draws, Block]:
    """Children who live with a special guardian on the first day; some of these homes will break down."""
    draws = Draws(chance=chance, block=GUARDIAN_BLOCK, n=round(values["care.guardianship_opening"]))
    low, high = values["care.guardianship_age"].values()
    age = low + (high - low) * draws.one(Decision.OPENING_AGE)
    block = one_child(draws, values, np.zeros(draws.n, dtype=np.int64), age)
    block.slots["opening_stay"] = spread(np.full(draws.n, -1))
    block.slots["guardian"] = spread(np.ones(draws.n))
    return draws, block


def unaccompanied(chance: Chance, values: Values, horizon: int) -> tuple[Draws, Block]:
    """Unaccompanied asylum-seeking children: a stream of their own, which no service changes."""
    rate = values["care.unaccompanied_a_year"]
    draws = Draws(chance=chance, block=UNACCOMPANIED_BLOCK, n=enough(rate, horizon))
    arrives = arrivals(draws, rate)
    low, high = values["care.unaccompanied_age"].values()
    age = low + (high - low) * draws.one(Decision.OPENING_AGE)
    block = one_child(draws, values, arrives, age, closed=False)
    block.slots["opening_stay"] = spread(np.full(draws.n, -1))
    block.slots["unaccompanied"] = spread(np.ones(draws.n))
    return draws, select(block, arrives < horizon)
