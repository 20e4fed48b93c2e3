"""Money against a world of two children, priced by hand."""

import dataclasses

import numpy as np
import pytest

from sim.foundations.errors import InputError
from sim.foundations.randomness import Chance
from sim.model.staffing import build_posts
from sim.results.economics import above, money, reprice, savings, total_savings
from sim.results.estimates import Results
from sim.results.prices import prices_by_draw, shock
from sim.study.config import Study
from sim.study.levers import Funding, Lever, Posts, Price, Recruitment, SetUp
from tests.made_up import FIXED_PRICES, blank, bury, made_up, put
from tests.results.hand import Child, Readings, log_of, plan_of

YEAR = "2024/25"


@pytest.fixture
def two_children() -> Results:
    """The first child avoids a year in a children's home; the second goes to a guardian 40 days earlier.

    A manager is in post all year, and an agency family support worker for a fifth of it.
    """
    results = blank(2, 1, ("no change", "edge of care"), bury().replace(FIXED_PRICES))
    put(results, "no change", "placement days", YEAR, 365.0, "children's home")
    put(results, "no change", "placement days", YEAR, 40.0, "own foster")
    for name in results.scenarios:
        put(results, name, "placement days", YEAR, 60.0, "agency foster")
    put(results, "edge of care", "guardianship days", YEAR, 40.0)
    put(results, "edge of care", "post days permanent", YEAR, 365.0, "edge of care|manager")
    put(results, "edge of care", "post days agency", YEAR, 73.0, "edge of care|family support worker")
    return results


def test_two_children_to_the_pound(two_children: Results) -> None:
    spent = money(two_children.study, two_children)
    assert spent["no change"][YEAR]["placements"] == pytest.approx(365 * 750 + 60 * 100 + 40 * 50)
    assert spent["edge of care"][YEAR]["placements"] == pytest.approx(6_000)
    assert spent["edge of care"][YEAR]["guardianship allowances"] == pytest.approx(800)
    assert spent["edge of care"][YEAR]["staff"] == pytest.approx(73_000 + 54_750 / 5)
    saved = savings(spent, "edge of care", YEAR)
    assert saved["gross"] == pytest.approx(275_750)
    assert saved["cashable"] == pytest.approx(273_750)
    assert saved["cost"] == pytest.approx(84_750)
    assert saved["net"] == pytest.approx(191_000)
    # The team is in the budget already: its 83,950 of pay comes back, the guardian's 800 does not.
    assert saved["net_after_funding"] == pytest.approx(274_950)
    assert saved["gross"].shape == (3, 1)


def test_a_post_held_all_year_costs_one_salary_in_a_leap_year_too() -> None:
    results = blank(1, 1, ("no change", "edge of care"), bury().replace(FIXED_PRICES))
    put(results, "edge of care", "post days permanent", "2023/24", 366.0, "edge of care|manager")
    spent = money(results.study, results)
    assert spent["edge of care"]["2023/24"]["staff"] == pytest.approx(73_000)


def test_one_and_a_half_posts_held_all_year_cost_one_and_a_half_salaries() -> None:
    """From a lever to pounds: everybody is there at once and nobody leaves."""
    study = bury().replace(FIXED_PRICES)
    start = study.clock.start
    levers = (
        Posts(service="edge_of_care", role="family_support_worker", posts=1.5, start=start),
        Recruitment(start=start, at_once=True),
    )
    scenario = dataclasses.replace(study.scenario("no change"), name="edge of care", levers=frozenset(levers))
    posts = build_posts(study.values(0), scenario, study.clock, Chance(study.seed, 0, 0), study.structure)
    group = "edge of care|family support worker"
    read = Readings(log_of(), plan_of([Child(age=2)], posts=posts, clock=study.clock), clock=study.clock)
    results = blank(1, 1, ("no change", "edge of care"), study)
    for year in study.clock.years:
        days = read("post days permanent", year.label, group)
        put(results, "edge of care", "post days permanent", year.label, days, group)
    spent = money(study, results)["edge of care"]
    for year in study.clock.years:
        assert spent[year.label]["staff"] == pytest.approx(1.5 * 36_500)


def test_set_up_and_funding_come_from_the_levers() -> None:
    results = blank()
    spent = money(bury(), results)
    for name in results.scenarios:
        levers = bury().scenario(name).levers
        for year, lines in spent[name].items():
            for kind, line in ((SetUp, "set-up"), (Funding, "funding")):
                due = sum(one.pounds for one in levers if isinstance(one, kind) and one.year == year)
                assert (lines[line] == due).all()
    given = sum(one.pounds for one in bury().scenario("both").levers if isinstance(one, Funding))
    set_up = sum(one.pounds for one in bury().scenario("both").levers if isinstance(one, SetUp))
    assert given > 0
    total = total_savings(spent, "both")
    assert (total["net"] == -set_up).all()
    assert (total["net_after_funding"] == given - set_up).all()


def test_each_draw_has_its_own_prices() -> None:
    prices = prices_by_draw(bury(), range(4))
    level = prices["price_level.childrens_home"]
    assert isinstance(level, np.ndarray)
    assert [float(one) for one in level] == [
        bury().values(draw)["price_level.childrens_home"] for draw in range(4)
    ]
    assert len(set(level)) == 4
    results = blank(3, 1)
    put(results, "no change", "placement days", YEAR, 7.0, "children's home")
    table = bury().parameters["prices.childrens_home"].value
    assert isinstance(table, dict)
    spent = money(bury(), results)["no change"][YEAR]["placements"]
    assert spent[:, 0] == pytest.approx(level * table[YEAR])


def test_new_prices_need_no_new_run(two_children: Results) -> None:
    dearer = reprice(two_children, {"price_level.childrens_home": 2.0})
    assert dearer.data is two_children.data
    assert savings(money(dearer.study, dearer), "edge of care", YEAR)["gross"] == pytest.approx(549_500)
    with pytest.raises(InputError, match=r"routes.crisis_to_care: is not a price"):
        reprice(two_children, {"routes.crisis_to_care": 0.4})


def test_no_change_saves_nothing() -> None:
    results = made_up()
    spent = money(bury(), results)
    assert all((line == 0).all() for line in savings(spent, "no change", YEAR).values())


def with_levers(study: Study, name: str, *levers: Lever, against: str = "no change") -> Study:
    """The study with a further scenario."""
    added = dataclasses.replace(
        study.scenario("no change"), name=name, levers=frozenset(levers), against=against
    )
    return dataclasses.replace(study, scenarios={**study.scenarios, name: added})


def test_a_price_shock_holds_for_the_baseline_too() -> None:
    """A year in a children's home is saved; doubling the price doubles the saving and is itself no loss."""
    dearer = Price(item="children's home", times=2.0, year=YEAR)
    study = with_levers(bury().replace(FIXED_PRICES), "dearer", dearer)
    results = blank(1, 1, ("no change", "edge of care", "dearer"), study)
    for year in ("2023/24", YEAR, "2025/26"):
        put(results, "no change", "placement days", year, 700.0, "children's home")
        put(results, "edge of care", "placement days", year, 600.0, "children's home")
        put(results, "dearer", "placement days", year, 600.0, "children's home")
    spent = money(study, results)
    assert spent["dearer"]["2023/24"]["placements"] == pytest.approx(600 * 750)
    assert spent["dearer"][YEAR]["placements"] == pytest.approx(600 * 1500)
    assert spent["no change"][YEAR]["placements"] == pytest.approx(700 * 750)
    gross = {year: savings(spent, "dearer", year)["gross"] for year in ("2023/24", YEAR, "2025/26")}
    assert gross["2023/24"] == pytest.approx(75_000)
    assert gross[YEAR] == pytest.approx(150_000) == gross["2025/26"]
    assert savings(spent, "edge of care", YEAR)["gross"] == pytest.approx(75_000)


def test_the_latest_price_lever_holds() -> None:
    levers = [
        Price(item="staff", times=times, year=year) for times, year in ((1.1, "2024/25"), (1.3, "2025/26"))
    ]
    assert [shock(levers, "staff", year) for year in ("2023/24", "2024/25", "2025/26", "2026/27")] == [
        1.0,
        1.1,
        1.3,
        1.3,
    ]
    assert shock(levers, "kinship", "2025/26") == 1.0


def test_partners_staff_are_in_the_cost_and_on_a_line_of_their_own() -> None:
    study = bury().replace({**FIXED_PRICES, "salaries.substance_worker": 54_750.0})
    study = with_levers(study, "dearer staff", Price(item="staff", times=2.0, year=YEAR))
    results = blank(1, 1, ("no change", "edge of care", "dearer staff"), study)
    for name in results.scenarios[1:]:
        put(results, name, "post days permanent", YEAR, 365.0, "family safeguarding|substance worker")
        put(results, name, "post days permanent", YEAR, 365.0, "edge of care|manager")
    spent = money(study, results)
    more = above(spent, "edge of care", YEAR)
    assert more["staff"] == pytest.approx(73_000)
    assert more["partner staff"] == pytest.approx(54_750)
    saved = savings(spent, "edge of care", YEAR)
    assert saved["cost"] == pytest.approx(127_750)
    assert saved["net"] == pytest.approx(-127_750)
    assert saved["net_if_partners_pay"] == pytest.approx(-73_000)
    assert savings(spent, "dearer staff", YEAR)["cost"] == pytest.approx(2 * 127_750)


def test_kinship_can_be_banked_and_a_child_placed_for_adoption_cannot() -> None:
    prices = {
        f"prices.{kind}": dict.fromkeys(("2023/24", "2024/25", "2025/26"), 70.0)
        for kind in ("kinship", "for_adoption")
    }
    levels = ("kinship", "for_adoption", "fostering")
    study = bury().replace({**prices, **{f"price_level.{level}": 1.0 for level in levels}})
    results = blank(1, 1, ("no change", "edge of care"), study)
    put(results, "no change", "placement days", YEAR, 30.0, "kinship")
    put(results, "no change", "placement days", YEAR, 5.0, "for adoption")
    saved = savings(money(study, results), "edge of care", YEAR)
    assert saved["gross"] == pytest.approx(350)
    assert saved["cashable"] == pytest.approx(300)
    assert money(study, results)["no change"][YEAR]["kinship placements"] == pytest.approx(300)


def test_each_scenario_saves_against_its_own_baseline() -> None:
    study = with_levers(bury().replace(FIXED_PRICES), "after", against="edge of care")
    results = blank(1, 1, ("no change", "edge of care", "after"), study)
    for name, days in (("no change", 100.0), ("edge of care", 60.0), ("after", 50.0)):
        put(results, name, "placement days", YEAR, days, "children's home")
    spent = money(study, results)
    assert savings(spent, "edge of care", YEAR)["gross"] == pytest.approx(40 * 750)
    assert savings(spent, "after", YEAR)["gross"] == pytest.approx(10 * 750)
