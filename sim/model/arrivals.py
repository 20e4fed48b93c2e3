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
from sim.model.population import Block, Draws, assessments, outcomes
from sim.model.terms import BAND_STARTS, REFERRALS, Status, Stay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.foundations.clock import Clock
    from sim.model.population import Flags, Floats, Ints, Values

LAYER_RATE = 400.0
"""Families referred a year in one layer of demand. Changing it renames every family."""

OPENING_BLOCK = 100
FURTHER_BLOCK = 10_000
"""Where the layers of demand go on that would otherwise meet the other blocks: authorities of more than
some twenty times Bury's size."""
CARE_BLOCK, RETURNED_BLOCK, UNACCOMPANIED_BLOCK, GUARDIAN_BLOCK = 200, 201, 202, 203
BROAD_STARTS = {"under 1": (0, 1), "1-4": (1, 5), "5-9": (5, 10), "10-15": (10, 16), "16-17": (16, 18)}


def arrivals(draws: Draws, rate: float) -> Ints:
    """Ticks of a Poisson stream of ``rate`` a year, some of them beyond the horizon: [n]. At a rate of nought
    nobody ever comes."""
    if not rate:
        return np.full(draws.n, np.iinfo(np.int64).max // 2)
    gaps = Exponential(mean=TICKS_PER_YEAR / rate).quantile(draws.one(Decision.ARRIVAL_GAP))
    return np.cumsum(np.maximum(1, np.rint(gaps)).astype(np.int64))


def enough(rate: float, horizon: int) -> int:
    """More arrivals than a Poisson stream has before the horizon but once in a billion runs."""
    mean = rate * horizon / TICKS_PER_YEAR
    return int(mean + 6 * mean**0.5 + 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Referrals of one layer of demand."""

    block: Block
    """The families who reach a service."""
    threshold: Floats
    """[families] share of the study's demand, on the day of the first referral, above which they come."""
    first: Ints
    """[families] tick of the very first referral."""
    counted: Ints
    """Ticks of the referrals that lead to no service."""
    counted_again: Flags
    """Which of them came within a year of another."""
    counted_threshold: Floats
    counted_first: Ints


def block_of(layer: int) -> int:
    """The block of a layer of demand; no two origins of families share one."""
    return layer if layer < OPENING_BLOCK else FURTHER_BLOCK + layer


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
        draws = Draws.of_block(chance, block_of(layer), enough(LAYER_RATE, horizon))
        arrives = arrivals(draws, LAYER_RATE)
        year = np.clip(np.searchsorted(starts, arrives, side="right") - 1, 0, len(years) - 1)
        rank = (layer + draws.one(Decision.ARRIVAL_KEPT)) * LAYER_RATE
        threshold = rank / demand[year]
        # Those known before come first, so that more demand leaves them as they are.
        returned = np.array(returning[: len(years)])[year] * years[year]
        known = rank < returned
        # The longer the run has gone on, the fewer of these had their last referral less than a year ago.
        lately_known = known & (rank * TICKS_PER_YEAR >= returned * arrives)
        kept = (threshold < peak) & (arrives < horizon)
        draws, arrives, threshold = draws.of(kept), arrives[kept], threshold[kept]
        known, lately_known = known[kept], lately_known[kept]
        first, when, counted, lately = first_service(draws, arrives, values)
        lately[:, 0] = lately_known
        served = when < horizon
        row, column = np.nonzero(counted < horizon)
        yield Layer(
            # Children's ages are set at the very first referral: by the time of a service they have grown.
            block=Block(
                draws=draws.of(served),
                seen=arrives[served],
                given={
                    "arrives": when[served],
                    "first_referral": first[served],
                    "known_before": known[served],
                    "again": lately[served, first[served]],
                },
            ),
            threshold=threshold[served],
            first=arrives[served],
            counted=counted[row, column],
            counted_again=lately[row, column],
            counted_threshold=threshold[row],
            counted_first=arrives[row],
        )


def first_service(draws: Draws, arrives: Ints, values: Values) -> tuple[Ints, Ints, Ints, Flags]:
    """The referral that first leads to a service, its tick, ticks of those before, and which came within a
    year of the one before: [n], [n], [n, R], [n, R]."""
    hazard = StepHazard(bounds=(0.0, 1.0), rates=tuple(values["demand.re_referral"].values()))
    outcome, assessment = outcomes(draws, values), np.asarray(assessments(draws, values))
    wait = hazard.quantile(1 - draws.many(Decision.REREFERRAL, REFERRALS))
    gap = np.maximum(1, np.rint(np.minimum(wait, 1e3) * TICKS_PER_YEAR)).astype(np.int64)
    lasts = np.cumsum(assessment + gap, axis=1)
    tick = arrives[:, None] + np.pad(lasts[:, :-1], ((0, 0), (1, 0)))
    lately = np.pad((assessment + gap)[:, :-1] <= TICKS_PER_YEAR, ((0, 0), (1, 0)))
    serves = outcome != Status.CLOSED
    first = np.argmax(serves, axis=1)
    never = np.iinfo(np.int64).max // 2
    when = np.where(serves.any(axis=1), tick[np.arange(draws.n), first], never)
    before = np.cumsum(serves, axis=1) == 0
    return first, when, np.where(before, tick, never), lately


def open_blocks(chance: Chance, values: Values) -> Iterator[Block]:
    """Families whose case is open on the first day, with the time already spent at their level.

    The time already spent follows the equilibrium (length-biased) law of the level's own durations.
    """
    for level, count in values["opening.families"].items():
        status = LEVEL_STATUS[level]
        draws = Draws.of_block(chance, OPENING_BLOCK + status, round(count))
        years = combined_hazard(values, status).equilibrium_quantile(draws.one(Decision.OPENING_ELAPSED))
        elapsed = np.rint(years * TICKS_PER_YEAR).astype(np.int64)
        # Children's ages are those of families who reach the level, grown by the time already spent there.
        yield Block(
            draws=draws,
            seen=-elapsed,
            given={
                "opening_status": np.full(draws.n, int(status)),
                "opening_elapsed": elapsed,
                "known_before": np.full(draws.n, True),
                "tilt": np.full(draws.n, float(values["opening.tilt"][level])),
            },
        )


def care_blocks(chance: Chance, values: Values, clock: Clock) -> Iterator[Block]:
    """The opening cohort in care, children who returned home lately, those with special guardians, and
    those who arrive alone."""
    yield opening_cohort(chance, values)
    yield returned_recently(chance, values)
    yield with_guardians(chance, values)
    yield unaccompanied(chance, values, clock.horizon)


def only_children(draws: Draws, age_years: Floats, **given: Any) -> Block:
    """Families of one child of a given age on the first day, whose case is closed."""
    return Block(
        draws=draws,
        seen=np.zeros(draws.n, dtype=np.int64),
        given={"only_child": age_years, "opening_status": np.full(draws.n, int(Status.CLOSED)), **given},
    )


def in_ticks(years: Floats) -> Ints:
    """Lengths in years as whole ticks."""
    return np.rint(years * TICKS_PER_YEAR).astype(np.int64)


def opening_cohort(chance: Chance, values: Values) -> Block:
    """Children looked after on the first day, by age, with stays in progress."""
    counts = {band: round(count) for band, count in values["care.opening"].items()}
    draws = Draws.of_block(chance, CARE_BLOCK, sum(counts.values()))
    low = np.repeat([float(BROAD_STARTS[band][0]) for band in counts], list(counts.values()))
    high = np.repeat([float(BROAD_STARTS[band][1]) for band in counts], list(counts.values()))
    age = low + (high - low) * draws.one(Decision.OPENING_AGE)
    alone = np.arange(draws.n) >= draws.n - round(values["care.opening_unaccompanied"])
    stay, elapsed = opening_stays(values, age, draws.one(Decision.OPENING_STAY))
    return only_children(
        draws,
        age,
        opening_stay=np.where(alone, int(Stay.LONG), stay),
        stay_elapsed=in_ticks(elapsed),
        unaccompanied=alone,
    )


def returned_recently(chance: Chance, values: Values) -> Block:
    """Children who returned home in the years before the start and may come back."""
    years = values["care.returned_years"]
    draws = Draws.of_block(chance, RETURNED_BLOCK, round(values["care.returned_recently"] * years))
    age = 1 + (BAND_STARTS[-1] - 2) * draws.one(Decision.OPENING_AGE)
    elapsed = in_ticks(years * draws.one(Decision.OPENING_ELAPSED))
    return only_children(draws, age, returned=np.full(draws.n, True), stay_elapsed=elapsed)


def with_guardians(chance: Chance, values: Values) -> Block:
    """Children who live with a special guardian on the first day; some of these homes will break down."""
    draws = Draws.of_block(chance, GUARDIAN_BLOCK, round(values["care.guardianship_opening"]))
    low, high = values["care.guardianship_age"].values()
    age = low + (high - low) * draws.one(Decision.OPENING_AGE)
    return only_children(draws, age, guardian=np.full(draws.n, True))


def unaccompanied(chance: Chance, values: Values, horizon: int) -> Block:
    """Unaccompanied asylum-seeking children: a stream of their own, which no service changes."""
    rate = values["care.unaccompanied_a_year"]
    draws = Draws.of_block(chance, UNACCOMPANIED_BLOCK, enough(rate, horizon))
    arrives = arrivals(draws, rate)
    draws, arrives = draws.of(arrives < horizon), arrives[arrives < horizon]
    low, high = values["care.unaccompanied_age"].values()
    age = low + (high - low) * draws.one(Decision.OPENING_AGE)
    return Block(
        draws=draws,
        seen=arrives,
        given={"arrives": arrives, "only_child": age, "unaccompanied": np.full(draws.n, True)},
    )
