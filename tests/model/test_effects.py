"""Effects by month: fidelity that grows, an effect that decays, and baselines that do not move."""

import datetime as dt

import numpy as np
import pytest

from sim.foundations.ledger import NEVER, ONE, fixed_point
from sim.model.compile import build_circumstances
from sim.model.effects import EFFECTS, full_effect, solved_multiplier, tables
from sim.model.pathway import baseline_factors, recentred
from sim.model.services import fidelity, opening
from sim.model.terms import Channel, Offer, Team
from sim.study.scenario import Scenario, Training
from tests.worlds import (
    NO_CHANGE,
    both,
    circumstances,
    days,
    edge_of_care,
    small_bury,
    small_plan,
    without_effects,
)

CLOCK = small_bury().clock
VALUES = small_bury().values(0)


@pytest.mark.parametrize("offer", list(Offer))
def test_without_fidelity_or_without_effect_every_multiplier_is_exactly_one(offer: Offer) -> None:
    ones = (ONE,) * len(Channel)
    for values, grows in ((VALUES, np.zeros(6)), (without_effects(small_bury()).values(1), np.ones(6))):
        during, after = tables(values, offer, grows)
        assert set(during) == {ones}
        assert {row for month in after for row in month} == {ones}


def test_an_effect_halves_on_the_log_scale_in_its_half_life() -> None:
    values = {**VALUES, "effects.half_life_years": 1.0, "effects.family_safeguarding.court": 0.64}
    during, after = tables(values, Offer.FAMILY_SAFEGUARDING, np.ones(25))
    assert during[3][Channel.COURT] == fixed_point(0.64)
    assert [after[5][months][Channel.COURT] for months in (0, 12, 24)] == [
        fixed_point(0.64),
        fixed_point(0.8),
        fixed_point(np.sqrt(0.8)),
    ]
    assert during[3][Channel.STEP_UP] == ONE


def test_fidelity_is_a_power_of_the_multiplier() -> None:
    values = {**VALUES, "effects.edge_of_care.entry": 0.49}
    during, _ = tables(values, Offer.EDGE_OF_CARE, np.array([0.0, 0.5, 1.0]))
    assert [row[Channel.EDGE] for row in during] == [ONE, fixed_point(0.7), fixed_point(0.49)]


def test_a_conference_does_nothing_before_it_has_met() -> None:
    for offer in (Offer.CONFERENCE_EARLY, Offer.CONFERENCE_PRE_PROCEEDINGS):
        during, after = tables(VALUES, offer, np.ones(4))
        assert set(during) == {(ONE,) * len(Channel)}
        assert after[0][0] != (ONE,) * len(Channel)


def test_services_move_no_level_but_through_the_channels_that_are_declared() -> None:
    for offer in Offer:
        moved = full_effect(VALUES, offer)
        assert set(moved) == set(EFFECTS[offer])
    assert Channel.STEP_UP not in EFFECTS[Offer.EDGE_OF_CARE]
    assert not {Channel.STEP_UP, Channel.ISSUE} & set(EFFECTS[Offer.FAMILY_SAFEGUARDING])


def test_a_solved_multiplier_is_read_from_the_table() -> None:
    table = {"0.60": 0.5, "0.80": 0.7, "1.00": 1.0}
    values = {**VALUES, "solved.fgc_pre_proceedings": table, "effects.fgc_pre_proceedings": 0.9}
    assert solved_multiplier(values) == pytest.approx(0.85)
    for channel in (Channel.ISSUE, Channel.COURT):
        assert full_effect(values, Offer.CONFERENCE_PRE_PROCEEDINGS)[channel] == pytest.approx(0.85)


def test_fidelity_grows_from_training_or_opening_whichever_is_later() -> None:
    opens = CLOCK.tick(dt.date(2023, 6, 1))
    grows = fidelity(Team.EDGE_OF_CARE, VALUES, edge_of_care(), CLOCK, opens)
    assert (grows[:2] == 0).all()
    assert (np.diff(grows) >= 0).all()
    assert grows[-1] == 1
    late = Scenario(
        name="late", levers=frozenset({Training(service="edge_of_care", complete=dt.date(2024, 1, 1))})
    )
    assert (fidelity(Team.EDGE_OF_CARE, VALUES, late, CLOCK, opens)[:9] == 0).all()
    assert (fidelity(Team.EDGE_OF_CARE, VALUES, NO_CHANGE, CLOCK, opens) == 0).all()
    assert (fidelity(Team.EARLY_HELP, VALUES, NO_CHANGE, CLOCK, 0) == 1).all()


def test_teams_open_on_their_day_or_never() -> None:
    plan = small_plan(both())
    assert plan.services.opens[Offer.EDGE_OF_CARE] == CLOCK.tick(dt.date(2023, 6, 1))
    assert plan.services.opens[Offer.EARLY_HELP] == plan.services.opens[Offer.STEP_DOWN] == 0
    assert small_plan().services.opens[Offer.EDGE_OF_CARE] == NEVER
    assert opening(Team.EDGE_OF_CARE, edge_of_care(), plan.posts, CLOCK) == days(61)


def test_a_baseline_service_is_recentred_so_that_the_mixture_of_families_keeps_its_rate() -> None:
    values = {**VALUES, "effects.early_help.step_up": 0.5, "services.early_help.baseline_coverage": 0.6}
    factor = recentred(values, "services.early_help.baseline_coverage", 0.5)
    assert 0.6 * 0.5 * factor + 0.4 * factor == pytest.approx(1.0)
    assert baseline_factors(values)["early help step up"] == pytest.approx(factor)
    assert set(baseline_factors(without_effects(small_bury()).values(0)).values()) == {1.0}


def test_rules_know_no_scenario_and_draw_zero_has_no_drift() -> None:
    assert small_plan(NO_CHANGE, 1).rules == small_plan(both(), 1).rules
    assert {level for _, level in circumstances(0).rules.years} == {ONE}
    assert len({level for _, level in circumstances(1).rules.years}) == len(CLOCK.years)
    again = build_circumstances(small_bury(), 1, 5).rules
    assert again == circumstances(1).rules, "what is not known is the same in every run"
