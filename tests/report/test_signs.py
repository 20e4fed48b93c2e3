"""When failure would show: on the page, on the terminal and in the picture."""

import re
from xml.etree import ElementTree as ET

import pytest

from sim.report.html import pictures, render
from sim.report.signs import in_words, month_end, threshold
from sim.report.terminal import sign_lines
from tests.report.early import early_signs, sign, watched
from tests.report.hand_made import hand_made, toy_study

CLAIM = "both-children"


def page_of(one: dict | None) -> str:
    found = hand_made()
    if one is not None:
        found["early_signs"] = early_signs(one)
    page = render(toy_study(), found)
    ET.fromstring(page)
    return page


def section(page: str) -> str:
    text = page[page.index('id="early-signs"') : page.index('id="outside"')]
    return " ".join(re.sub("<[^>]*>", " ", text).split())


def test_a_sign_is_told_in_the_councils_own_unit() -> None:
    told = section(page_of(watched(CLAIM, 1.0, tells=True)))
    assert "fewer than 9 families begun in Edge of Care since the start, the end of March 2024" in told
    assert "No figure tells in time" not in told
    assert "the whole of it, met in 60 of 240" in told
    assert "more than 344 , the end of March 2024 48 15" in told


def test_posts_as_they_are_and_posts_filled_have_a_verdict_each() -> None:
    told = section(page_of(watched(CLAIM, 1.0, tells=False, filled=True)))
    assert "With posts as they are, no figure that a council counts each month would tell in time" in told
    assert "With every post filled, which nobody could do, some claims have a sign in time" in told
    assert told.index("No figure tells in time. Best pick") < told.index("fewer than 9 families begun")
    found = early_signs(watched("a", 1.0, tells=False, filled=True))
    text = in_words(found, {"a": "Both: 50 fewer"})
    as_they_are, filled = text.split("  With every post filled, which nobody could do:")
    assert "No figure tells in time." in as_they_are
    assert "First sign: fewer than 9 families begun" in filled


def test_the_terminal_s_summary_tells_both() -> None:
    found = hand_made()
    found["early_signs"] = early_signs(watched(CLAIM, 1.0, tells=False, filled=True))
    first, second, third, _, _ = sign_lines(found)
    assert first == "When failure would show:"
    assert second.startswith(
        "  With posts as they are, no monthly figure tells in time, with at most 20 of 100"
    )
    assert third == "  With every post filled, which nobody could do:"
    assert sign_lines(hand_made()) == []


def test_without_a_sign_the_best_pick_is_told_with_its_errors() -> None:
    told = section(page_of(watched(CLAIM, 0.25)))
    assert "No figure tells in time. Best pick: more than £12.3 million spent on placements" in told
    assert "a quarter of it, met in 60 of 240 (the whole: none )" in told
    assert "40 ± 3" in told


def test_a_claim_met_nowhere_is_said_to_be() -> None:
    told = section(page_of(watched(CLAIM, None)))
    assert (
        "Nothing to wait for: Both services, 50 fewer on 31 March 2026 (met in none of 240 futures)." in told
    )
    assert "Best pick" not in told


def test_a_run_without_signs_has_no_section() -> None:
    page = page_of(None)
    assert 'id="early-signs"' not in page
    assert "#early-signs" not in page


def test_the_picture_sets_futures_that_meet_the_claim_beside_those_that_miss_it() -> None:
    found = hand_made()
    assert "signs" not in pictures(found)
    found["early_signs"] = early_signs(watched(CLAIM, 1.0, tells=True))
    picture = pictures(found)["signs"]
    assert "Children looked after: at the end 5 in the middle where it is met" in picture.description
    assert picture.svg.count("futures that miss it") == 1


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (sign("families begun", "number", 9.0, above=False), "fewer than 9 families begun"),
        (sign("posts filled in Edge of Care", "posts", 5.5, above=False), "fewer than 5.5 posts filled in"),
        (sign("of the places in use", "per cent", 60.0, above=False), "less than 60% of the places in use"),
        (sign("spent", "pounds", 1_250_000.0, above=True), "more than £1.25 million spent"),
    ],
)
def test_thresholds_in_words(made: dict, text: str) -> None:
    assert threshold(made).startswith(text)
    assert month_end(made["month"]) == "the end of March 2024"


def test_the_terminal_tells_each_claim() -> None:
    found = early_signs(watched("a", 1.0, tells=True), watched("b", 0.5), watched("c", None))
    text = in_words(found, {"a": "Both: 50 fewer"})
    assert "Both: 50 fewer" in text
    assert "First sign: fewer than 9 families begun in Edge of Care since the start by the end of" in text
    assert "Watched for half of it, met in 60 of 240." in text
    assert "false comfort 40, false alarm 15 of 100" in text
    assert "Met in none of 240 futures, and a quarter of it in too few" in text
    assert "at most 20 of 100" in text
    assert in_words(None, {}).startswith("Nothing is claimed")
