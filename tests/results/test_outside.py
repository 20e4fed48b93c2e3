"""The outside view beside a claim: what is published, what only bounds it, and what nobody publishes."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from sim.foundations.clock import Clock
from sim.results.outside import falls, outside, window
from sim.results.summary import summary
from tests.made_up import blank, bury, put

PUBLISHED = "both-children-march-2026"


def claim(name: str):
    return next(one for one in bury().claims if one.id == name)


def test_a_fall_of_a_published_size_is_quoted() -> None:
    found = outside(bury(), blank(), claim(PUBLISHED))
    # 50 of the 349 counted on 31 March 2023, over three years.
    assert (found["from"], found["fall"], found["years"]) == (349.0, 14.3, 3)
    assert (found["elsewhere"], found["at_least"], found["at_most"]) == (4.4, None, None)
    assert "Local Authority Interactive Tool" in found["source"]


def test_a_smaller_fall_is_only_bounded() -> None:
    found = outside(bury(), blank(), claim("edge-of-care-children-march-2025"))
    assert (found["fall"], found["years"]) == (6.9, 2)
    assert (found["elsewhere"], found["at_least"], found["at_most"]) == (None, 4.35, None)


def test_a_greater_fall_is_bounded_from_above() -> None:
    one = dataclasses.replace(claim(PUBLISHED), target=70.0)
    found = outside(bury(), blank(), one)
    assert (found["elsewhere"], found["at_least"], found["at_most"]) == (None, None, 4.4)


@pytest.mark.parametrize(
    "name",
    [
        "edge-of-care-children-average-2025-26",  # a year's average
        "edge-of-care-pounds-2025-26-gross",
    ],
)
def test_what_nobody_publishes_has_no_counterpart(name: str) -> None:
    assert outside(bury(), blank(), claim(name)) is None


def test_only_whole_years_from_the_start_have_a_window() -> None:
    one = claim(PUBLISHED)
    assert window(bury(), one) == 3
    assert window(bury(), dataclasses.replace(one, by="2025-09-30")) is None
    later = dataclasses.replace(bury(), clock=Clock(dt.date(2024, 4, 1), dt.date(2026, 4, 1)))
    assert window(later, one) == 2
    assert falls(bury(), 4) == {}


def test_the_simulated_number_is_compared_with_what_was_counted() -> None:
    results = blank(4, 1)
    put(results, "no change", "children looked after", "2026-03-31", 300.0)
    after = np.array([[299.0], [298.0], [310.0], [250.0]])
    put(results, "both", "children looked after", "2026-03-31", after)
    found = outside(bury(), results, claim(PUBLISHED))["simulated"]
    # 349 less 50 is 299; exactly so far counts.
    assert found["both"]["chance"] == 0.75
    assert found["no change"]["chance"] == 0.0


def test_it_stands_beside_each_claim_in_the_summary() -> None:
    claims = summary(bury(), blank())["claims"]
    assert sum(one["outside"] is not None for one in claims) == 5
    without = dataclasses.replace(bury(), observed={})
    assert all(one["outside"] is None for one in summary(without, blank(study=without))["claims"])
