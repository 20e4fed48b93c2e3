"""A review ends posts where its result falls short, and changes nothing before that day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.events import COLUMNS, EventLog
from sim.engine.simpy_engine import run
from sim.experiment.review import judge, looked_after
from sim.experiment.trial import Trial, TrialResult, run_pair, run_trial
from sim.foundations.errors import InputError
from sim.results.economics import money, reprice, savings
from sim.results.estimates import Results
from sim.results.measure_review import FOUND, PASSED, Outcome
from sim.results.measures import index_of
from sim.results.reviews import reviews
from sim.study.catalogue import PARTNER_ROLES, ROLES
from sim.study.config import Study
from sim.study.levers import Posts, Review
from sim.study.review import let_go, reviews_of
from sim.study.scenario import Scenario
from tests.levers import WORLDS, drawn_plan, lever_sets
from tests.worlds import days, family_safeguarding, small_bury

SAFE, EDGE = "family_safeguarding", "edge_of_care"
REVIEWED, BASE = "reviewed", "no change"
ON, ENDS = dt.date(2024, 9, 17), dt.date(2024, 11, 20)
"""Neither is the end or the beginning of a month."""
THERE = "family safeguarding"


def reviewed(*reviews: Review, against: str = BASE) -> Study:
    """Small Bury with Family Safeguarding under review."""
    study = small_bury()
    one = Scenario(name=REVIEWED, levers=family_safeguarding().levers | set(reviews), against=against)
    return replace(study, scenarios={**study.scenarios, REVIEWED: one})


def trial(study: Study, name: str = REVIEWED, draw: int = 1, against: TrialResult | None = None):
    return run_trial(study, Trial(scenario=name, draw=draw), against=against)


def measured(study: Study, result: TrialResult, measure: str, service: str = THERE) -> float:
    return float(result.measures[index_of(study.clock).position(measure, "whole", service)])


def until(log: EventLog, tick: int) -> EventLog:
    """The records before a tick."""
    return EventLog(*(getattr(log, name)[log.tick < tick] for name in COLUMNS))


def ended(levers: frozenset, ends: dt.date = ENDS) -> frozenset:
    """The levers with the specialists' posts cut by hand on a day."""
    return frozenset(replace(v, end=ends) if isinstance(v, Posts) else v for v in levers)


@pytest.fixture(scope="module")
def plain() -> TrialResult:
    return trial(reviewed())


@pytest.fixture(scope="module")
def before() -> TrialResult:
    return trial(reviewed(), BASE)


@settings(max_examples=8)
@given(
    lever_sets(),
    st.sampled_from((SAFE, EDGE)),
    st.dates(dt.date(2023, 7, 1), dt.date(2025, 12, 1)),
    st.integers(1, 90),
    st.sampled_from(WORLDS),
)
def test_nothing_before_the_posts_end_differs_whether_they_do_or_not(
    scenario: Scenario, service: str, on: dt.date, notice: int, world: tuple[int, int]
) -> None:
    """Every service, every role, every other lever drawn at random: the same bytes up to the last tick."""
    ends = on + dt.timedelta(days=notice)
    review = Review(service=service, on=on, ends=ends, roles=ROLES[service], fewer=1.0)
    stays, goes = run(drawn_plan(scenario, *world)), run(drawn_plan(let_go(scenario, review), *world))
    tick = small_bury().clock.tick(ends)
    assert until(stays, tick).tobytes() == until(goes, tick).tobytes()


def test_the_posts_do_end_and_what_is_left_is_the_scenario_cut_by_hand(plain: TrialResult) -> None:
    study = reviewed(Review(service=SAFE, on=ON, ends=ENDS, fewer=1000.0))
    result = trial(study)
    assert measured(study, result, PASSED) == 0
    cut = Scenario(name=REVIEWED, levers=ended(family_safeguarding().levers))
    by_hand = trial(replace(study, scenarios={**study.scenarios, REVIEWED: cut}))
    assert result.log.tobytes() == by_hand.log.tobytes() != plain.log.tobytes()
    tick = study.clock.tick(ENDS)
    assert all(stop <= tick for post in result.plan.posts if post.role in PARTNER_ROLES
               for _, stop, _ in post.spells)  # fmt: skip
    social = [post for post in result.plan.posts if post.role == "social_worker"]
    assert social == [post for post in plain.plan.posts if post.role == "social_worker"]


def test_exactly_as_many_fewer_as_asked_is_enough_and_one_more_is_not(
    plain: TrialResult, before: TrialResult
) -> None:
    study = reviewed()
    tick = study.clock.tick(ON) + days(1)
    fewer = looked_after(before, study.clock, tick) - looked_after(plain, study.clock, tick)
    for asked, passes in ((fewer, True), (fewer + 1, False)):
        study = reviewed(Review(service=SAFE, on=ON, ends=ENDS, fewer=float(asked)))
        result = trial(study)
        assert measured(study, result, FOUND) == fewer
        assert measured(study, result, PASSED) == passes
        assert (result.log.tobytes() == plain.log.tobytes()) == passes
        assert measured(study, result, PASSED, "edge of care") == 0


def test_children_are_counted_at_the_end_of_the_day(plain: TrialResult) -> None:
    """As the month ends of the measures are."""
    study = reviewed()
    for label, tick in study.clock.month_ends[::7]:
        place = index_of(study.clock).position("children looked after", label)
        assert looked_after(plain, study.clock, tick) == plain.measures[place]


def test_pounds_are_those_of_the_whole_years_before_at_the_draws_own_prices(
    plain: TrialResult, before: TrialResult
) -> None:
    study = reviewed()
    names = (BASE, REVIEWED)
    data = {
        name: np.stack([np.zeros_like(one.measures), one.measures])[:, None]
        for name, one in zip(names, (before, plain), strict=True)
    }
    results = Results(study=study, scenarios=names, draws=1, runs=1, index=index_of(study.clock), data=data)
    first = float(savings(money(study, results), REVIEWED, "2023/24")["net"][1, 0])
    for asked, passes in ((first, True), (np.nextafter(first, np.inf), False)):
        study = reviewed(Review(service=SAFE, on=ON, ends=ENDS, saved=float(asked)))
        result = trial(study)
        assert measured(study, result, FOUND) == pytest.approx(first)
        assert measured(study, result, PASSED) == passes
    both = judge(study, Review(service=SAFE, on=dt.date(2025, 3, 31), ends=ENDS, saved=0.0), plain, before)
    second = float(savings(money(study, results), REVIEWED, "2024/25")["net"][1, 0])
    assert both.found == pytest.approx(first + second)


def test_a_review_of_pounds_cannot_be_priced_again_and_one_of_children_can() -> None:
    for asked, refused in (({"saved": 1.0}, True), ({"fewer": 1.0}, False)):
        study = reviewed(Review(service=SAFE, on=ON, ends=ENDS, **asked))
        index = index_of(study.clock)
        data = {name: np.zeros((2, 1, len(index))) for name in (BASE, REVIEWED)}
        results = Results(study=study, scenarios=(BASE, REVIEWED), draws=1, runs=1, index=index, data=data)
        if refused:
            with pytest.raises(InputError, match="run it again"):
                reprice(results, {"salaries.manager": 1.0})
        else:
            assert reprice(results, {"salaries.manager": 1.0}).study is not study


def test_a_pair_gives_what_its_trials_give(before: TrialResult) -> None:
    study = reviewed(Review(service=SAFE, on=ON, ends=ENDS, fewer=1000.0))
    pair = run_pair(study, (REVIEWED, BASE), 1, 0)
    assert (pair[0] == trial(study, against=before).measures).all()
    assert (pair[1] == before.measures).all()
    # Alone it has no pairs to measure, and the same review.
    alone = run_pair(study, (REVIEWED,), 1, 0)[0]
    assert alone[index_of(study.clock).select("days avoided")].sum() == 0
    place = index_of(study.clock).position(FOUND, "whole", THERE)
    assert alone[place] == pair[0][place]


def test_a_second_review_reads_the_world_that_the_first_left() -> None:
    later = dt.date(2025, 9, 30)
    roles = ("social_worker",)
    levers = {Posts(service=SAFE, role="social_worker", posts=6, start=dt.date(2023, 5, 1))}
    first = Review(service=SAFE, on=ON, ends=ENDS, fewer=1000.0)
    second = Review(service=EDGE, on=later, ends=later + dt.timedelta(days=1), roles=roles, fewer=-1000.0)
    study = reviewed(first, second, *levers)
    assert reviews_of(study.scenario(REVIEWED)) == [first, second]
    result, gone = trial(study), trial(reviewed(first, *levers))
    assert result.log.tobytes() == gone.log.tobytes()
    assert measured(study, result, PASSED, "edge of care") == 1
    tick = study.clock.tick(later) + days(1)
    expected = looked_after(trial(study, BASE), study.clock, tick) - looked_after(gone, study.clock, tick)
    assert measured(study, result, FOUND, "edge of care") == expected


def test_the_comparison_is_with_the_scenario_that_it_names(plain: TrialResult) -> None:
    """Against the same levers without a review nothing is ever fewer."""
    study = reviewed(Review(service=SAFE, on=ON, ends=ENDS, fewer=1.0), against="same")
    same = Scenario(name="same", levers=family_safeguarding().levers)
    study = replace(study, scenarios={**study.scenarios, "same": same})
    result = trial(study)
    assert (measured(study, result, FOUND), measured(study, result, PASSED)) == (0, 0)
    assert result.log.tobytes() != plain.log.tobytes()


def test_a_review_without_anything_to_compare_with_is_refused() -> None:
    review = Review(service=SAFE, on=ON, ends=ENDS, fewer=1.0)
    for against in (REVIEWED, "nowhere"):
        with pytest.raises(InputError, match="compared with nothing: name 'against'"):
            trial(reviewed(review, against=against))


def test_later_posts_of_the_role_go_too_and_other_roles_and_earlier_ends_stay() -> None:
    review = Review(service=SAFE, on=ON, ends=ENDS, roles=("substance_worker",), fewer=1.0)
    start, over, late = dt.date(2023, 5, 1), dt.date(2024, 1, 1), dt.date(2025, 1, 1)

    def posts(role: str, start: dt.date, end: dt.date | None) -> Posts:
        return Posts(service=SAFE, role=role, posts=2, start=start, end=end)

    kept = {posts("substance_worker", start, over), posts("mental_health_worker", start, None)}
    running, coming = posts("substance_worker", over, late), posts("substance_worker", late, None)
    scenario = Scenario(name="x", levers=frozenset({*kept, running, coming, review}))
    assert let_go(scenario, review).levers == {*kept, replace(running, end=ENDS)}


def test_the_summary_says_how_often_posts_end() -> None:
    review = Review(service=SAFE, on=ON, ends=ENDS, fewer=26.0)
    study = reviewed(review)
    index = index_of(study.clock)
    data = {name: np.zeros((3, 2, len(index))) for name in (BASE, REVIEWED)}
    # Draw 0 counts in no chance.
    data[REVIEWED][1:, :, index.position(PASSED, "whole", THERE)] = [[1, 0], [0, 0]]
    data[REVIEWED][1:, :, index.position(FOUND, "whole", THERE)] = [[30, 10], [8, 4]]
    results = Results(study=study, scenarios=(BASE, REVIEWED), draws=2, runs=2, index=index, data=data)
    found = reviews(results)[REVIEWED][THERE]
    assert (found["on"], found["ends"], found["kind"]) == ("2024-09-17", "2024-11-20", "children")
    assert (found["asked"], found["let_go"], found["found"]["mean"]) == (26, 0.75, 13)
    assert found["roles"] == [role.replace("_", " ") for role in PARTNER_ROLES]
    assert set(reviews(results)) == {REVIEWED}
    assert Outcome(review=review, found=26.0).passed
    assert not Outcome(review=review, found=25.0).passed
