"""Prices to come, other costs, present value, payback and the papers, each against sums done by hand."""

import dataclasses

import numpy as np
import pytest

from sim.foundations.errors import InputError
from sim.results.appraisal import first_that_stays, payback, present_value, schedule
from sim.results.economics import money, reprice, savings, total_savings
from sim.results.estimates import Results
from sim.results.money_summary import KINDS, lines_saved, money_parts
from sim.results.price_views import view_parts
from sim.results.prices import Prices, cut, prices_by_draw
from sim.results.reconciliation import reconciliation
from sim.study.config import Study
from sim.study.levers import InBudget
from sim.study.pricing import Pricing
from tests.made_up import FIXED_PRICES, blank, bury, made_up, put

FIRST, SECOND, THIRD = "2023/24", "2024/25", "2025/26"
EDGE = "edge of care"
PAIR = ("no change", EDGE)
COSTS = {
    "unit_costs.court_fee": 4000.0,
    "unit_costs.legal_work": 6000.0,
    "unit_costs.return_support": 8000.0,
    "unit_costs.failed_return": 100_000.0,
    "unit_costs.child_in_need": 12_000.0,
    "unit_costs.plan_ratio": 1.5,
    "appraisal.optimism_bias": 0.25,
    "family.size": {"1": 0.5, "2": 0.0, "3": 0.5, "4": 0.0, "5": 0.0},
}
"""A family has two children on average."""


def fixed(**more: float | dict[str, float]) -> Study:
    return bury().replace({**FIXED_PRICES, **COSTS, **more})


def run(study: Study, draws: int = 2) -> Results:
    return blank(draws, 1, PAIR, study)


def prices(study: Study) -> Prices:
    return prices_by_draw(study, range(1))


def test_prices_after_the_last_known_year_are_projected() -> None:
    study = bury().replace(
        {
            "prices.childrens_home": {FIRST: 700.0, SECOND: 7000.0, THIRD: 7700.0},
            "price_level.childrens_home": 1.0,
            "price_growth.homes": 0.1,
        }
    )
    assert prices(study).day("children's home", THIRD) == pytest.approx(1100)  # written: not projected
    table = dict(study.parameters["prices.childrens_home"].value)  # type: ignore[arg-type]
    del table[THIRD]
    study = study.replace({"prices.childrens_home": table})
    found = prices(study)
    assert found.day("children's home", SECOND) == pytest.approx(1000)
    assert found.day("children's home", THIRD) == pytest.approx(1100)
    assert found.day("children's home", "2026/27") == pytest.approx(1210)


def test_a_price_may_be_left_out_at_the_end_only() -> None:
    for table in ({SECOND: 1.0}, {FIRST: 1.0, THIRD: 1.0}, {"2020/21": 1.0}):
        with pytest.raises(InputError, match="rows missing"):
            bury().replace({"prices.kinship": table})
    assert bury().replace({"prices.kinship": {FIRST: 1.0}})


@pytest.mark.parametrize(("growth", "rate"), [("low", 0.055), ("central", 0.088), ("high", 0.125)])
def test_growth_at_an_end_of_its_range_is_the_same_in_every_draw(growth: str, rate: float) -> None:
    study = dataclasses.replace(bury(), pricing=Pricing(price_growth=growth))
    found = prices_by_draw(study, range(4))
    assert found["price_growth.homes"] == pytest.approx(rate)
    assert len(set(found["price_growth.pay"])) == 4  # type: ignore[arg-type]
    assert len(set(prices_by_draw(bury(), range(4))["price_growth.homes"])) == 4  # type: ignore[arg-type]


def test_fostering_follows_one_of_two_counts_and_homes_neither() -> None:
    level = np.asarray(prices_by_draw(bury(), range(1, 200))["price_level.fostering"])
    low, high = level < 1.18, level >= 1.18
    assert 60 < low.sum() < 140
    assert level[low].max() < 1.15
    assert level[high].min() > 1.25
    for kind, times in (("own foster", 2.0), ("agency foster", 2.0), ("kinship", 2.0), ("with parents", 1.0)):
        one, two = (prices(fixed(**{"price_level.fostering": by})).day(kind, SECOND) for by in (1.0, 2.0))
        assert two == pytest.approx(times * one)


def test_pay_has_on_costs_and_agency_staff_a_premium_and_both_grow() -> None:
    study = fixed(**{"salaries.on_costs": 0.25, "price_growth.pay": 0.1})
    permanent, agency = prices(study).pay("family support worker", THIRD)
    assert permanent == pytest.approx(36_500 * 1.25 * 1.21)
    assert agency == pytest.approx((36_500 * 1.25 + 18_250) * 1.21)
    assert prices(study).pay("manager", FIRST)[0] == pytest.approx(73_000 * 1.25)


def test_the_average_child_costs_the_same_in_every_placement() -> None:
    results = run(fixed(**{"prices.all_children": {FIRST: 700.0, SECOND: 1400.0}}))
    put(results, "no change", "placement days", SECOND, 10.0, "children's home")
    put(results, "no change", "placement days", SECOND, 5.0, "with parents")
    put(results, "no change", "guardianship days", SECOND, 3.0)
    average = reprice(results, pricing=Pricing(prices="average"))
    spent = money(average.study, average)["no change"][SECOND]
    assert spent["placements"] == pytest.approx(15 * 200)
    assert spent["guardianship allowances"] == pytest.approx(3 * 20)
    assert average.data is results.data


def other_costs() -> Results:
    results = run(fixed())
    put(results, "no change", "care applications", SECOND, 3.0)
    put(results, EDGE, "care applications", SECOND, 1.0)
    put(results, EDGE, "exits", SECOND, 4.0, "returned home")
    put(results, EDGE, "exits", SECOND, 9.0, "returned home unplanned")
    put(results, "no change", "re-entries", SECOND, 2.0)
    for month in results.index.periods("plans open"):
        if "2024-04" <= month[:7] <= "2024-06":
            put(results, EDGE, "families open", month, 4.0, "child in need")
            put(results, "no change", "plans open", month, 8.0)
    return results


def test_courts_returns_and_social_work_by_hand() -> None:
    """Two families fewer in court, four planned returns, one family-year in need (two children) more and two
    child-years on plans fewer."""
    results = other_costs()
    spent = money(results.study, results)
    saved = {line: float(found[0, 0]) for line, found in lines_saved(spent, EDGE, SECOND).items()}
    assert saved["court fees"] == 8_000
    assert saved["legal work"] == 12_000
    assert saved["support of returns home"] == -32_000
    assert saved["work with children in need"] == -24_000
    assert saved["work with children on plans"] == 36_000
    found = savings(spent, EDGE, SECOND)
    assert found["other"] == pytest.approx(0)
    assert found["net_with_other"] == pytest.approx(found["net"])


def test_a_failed_return_is_shown_and_never_added() -> None:
    results = other_costs()
    spent = money(results.study, results)
    years = {EDGE: {year: np.zeros((2, 1)) for year in (FIRST, SECOND, THIRD)}}
    found = money_parts(results.study, results, spent, years)
    assert found["failed_returns"][EDGE]["mean"] == 200_000
    put(results, "no change", "re-entries", SECOND, 0.0)
    again = money(results.study, results)
    for line, pounds in total_savings(again, EDGE).items():
        assert pounds == pytest.approx(total_savings(spent, EDGE)[line])


def test_every_line_has_one_kind_and_they_add_up() -> None:
    results = made_up()
    spent = money(results.study, results)
    for year in (FIRST, SECOND, THIRD):
        lines, found = lines_saved(spent, "both", year), savings(spent, "both", year)
        assert list(lines) == list(KINDS)
        given = lines["funding"] + lines["in budget"]
        assert sum(lines.values()) - given == pytest.approx(found["net_with_other"][1:])
        assert found["net"][1:] + given == pytest.approx(found["net_after_funding"][1:])


def test_a_team_in_the_budget_is_paid_and_gives_its_pay_back() -> None:
    study = fixed()
    levers = frozenset({InBudget(service="edge_of_care", year=SECOND)})
    scenario = dataclasses.replace(study.scenario(EDGE), levers=levers)
    study = dataclasses.replace(study, scenarios={**study.scenarios, EDGE: scenario})
    results = run(study)
    for year, days in ((FIRST, 366.0), (SECOND, 365.0)):
        put(results, EDGE, "post days permanent", year, days, "edge of care|manager")
        put(results, EDGE, "post days permanent", year, days, "family safeguarding|social worker")
    spent = money(study, results)
    pay = float(prices(study).pay("social worker", FIRST)[0][0, 0])
    first, second = (savings(spent, EDGE, year) for year in (FIRST, SECOND))
    assert first["net_after_funding"] == pytest.approx(first["net"])
    assert first["net"][0] == pytest.approx(-73_000 - pay)
    assert second["net_after_funding"] - second["net"] == pytest.approx(73_000)


def test_only_pay_that_was_charged_is_given_back() -> None:
    """Three family support workers before, six after: three are charged, 3 x 36,500, and three given back."""
    study = fixed()
    levers = frozenset({InBudget(service="edge_of_care", year=FIRST)})
    scenario = dataclasses.replace(study.scenario(EDGE), levers=levers)
    study = dataclasses.replace(study, scenarios={**study.scenarios, EDGE: scenario})
    results = run(study)
    for name, posts in (("no change", 3), (EDGE, 6)):
        group = "edge of care|family support worker"
        put(results, name, "post days permanent", SECOND, 365.0 * posts, group)
    spent = money(study, results)
    found = savings(spent, EDGE, SECOND)
    assert found["cost"] == pytest.approx(109_500)
    assert found["net"] == pytest.approx(-109_500)
    assert found["net_after_funding"] == pytest.approx(0)
    assert lines_saved(spent, EDGE, SECOND)["in budget"] == pytest.approx(109_500)


def test_optimism_cuts_a_saving_and_spares_a_loss() -> None:
    assert cut(np.array([[100.0, -100.0]]), np.array([[0.25]])) == pytest.approx(np.array([[75.0, -100.0]]))
    results = run(fixed())
    put(results, "no change", "placement days", SECOND, 10.0, "children's home")
    put(results, EDGE, "post days permanent", SECOND, 365.0, "edge of care|manager")
    assert savings(money(results.study, results), EDGE, SECOND)["gross"] == pytest.approx(7_500)
    less = reprice(results, pricing=Pricing(optimism_bias=True))
    found = savings(money(less.study, less), EDGE, SECOND)
    assert found["gross"] == pytest.approx(5_625) == found["cashable"]
    assert found["cost"] == pytest.approx(73_000)
    assert lines_saved(money(less.study, less), EDGE, SECOND)["placements, cashable"] == pytest.approx(5_625)


def test_present_value_by_hand() -> None:
    """A pound of the second year: prices 10% higher, then a year at 25%: 1 / 1.1 / 1.25."""
    index = {FIRST: 50.0, SECOND: 55.0, THIRD: 60.0}
    study = fixed(**{"appraisal.deflator": index, "appraisal.discount_rate": 0.25})
    results = run(study)
    put(results, "no change", "placement days", FIRST, 1.0, "children's home")
    put(results, "no change", "placement days", SECOND, 11.0, "children's home")
    spent = money(study, results)
    rows = schedule(study, spent.prices)
    assert [row["from"] for row in rows] == ["2023-04-01", "2024-04-01", "2025-04-01"]
    assert [row["to"] for row in rows] == ["2024-03-31", "2025-03-31", "2026-03-31"]
    assert [row["deflator"] for row in rows] == [1.0, 1.1, 1.2]
    assert [row["factor"] for row in rows] == [1.0, 0.8, 0.64]
    assert present_value(study, spent, EDGE, "gross") == pytest.approx(750 + 11 * 750 / 1.1 * 0.8, rel=1e-6)


def test_the_schedule_of_the_study_is_dated_and_steady() -> None:
    rows = schedule(bury(), prices(bury()))
    assert [row["factor"] for row in rows] == [1.0, 0.966184, 0.933511]
    assert [row["deflator"] for row in rows] == [1.0, 1.040456, 1.074154]


def test_money_given_first_is_no_payback() -> None:
    assert first_that_stays([("a", 5.0), ("b", -1.0), ("c", 2.0)]) == "c"
    assert first_that_stays([("a", -5.0), ("b", 1.0), ("c", 2.0)]) == "b"
    assert first_that_stays([("a", 5.0), ("b", 1.0), ("c", 0.0)]) is None
    results = run(fixed())
    put(results, EDGE, "placement days", FIRST, 3.0, "children's home")
    put(results, "no change", "placement days", SECOND, 2.0, "children's home")
    put(results, "no change", "placement days", THIRD, np.array([[0.0], [4.0]]), "children's home")
    found = payback(money(results.study, results), EDGE, "net")
    assert [one["mean"] for one in found["so_far"].values()] == [-2_250, -750, 750]
    assert list(found["chance"].values()) == [0.0, 0.0, 0.5]
    assert found["year"] == THIRD


def test_from_the_paper_to_ours_by_hand() -> None:
    """In 2024/25 the paper has 24 × 506 / 1200 child-years at £50,000. Ours: 10 fewer at the end, 6
    child-years in homes at £273,750, one manager."""
    results = run(fixed())
    put(results, "no change", "children looked after", "2025-03-31", 100.0)
    put(results, EDGE, "children looked after", "2025-03-31", 90.0)
    put(results, "no change", "placement days", SECOND, 6 * 365.0, "children's home")
    put(results, EDGE, "post days permanent", SECOND, 365.0, "edge of care|manager")
    years = {year: np.full((2, 1), 6.0 if year == SECOND else 0.0) for year in (FIRST, SECOND, THIRD)}
    second, third = reconciliation(results.study, results, money(results.study, results), years, EDGE)
    assert (second["year"], third["year"]) == (SECOND, THIRD)
    assert second["claimed_price"] == 50_000
    assert second["claimed_months"] == pytest.approx(5.06)
    assert third["claimed_months"] == 12
    assert second["price"] == pytest.approx(750 * 365)
    assert third["price"] is None
    assert second["average_price"] == pytest.approx(1790 * 365 / 7)
    share = 506 / 1200
    steps = {name: one["mean"] for name, one in second["steps"].items()}
    assert steps["claimed"] == 506_000
    assert steps["children"] == pytest.approx((10 - 24) * share * 50_000)
    assert steps["phasing"] == pytest.approx((6 - 10 * share) * 50_000)
    assert steps["price"] == pytest.approx(6 * (273_750 - 50_000))
    assert steps["gross"] == pytest.approx(6 * 273_750)
    assert steps["cost"] == -73_000
    assert steps["funding"] == 73_000
    moved = sum(steps[name] for name in ("claimed", "children", "phasing", "price"))
    assert moved == pytest.approx(steps["gross"])


def test_the_papers_prices_and_phasing() -> None:
    results = made_up()
    spent = money(results.study, results)
    none = {year: np.zeros((6, 3)) for year in (FIRST, SECOND, THIRD)}
    second, third = reconciliation(results.study, results, spent, none, "family safeguarding")
    assert second["claimed_price"] == pytest.approx(45_192, abs=0.5)
    assert second["claimed_months"] == pytest.approx(5.995, abs=0.001)
    (both,) = reconciliation(results.study, results, spent, none, "both")
    assert both["claimed_price"] == 47_500
    for one in (second, third, both):
        steps = {name: part["mean"] for name, part in one["steps"].items()}
        moved = steps["claimed"] + steps["children"] + steps["phasing"] + steps["price"]
        assert moved == pytest.approx(steps["gross"], abs=0.01)
        assert steps["gross"] + steps["cost"] == pytest.approx(steps["net"], abs=0.01)
        assert steps["net"] + steps["funding"] == pytest.approx(steps["net_after_funding"], abs=0.01)


def test_the_same_futures_at_other_prices() -> None:
    arms = bury().parameters["price_level.fostering"]
    study = fixed(
        **{"prices.all_children": {FIRST: 1400.0, SECOND: 1400.0}, "price_growth.all_children": 0.0}
    )
    study = dataclasses.replace(study, parameters={**study.parameters, "price_level.fostering": arms})
    results = run(study)
    put(results, "no change", "placement days", THIRD, 1000.0, "agency foster")
    found = {one["key"]: one for one in view_parts(study, results, [EDGE])[EDGE]}
    assert list(found) == [
        *("own", "average", "price_level.fostering 1", "price_level.fostering 2"),
        *("growth low", "growth high", "optimism"),
    ]
    gross = {key: one["gross"][THIRD]["mean"] for key, one in found.items()}
    assert gross["price_level.fostering 1"] == pytest.approx(100_000)
    assert gross["price_level.fostering 2"] == pytest.approx(140_000)
    assert gross["average"] == pytest.approx(200_000)
    assert gross["optimism"] == pytest.approx(0.75 * gross["own"])
    assert found["own"]["chances"]["edge-of-care-pounds-2025-26-gross"] == 0


def test_switches_that_nobody_knows() -> None:
    with pytest.raises(InputError, match="Did you mean 'average'"):
        Pricing(prices="averag")
    with pytest.raises(InputError, match="expected true or false"):
        Pricing(optimism_bias="yes")  # type: ignore[arg-type]
    whatif = blank(1, 1, ("no change", "both"), with_saved_review())
    with pytest.raises(InputError, match="review of pounds saved"):
        reprice(whatif, pricing=Pricing(prices="average"))


def with_saved_review() -> Study:
    """Bury's study in which both services are reviewed for pounds."""
    import datetime as dt

    from sim.study.levers import Review

    review = Review(
        service="family_safeguarding", on=dt.date(2025, 3, 31), ends=dt.date(2025, 6, 1), saved=1.0
    )
    both = bury().scenario("both")
    changed = dataclasses.replace(both, levers=both.levers | {review})
    return dataclasses.replace(bury(), scenarios={**bury().scenarios, "both": changed})


def test_pricing_reaches_nothing_that_is_simulated() -> None:
    """Another way of pricing changes no value in any draw: only how days are priced, and the digest."""
    other = dataclasses.replace(
        bury(), pricing=Pricing(prices="average", price_growth="high", optimism_bias=True)
    )
    assert [other.values(draw) for draw in range(4)] == [bury().values(draw) for draw in range(4)]
    assert other.digest != bury().digest
