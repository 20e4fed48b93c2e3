"""Referrals against Poisson, stays in progress against renewal theory, and who is counted where."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from sim.experiment.solve_conference import TRIAL_BLOCK
from sim.foundations.addressed import Addressed
from sim.foundations.clock import TICKS_PER_YEAR, Clock
from sim.foundations.randomness import Chance, Decision
from sim.model.arrivals import (
    CARE_BLOCK,
    GUARDIAN_BLOCK,
    LAYER_RATE,
    OPENING_BLOCK,
    RETURNED_BLOCK,
    UNACCOMPANIED_BLOCK,
    block_of,
    referral_blocks,
)
from sim.model.care import opening_stays
from sim.model.compile import build_circumstances
from sim.model.plan import OCCURRENCES
from sim.model.terms import Offer, Status, Stay
from tests.worlds import circumstances, small_bury

YEAR = Clock(dt.date(2023, 4, 1), dt.date(2024, 4, 1))
RUNS = 120


def demand_of(rate: float, returning: float = 0.0) -> dict[str, Any]:
    values = dict(small_bury().values(0))
    values["demand.families_referred"] = rate
    values["demand.returning"] = dict.fromkeys(values["demand.returning"], returning)
    return values


def test_a_stream_of_nobody_brings_nobody() -> None:
    study = small_bury().replace({"care.unaccompanied_a_year": 0.0})
    alone = build_circumstances(study, 0, 0).children.unaccompanied.sum()
    assert alone == study.values(0)["care.opening_unaccompanied"]
    assert circumstances().children.unaccompanied.sum() > alone


@pytest.mark.parametrize("rate", [0.75 * LAYER_RATE, 1.4 * LAYER_RATE])
def test_thinned_arrivals_are_poisson(rate: float) -> None:
    """A quarter thinned from one layer; a whole layer and four tenths of the next."""
    counts = np.array(
        [
            sum(
                len({*layer.first.tolist(), *layer.counted_first.tolist()})
                for layer in referral_blocks(Chance(5, 0, run), demand_of(rate), YEAR, np.ones(1))
            )
            for run in range(RUNS)
        ]
    )
    mean = rate * YEAR.horizon / TICKS_PER_YEAR
    assert abs(counts.mean() - mean) < 4 * np.sqrt(mean / RUNS)
    # For Poisson counts the variance over the mean has standard error sqrt(2 / (n - 1)).
    assert abs(counts.var(ddof=1) / mean - 1) < 4 * np.sqrt(2 / (RUNS - 1))


def test_arrivals_are_even_over_the_year_and_follow_the_level_of_each_year() -> None:
    two = Clock(dt.date(2023, 4, 1), dt.date(2025, 4, 1))
    firsts = []
    for run in range(15):
        for layer in referral_blocks(Chance(6, 0, run), demand_of(300.0), two, np.array([1.0, 0.5])):
            at_once = layer.block.given["first_referral"] == 0
            assert (layer.block.given["arrives"][at_once] == layer.first[at_once]).all()
            # A family of whom a referral is counted and one is served shows in both, once each.
            firsts += sorted({*layer.first.tolist(), *layer.counted_first.tolist()})
    ticks = np.array(firsts)
    ticks = ticks[ticks < two.horizon]
    first, second = (ticks < two.years[0].end).sum(), (ticks >= two.years[0].end).sum()
    assert abs(first - 2 * second) < 4 * np.sqrt(first + 4 * second)
    quarters = np.bincount(ticks[ticks < two.years[0].end] * 4 // two.years[0].end, minlength=4)
    assert ((quarters - quarters.mean()) ** 2 / quarters.mean()).sum() < 21.1, "chi-squared, 3 degrees"


def test_returning_families_add_to_those_referred() -> None:
    def kept(values: dict[str, Any]) -> list[int]:
        blocks = referral_blocks(Chance(1, 0, 0), values, YEAR, np.ones(1))
        return [family for layer in blocks for family in layer.block.ids.tolist()]

    assert kept(demand_of(300.0, 90.0)) == kept(demand_of(390.0))


def test_families_who_return_are_known_before() -> None:
    def families(values: dict[str, Any], peak: float = 1.0) -> dict[int, bool]:
        blocks = [one.block for one in referral_blocks(Chance(1, 0, 0), values, YEAR, np.ones(1), peak)]
        pairs = [
            zip(block.ids.tolist(), block.given["known_before"].tolist(), strict=True) for block in blocks
        ]
        return dict(pair for some in pairs for pair in some)

    fresh, both = families(demand_of(300.0)), families(demand_of(300.0, 90.0))
    assert not any(fresh.values())
    assert 0 < sum(both.values()) < 0.5 * len(both)
    # They stay the same families when more are referred, by the study or by a lever.
    more = families(demand_of(400.0, 90.0))
    known = {family for family, before in both.items() if before}
    assert {family for family, before in more.items() if before} == known
    assert {family for family, before in families(demand_of(300.0, 90.0), 1.6).items() if before} == known


def test_a_referral_within_a_year_of_the_one_before_is_marked() -> None:
    # Every assessment ends without a service, takes about 35 days, and the next referral follows in weeks.
    values = demand_of(300.0)
    never = {**dict.fromkeys(values["demand.outcome"], 0.0), "no further action": 1.0}
    for rate, lately in ((50.0, True), (1e-9, False)):
        often = {**values, "demand.outcome": never, "demand.re_referral": {"first year": rate, "later": rate}}
        (layer,) = referral_blocks(Chance(1, 0, 0), often, YEAR, np.ones(1))
        families = len(np.unique(layer.counted_first))
        assert layer.counted_again.sum() == len(layer.counted) - families
        assert bool(layer.counted_again.any()) is lately


def referred(values: dict[str, Any], clock: Clock, run: int = 0) -> Any:
    (layer,) = referral_blocks(Chance(3, 0, run), values, clock, np.ones(len(clock.years)))
    return layer


def outcomes(values: dict[str, Any], always: str, first_year: float, later: float) -> dict[str, Any]:
    """Every assessment ends alike, and closed families return at these rates."""
    shares = {**dict.fromkeys(values["demand.outcome"], 0.0), always: 1.0}
    again = {"first year": first_year, "later": later}
    return {**values, "demand.outcome": shares, "demand.re_referral": again}


def test_a_referral_a_year_after_the_one_before_is_not_marked() -> None:
    three = Clock(dt.date(2023, 4, 1), dt.date(2026, 4, 1))
    # Nobody comes back within a year of closing, everybody in the weeks after.
    layer = referred(outcomes(demand_of(300.0), "no further action", 0.0, 50.0), three)
    assert len(layer.counted) > 1.5 * len(np.unique(layer.counted_first))
    assert not layer.counted_again.any()


def test_of_families_known_before_fewer_had_come_lately_the_longer_ago_the_first_day_is() -> None:
    two = Clock(dt.date(2023, 4, 1), dt.date(2025, 4, 1))
    values = outcomes(demand_of(0.0, 390.0), "no further action", 1e-9, 1e-9)
    layers = [referred(values, two, run) for run in range(10)]
    ticks = np.concatenate([layer.counted for layer in layers])
    lately = np.concatenate([layer.counted_again for layer in layers])
    # All on the first day, none after a year: 7 of 8 in the first quarter, 1 of 8 in the last.
    for quarter, share in ((0, 7 / 8), (1, 5 / 8), (3, 1 / 8)):
        those = lately[ticks * 4 // TICKS_PER_YEAR == quarter]
        assert abs(those.mean() - share) < 4 * np.sqrt(share * (1 - share) / len(those))
    assert not lately[ticks > TICKS_PER_YEAR].any()
    # Whom a service takes on at once carries the same mark.
    served = referred(outcomes(demand_of(0.0, 390.0), "child in need", 1e-9, 1e-9), two)
    counted = dict(zip(layers[0].counted.tolist(), layers[0].counted_again.tolist(), strict=True))
    given = served.block.given
    assert dict(zip(given["arrives"].tolist(), given["again"].tolist(), strict=True)) == counted


def test_only_families_known_before_had_an_earlier_plan() -> None:
    def people(share: float) -> Any:
        given = build_circumstances(small_bury().replace({"opening.earlier_plan": share}), 0, 0)
        families, level = given.families, given.families.opening_status
        opening = (level >= Status.EARLY_HELP) & (level < Status.CLOSED)
        return opening, families.id < 100 * 1_000_000, families

    opening, referred_to, families = people(1.0)
    assert families.earlier_plan[opening].all()
    assert 0 < families.earlier_plan[referred_to].mean() < 0.7
    assert not families.earlier_plan[~opening & ~referred_to].any()
    known = families.earlier_plan
    assert not people(0.0)[2].earlier_plan.any()
    part = people(0.2)[2].earlier_plan
    assert not (part & ~known).any()
    assert abs(part[known].mean() - 0.2) < 4 * np.sqrt(0.2 * 0.8 / known.sum())


def test_a_demand_shock_adds_families_to_those_who_come_anyway_and_moves_none() -> None:
    plain = list(referral_blocks(Chance(1, 0, 0), demand_of(300.0), YEAR, np.ones(1)))
    shocked = list(referral_blocks(Chance(1, 0, 0), demand_of(300.0), YEAR, np.ones(1), 1.6))
    (alone,), (first, _) = plain, shocked
    came = dict(zip(first.block.ids.tolist(), first.block.given["arrives"].tolist(), strict=True))
    for family, arrives in zip(alone.block.ids.tolist(), alone.block.given["arrives"].tolist(), strict=True):
        assert came[family] == arrives
    # 300 of the 480 families a year that 1.6 times the demand brings come below a threshold of one.
    assert {layer.threshold.max() < 1.6 for layer in shocked} == {True}
    assert (first.threshold < 1).sum() == len(alone.threshold)
    total = sum(len(layer.threshold) for layer in shocked)
    assert abs(total - 1.6 * len(alone.threshold)) < 4 * np.sqrt(2.56 * len(alone.threshold))


def test_whose_referrals_all_end_without_a_service_is_counted_and_not_simulated() -> None:
    given = circumstances(0, 0)
    referred = given.families.opening_status < 0
    row = np.arange(len(given.families.id))
    outcome = given.families.outcome[row, given.families.first_referral]
    layers = given.families.id < 100 * 1_000_000
    assert (outcome[layers & referred] != Status.CLOSED).all()
    assert given.counted_referrals.min() >= 0
    assert given.counted_referrals.max() < small_bury().clock.horizon
    share = small_bury().values(0)["demand.outcome"]["no further action"]
    first = (given.families.first_referral == 0)[layers].sum()
    assert 0 < first < layers.sum()
    assert 0.3 < share < 0.9


# Those in care on the first day


def steady(mix: dict[str, float], hazard: float, medium: float = 2.0) -> dict[str, Any]:
    """Even starts at every age, one hazard at every age, one mix of stays."""
    values = dict(small_bury().values(0))
    widths = {"under 1": 1, "1-4": 4, "5-9": 5, "10-12": 3, "13-15": 3, "16-17": 2}
    values["care.starts_by_age"] = {band: float(width) for band, width in widths.items()}
    values["care.exit.long"] = dict.fromkeys(widths, hazard)
    values["care.exit.long_first_half_year"] = 1.0
    values["care.exit.medium"] = medium
    values["care.stay.court"] = values["care.stay.breakdown"] = mix
    return values


@pytest.mark.parametrize("hazard", [0.5, 2.0])
def test_stays_in_progress_under_a_constant_hazard_are_of_exponential_age(hazard: float) -> None:
    n = 4000
    rng = np.random.default_rng(3)
    age = 15 + 2.9 * rng.uniform(size=n)
    mix = {"short": 0.0, "medium": 0.0, "long": 1.0}
    stay, elapsed = opening_stays(steady(mix, hazard), age, rng.uniform(size=n))
    assert (stay == Stay.LONG).all()
    # Elapsed time has density hazard x exp(-hazard x t), cut off at birth; starts lie on a grid of months.
    lost = np.exp(-hazard * age)
    expected = (1 / hazard - age * lost / (1 - lost)).mean()
    assert abs(elapsed.mean() - expected) < 4 * elapsed.std() / np.sqrt(n) + 0.01 * expected
    for quantile in (0.25, 0.5, 0.9):
        at = -np.log1p(-quantile) / hazard
        assert abs((elapsed <= at).mean() - quantile) < 4 * np.sqrt(quantile * (1 - quantile) / n) + 0.02
    assert (elapsed <= age).all()


def test_longer_stays_are_met_in_proportion_to_their_length() -> None:
    n = 4000
    rng = np.random.default_rng(4)
    age = np.full(n, 17.5)
    mix = {"short": 0.0, "medium": 0.5, "long": 0.5}
    stay, _ = opening_stays(steady(mix, 0.5, medium=2.0), age, rng.uniform(size=n))
    met = {rate: (1 - np.exp(-rate * 17.5)) / rate for rate in (0.5, 2.0)}
    expected = met[0.5] / (met[0.5] + met[2.0])
    share = (stay == Stay.LONG).mean()
    # Four of five: the stays are four times as long.
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / n) + 0.01


def test_the_opening_cohort_is_as_large_and_as_old_as_the_study_says() -> None:
    given, values = circumstances(0, 0), small_bury().values(0)
    children = given.children
    inside = children.opening_stay >= 0
    assert inside.sum() == sum(values["care.opening"].values())
    age = -children.born[inside] / TICKS_PER_YEAR
    bounds = np.array([0, 1, 5, 10, 16, 18])
    counts = np.bincount(np.searchsorted(bounds, age, side="right") - 1, minlength=5)
    assert counts.tolist() == list(values["care.opening"].values())
    assert (children.opening_elapsed[inside] <= -children.born[inside]).all()
    assert children.unaccompanied[inside].sum() == values["care.opening_unaccompanied"]
    returned = values["care.returned_recently"] * values["care.returned_years"]
    assert children.returned.sum() == returned
    opening = given.families.opening_status
    for level, status in (("early help", Status.EARLY_HELP), ("proceedings", Status.PROCEEDINGS)):
        assert (opening == status).sum() == values["opening.families"][level]


def test_no_layer_of_demand_shares_its_block_with_another_origin() -> None:
    """An authority of more than a hundred layers once gave families of two origins one identity."""
    layers = {block_of(layer) for layer in range(500)}
    statuses = {OPENING_BLOCK + status for status in Status}
    others = {CARE_BLOCK, RETURNED_BLOCK, UNACCOMPANIED_BLOCK, GUARDIAN_BLOCK, TRIAL_BLOCK, *statuses}
    assert len(layers) == 500
    assert not layers & others
    assert [block_of(layer) for layer in range(100)] == list(range(100))


def test_no_two_numbers_of_a_family_or_child_hang_on_one_decision() -> None:
    """Each column asks chance something of its own; and offers differ by their slots."""
    given = build_circumstances(small_bury(), 0, 0)
    asked = []
    for people in (given.families, given.children):
        for name in people.__slots__:
            numbers = getattr(people, name)
            for one in numbers if isinstance(numbers, tuple) else (numbers,):
                if isinstance(one, Addressed):
                    asked.append((one.key, one.slot if isinstance(one.slot, int) else "child"))
                    assert one.occurrences == OCCURRENCES[name]
    assert len(asked) == len(OCCURRENCES) - 1 - 3 + 3 * len(Offer)  # where referrals lead is a table
    assert len(set(asked)) == len(asked)


def test_each_column_asks_what_it_is_called() -> None:
    """A fingerprint of which decision each column hangs on: to change one is to change results."""
    given = build_circumstances(small_bury(), 0, 0)
    assert {
        name: next(d.value for d in Decision if given.chance.key(d) == getattr(people, name).key)
        for people in (given.families, given.children)
        for name in people.__slots__
        if isinstance(getattr(people, name), Addressed)
    } == {
        "assessment": "assessment length",
        "rereferral": "re-referral",
        "step_up": "step up",
        "step_down": "step down",
        "to_early_help": "closes to early help",
        "plan_start": "plan start",
        "court": "court",
        "no_warning": "no warning",
        "picks": "child without warning",
        "panel": "panel refuses",
        "order": "order with kin",
        "crisis": "crisis",
        "edge": "edge of care",
        "heard": "crisis heard",
        "heard_in_care": "entry heard",
        "joins": "sibling joins",
        "stay": "stay class",
        "stay_end": "stay end",
        "leaving": "stay kind",
        "placement": "placement",
        "kin": "placed with kin",
        "settled": "placement breaks down",
        "moved_to": "placement after breakdown",
    }
