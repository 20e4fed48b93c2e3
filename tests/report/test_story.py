"""Every event in plain words, and one family's whole story from a log written by hand."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pytest

from sim.engine.events import Event, EventLog
from sim.foundations.clock import TICKS_PER_DAY, Clock
from sim.model.terms import LINE_OF, OFFER_NAMES, Line, Offer, Placement, Status
from sim.report.story import UNTOLD, WITH, beside, days, lines, needs_of, sentence

DAY = TICKS_PER_DAY
EDGE, VICTIM = int(Offer.EDGE_OF_CARE), int(Offer.VICTIM_WORKER)


@pytest.mark.parametrize("event", [one for one in Event if one not in UNTOLD])
def test_every_event_has_its_words_for_all_that_it_may_carry(event: Event) -> None:
    offers = range(len(OFFER_NAMES)) if event.name in ("OFFERED", "STARTED", "GIVEN_UP", "LAPSED") else (0,)
    statuses = range(1, 7) if event in (Event.GATE, Event.STATUS) else ()
    for what in (*offers, *statuses, *((0, 1) if event == Event.ORDER else ())):
        said = sentence(event, what, 1, "child 1 (aged 3)")
        assert said
        assert "{" not in said


def test_each_main_line_says_who_comes() -> None:
    mains = {line for offer, line in enumerate(LINE_OF) if OFFER_NAMES[offer] == "early help"}
    assert mains == {Line.KEY_WORKER}
    assert set(WITH) == set(LINE_OF) - {LINE_OF[one] for one in range(VICTIM, VICTIM + 4)}


@pytest.mark.parametrize(
    ("event", "what", "amount", "said"),
    [
        (Event.STARTED, EDGE, 3 * DAY,
         "edge of care begins with a worker of the Edge of Care team, after a wait of 3 days"),
        (Event.STARTED, 0, 0, "early help begins with a key worker, at once"),
        (Event.STARTED, VICTIM, DAY, "a domestic abuse worker (victim) comes, after a wait of 1 day"),
        (Event.LAPSED, VICTIM, 0, "no domestic abuse worker (victim) came in time"),
        (Event.INTERRUPTED, EDGE, 4, "the worker leaves; edge of care waits for a colleague to take it over"),
        (Event.RESUMED, EDGE, 14 * DAY, "another worker takes edge of care over, after 14 days without one"),
        (Event.GIVEN_UP, EDGE, 60 * DAY,
         "edge of care is given up, 60 days after it began: nobody took it over, or the family's "
         "circumstances changed"),
        (Event.REFUSED, EDGE, 1, "the panel refuses edge of care: the referral is outside its criteria"),
        (Event.REFUSED, EDGE, 2, "the panel refuses edge of care, by its judgement"),
        (Event.DIVERTED, EDGE, 0, "the panel asks for a family group conference before edge of care"),
        (Event.RATIFIED, EDGE, 0, "the panel agrees to edge of care, decided between its meetings"),
        (Event.BROKE_DOWN, int(Placement.KINSHIP), 90 * DAY,
         "the placement of child 1 breaks down (kinship), after 90 days"),
        (Event.GATE, int(Status.CHILD_PROTECTION), 21 * DAY,
         "a child protection enquiry begins; the case goes to a conference in 21 days"),
        (Event.GATE, int(Status.CLOSED), 0, "it is decided to close the case, at once"),
        (Event.ORDER, 0, 2, "proceedings end with the children at home"),
        (Event.ORDER, 1, 2,
         "proceedings end with an order: child 1 goes to live with kin, under a special guardian"),
        (Event.WEATHERED, 0, 1, "the crisis passes, child 1 is still at home, with Edge of Care at work"),
        (Event.PLAN_STARTED, 1, 2, "another child protection plan for 2 of the children"),
    ],
)  # fmt: skip
def test_what_the_words_are(event: Event, what: int, amount: int, said: str) -> None:
    assert sentence(event, what, amount, "child 1") == said


def test_needs_are_named_by_their_bits() -> None:
    assert needs_of(0) == "no adult specialist needs"
    assert needs_of(0b1001) == (
        "parents' needs call for: domestic abuse worker (victim), mental health worker"
    )
    assert (days(DAY), days(2 * DAY), days(0)) == ("1 day", "2 days", "0 days")


def story(*records: tuple[int, Event, int, int]) -> list[tuple[int, str]]:
    """Family 7 with children 70 (aged ten on the first day) and 71 (five)."""
    log = EventLog.from_records(
        [(tick * DAY, 7, child, int(event), what, amount) for (tick, event, what, amount), child in
         ((one, 70 if one[1] in (Event.CRISIS, Event.ENTERED, Event.WEATHERED) else -1) for one in records)]
        + [(5 * DAY, -1, -1, int(Event.LOAD), 0, 1), (6 * DAY, 8, -1, int(Event.REFERRED), 0, 0)]
    )  # fmt: skip
    year = 365.25 * DAY
    children = SimpleNamespace(id=np.array([70, 71]), born=np.array([-10 * year - 9, -5 * year - 9], int))
    study = SimpleNamespace(clock=Clock(dt.date(2023, 4, 1), dt.date(2024, 4, 1)))
    return lines(study, SimpleNamespace(children=children), log, 7)  # type: ignore[arg-type]


def test_a_familys_story_is_told_in_order_and_nobody_elses() -> None:
    told = story(
        (3, Event.CRISIS, 0, 0),
        (3, Event.OFFERED, EDGE, 0),
        (10, Event.ACCEPTED, EDGE, 0),
        (12, Event.STARTED, EDGE, 2 * DAY),
        (20, Event.INTERRUPTED, EDGE, 2),
        (34, Event.RESUMED, EDGE, 14 * DAY),
        (45, Event.WEATHERED, 0, 1),
    )
    assert [text for _, text in told] == [
        "04 Apr 2023  child 1 (aged 10) is at the edge of care: the relationship at home breaks down",
        "04 Apr 2023  the crisis is referred to the panel, for edge of care",
        "11 Apr 2023  the panel and the family agree to edge of care; the family waits for a place",
        "13 Apr 2023  edge of care begins with a worker of the Edge of Care team, after a wait of 2 days",
        "21 Apr 2023  the worker leaves; edge of care waits for a colleague to take it over",
        "05 May 2023  another worker takes edge of care over, after 14 days without one",
        "16 May 2023  the crisis passes, child 1 (aged 10) is still at home, with Edge of Care at work",
    ]


def test_stories_part_where_they_first_differ() -> None:
    shared = (3, Event.CRISIS, 0, 0)
    one = story(shared, (9, Event.ENTERED, 0, 0))
    other = story(shared, (9, Event.REFUSED, EDGE, 1))
    text = beside(one, other, ("no change", "both"))
    mark = text.index("▶ Here the stories part.")
    assert len([line for line in text[:mark] if "edge of care" in line]) == 1
    assert "enters care" in " ".join(text[mark:])
    assert "outside its criteria" in " ".join(text[mark:])
