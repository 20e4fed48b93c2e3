"""Effects in powers of their full strength, an effect that decays, and baselines that do not move."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from sim.foundations.ledger import ONE, fixed_point
from sim.model.compile import build_circumstances
from sim.model.effects import (
    EFFECTS,
    SOLVED,
    decay,
    effects_of,
    full_effect,
    powers,
    solved_multiplier,
    table,
)
from sim.model.pathway import baseline_factors, build_rules, reactive_factor, recentred, years_of
from sim.model.plan import POWERS
from sim.model.terms import SPECIALISTS, Channel, Offer
from sim.study.config import load_study
from sim.study.levers import Change
from sim.study.structure import Structure
from tests.model.staff import CLOCK, USUAL, day, days, scenario, values

ROOT = Path(__file__).resolve().parents[2]
ONES = (ONE,) * len(Channel)
ACTING = [offer for offer in Offer if offer not in SPECIALISTS]
BOTH = Structure(routes="both")


@pytest.mark.parametrize("offer", ACTING)
def test_none_of_an_effect_is_one_exactly_and_all_of_it_is_the_parameter(offer: Offer) -> None:
    given = values()
    rows = table(given, offer, USUAL)
    assert len(rows) == POWERS + 1
    assert rows[0] == ONES
    full = full_effect(given, offer, USUAL)
    assert rows[POWERS] == tuple(fixed_point(full.get(channel, 1.0)) for channel in Channel)
    assert rows[POWERS] != ONES


@pytest.mark.parametrize("offer", ACTING)
def test_an_effect_of_one_is_one_at_every_power(offer: Offer) -> None:
    given = values() | dict.fromkeys(EFFECTS[offer].values(), 1.0)
    assert set(table(given, offer, USUAL)) == {ONES}


def test_half_the_exponent_is_the_square_root() -> None:
    rows = table(values(effects__edge_of_care__entry=0.49), Offer.EDGE_OF_CARE, USUAL)
    assert rows[POWERS][Channel.EDGE] == fixed_point(0.36)
    assert rows[POWERS // 2][Channel.EDGE] == fixed_point(0.6)
    assert rows[POWERS // 2][Channel.COURT] == ONE


def test_an_effect_halves_on_the_log_scale_in_its_half_life() -> None:
    left = decay(values(effects__half_life_years=2.0), 49)
    assert [left[months] for months in (0, 24, 48)] == [ONE, ONE // 2, ONE // 4]
    assert left[12] == fixed_point(np.sqrt(0.5))


def test_a_change_of_an_effect_has_a_table_from_its_day() -> None:
    given = values()
    weaker = Change(parameter="effects.edge_of_care.entry", start=day(100), end=day(200), to=0.54)
    found = powers(given, scenario(weaker), CLOCK, Offer.EDGE_OF_CARE, USUAL)
    assert [tick for tick, _ in found] == [0, days(100), days(200)]
    usual = table(given, Offer.EDGE_OF_CARE, USUAL)
    assert found[0][1] == found[2][1] == usual
    # Half way between the ratios 0.49 and 0.59 of its table stands half way between 0.36 and 0.64.
    assert found[1][1][POWERS][Channel.EDGE] == fixed_point(0.5)
    assert found[1][1][POWERS][Channel.RETURN_HOME] == usual[POWERS][Channel.RETURN_HOME]
    others = powers(given, scenario(weaker), CLOCK, Offer.FAMILY_SAFEGUARDING, USUAL)
    assert len(others) == 1


def test_a_change_of_the_solved_effect_goes_through_its_table() -> None:
    weaker = Change(parameter="effects.fgc_pre_proceedings", start=dt.date(2024, 4, 1), to=0.9)
    found = powers(values(), scenario(weaker), CLOCK, Offer.CONFERENCE_PRE_PROCEEDINGS, USUAL)
    assert [rows[POWERS][Channel.ISSUE] for _, rows in found] == [fixed_point(0.7), fixed_point(0.85)]


def test_specialists_have_no_effect_of_their_own() -> None:
    assert all(powers(values(), scenario(), CLOCK, offer, USUAL) == () for offer in SPECIALISTS)


def test_services_move_no_level_but_through_the_channels_that_are_declared() -> None:
    for offer in Offer:
        assert set(full_effect(values(), offer, USUAL)) == set(EFFECTS.get(offer, {}))
    assert Channel.STEP_UP not in EFFECTS[Offer.EDGE_OF_CARE]
    assert not {Channel.STEP_UP, Channel.ISSUE} & set(EFFECTS[Offer.FAMILY_SAFEGUARDING])


def test_services_act_on_each_other_s_route_only_in_the_structure_that_says_so() -> None:
    assert Channel.COURT not in effects_of(Offer.EDGE_OF_CARE, USUAL)
    assert full_effect(values(), Offer.EDGE_OF_CARE, BOTH)[Channel.COURT] == 0.95
    assert full_effect(values(), Offer.FAMILY_SAFEGUARDING, USUAL)[Channel.BREAKDOWN] == 0.9
    assert full_effect(values(), Offer.FAMILY_SAFEGUARDING, BOTH)[Channel.BREAKDOWN] == 0.64
    others = [offer for offer in Offer if offer not in (Offer.EDGE_OF_CARE, Offer.FAMILY_SAFEGUARDING)]
    assert all(effects_of(offer, BOTH) == effects_of(offer, USUAL) for offer in others)


@pytest.mark.parametrize("routes", ["mainly own", "both", "correlated"])
def test_a_ratio_of_all_starts_is_one_multiplier_on_both_routes(routes: str) -> None:
    area = Structure(family_safeguarding_effect="whole area", routes=routes)
    found = full_effect(values(), Offer.FAMILY_SAFEGUARDING, area)
    assert found[Channel.COURT] == found[Channel.BREAKDOWN] == pytest.approx(0.49)
    own = full_effect(values(), Offer.FAMILY_SAFEGUARDING, USUAL)
    assert (found[Channel.PLAN_START], found[Channel.PLAN_END]) == (
        own[Channel.PLAN_START],
        own[Channel.PLAN_END],
    )
    others = [offer for offer in Offer if offer != Offer.FAMILY_SAFEGUARDING]
    assert all(effects_of(offer, area) == effects_of(offer, Structure(routes=routes)) for offer in others)


def test_every_conference_brings_the_family_network_in() -> None:
    for offer in (Offer.CONFERENCE_EARLY, Offer.CONFERENCE_PRE_PROCEEDINGS, Offer.CONFERENCE_AT_EDGE):
        assert table(values(), offer, USUAL)[POWERS][Channel.NETWORK] == fixed_point(1.3)


def test_a_solved_multiplier_is_read_from_the_table() -> None:
    given = values(effects__fgc_pre_proceedings=0.9)
    assert solved_multiplier(given) == pytest.approx(0.85)
    for channel in (Channel.ISSUE, Channel.COURT, Channel.BREAKDOWN):
        assert full_effect(given, Offer.CONFERENCE_PRE_PROCEEDINGS, USUAL)[channel] == pytest.approx(0.85)


@pytest.mark.parametrize("name", SOLVED)
def test_a_ratio_of_one_is_a_multiplier_of_one_in_every_table(name: str) -> None:
    assert solved_multiplier(values() | {name: 1.0}, name) == 1.0
    study = load_study(ROOT / "configs" / "bury.yaml")
    assert solved_multiplier(dict(study.values(0)) | {name: 1.0}, name) == 1.0


@pytest.mark.parametrize("name", SOLVED)
def test_beyond_its_table_a_ratio_stands_at_the_nearest_end(name: str) -> None:
    table = values()[SOLVED[name]]
    assert solved_multiplier(values() | {name: 0.01}, name) == next(iter(table.values()))
    assert solved_multiplier(values() | {name: 3.0}, name) == 1.0


def test_a_table_of_ones_leaves_all_at_one() -> None:
    given = values() | {table: dict.fromkeys(values()[table], 1.0) for table in SOLVED.values()}
    area = Structure(family_safeguarding_effect="whole area")
    assert full_effect(given, Offer.EDGE_OF_CARE, USUAL)[Channel.EDGE] == 1.0
    assert full_effect(given, Offer.FAMILY_SAFEGUARDING, area)[Channel.COURT] == 1.0
    assert full_effect(given, Offer.FAMILY_SAFEGUARDING, area)[Channel.BREAKDOWN] == 1.0
    assert set(full_effect(given, Offer.CONFERENCE_PRE_PROCEEDINGS, USUAL).values()) == {1.0, 1.3}


def test_the_reactive_service_is_recentred_by_what_its_table_says() -> None:
    given = values(services__edge_of_care__reactive_share=0.5) | {
        "services.edge_of_care.baseline_coverage": 0.25
    }
    assert reactive_factor(given, USUAL) == 1.0
    # The ratio 0.49 is the multiplier 0.36; half of the exponent is 0.6.
    before = Structure(edge_of_care_before="reactive")
    assert reactive_factor(given, before) == pytest.approx(1 / (0.75 + 0.25 * 0.6))


def test_a_baseline_is_recentred_so_that_its_effect_moves_no_flow() -> None:
    covered = 0.6
    given = values() | {
        "services.early_help.baseline_coverage": covered,
        "services.family_group_conference.baseline_coverage_early": 0.1,
        "services.family_group_conference.baseline_coverage_pre": 0.25,
    }
    for multiplier in (0.68, 0.85, 1.05):
        given["effects.early_help.step_up"] = multiplier
        factor = recentred(given, "services.early_help.baseline_coverage", multiplier)
        assert factor * (covered * multiplier + 1 - covered) == pytest.approx(1.0)
        assert baseline_factors(given)["early help step up"] == pytest.approx(factor)


def test_without_effects_no_baseline_moves() -> None:
    given = values() | {
        "services.early_help.baseline_coverage": 0.6,
        "services.family_group_conference.baseline_coverage_early": 0.1,
        "services.family_group_conference.baseline_coverage_pre": 0.25,
        "solved.fgc_pre_proceedings": {"0.60": 0.5, "1.00": 1.0},
    }
    given.update({name: 1.0 for names in EFFECTS.values() for name in names.values()})
    assert set(baseline_factors(given).values()) == {1.0}


def test_draw_zero_has_no_drift_and_others_have_one_a_year() -> None:
    study = load_study(ROOT / "configs" / "bury.yaml")

    def levels(draw: int) -> list[int]:
        given = study.values(draw)
        years = years_of(given, study.clock, study.seed, draw)
        return [level for _, level in build_rules(given, study.clock, years, study.structure).years]

    assert set(levels(0)) == {ONE}
    assert len(set(levels(1))) == len(study.clock.years)
    assert levels(1) == levels(1)


def test_stays_end_at_a_level_of_the_year_that_is_drawn_for_itself() -> None:
    study = load_study(ROOT / "configs" / "bury.yaml")
    central, drawn = (build_circumstances(study, draw, 0).rules for draw in (0, 1))
    assert {level for _, level in central.exit_years} == {ONE}
    levels = [level for _, level in drawn.exit_years]
    assert len(set(levels)) == len(study.clock.years)
    assert levels != [level for _, level in drawn.years]


def test_the_level_of_exits_moves_every_kind_of_stay() -> None:
    study = load_study(ROOT / "configs" / "bury.yaml")
    usual = build_circumstances(study, 0, 0).rules
    faster = build_circumstances(study.replace({"uncertainty.exit_level": 2.0}), 0, 0).rules
    for before, after in zip(
        (*usual.exit_rate, *usual.exit_long), (*faster.exit_rate, *faster.exit_long), strict=True
    ):
        assert after == pytest.approx(2 * before, rel=1e-6)
