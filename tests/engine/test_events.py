"""The validator of the log: what it lets pass, and each way in which a log can break its schema."""

import numpy as np
import pytest

from sim.engine.events import Event, EventLog, validate
from sim.foundations.errors import QualityError
from sim.model.terms import Offer

Record = tuple[int, int, int, int, int, int]
HELP, EDGE = int(Offer.EARLY_HELP), int(Offer.EDGE_OF_CARE)


def log(*records: Record) -> EventLog:
    """A log in the order given."""
    return EventLog(*np.array(records, dtype=np.int64).reshape(-1, 6).T)


def entered(tick: int, child: int = 100, family: int = 10) -> Record:
    return tick, family, child, int(Event.ENTERED), 0, 0


def left(tick: int, child: int = 100, family: int = 10) -> Record:
    return tick, family, child, int(Event.LEFT), 0, 0


def work(event: Event, tick: int, what: int = HELP, family: int = 10) -> Record:
    return tick, family, -1, int(event), what, 0


def faults(*records: Record) -> str:
    with pytest.raises(QualityError) as error:
        validate(log(*records), 100)
    return str(error.value)


def test_a_log_that_keeps_the_schema_passes() -> None:
    validate(log(), 100)
    validate(
        log(
            entered(0),
            work(Event.STARTED, 0),
            entered(1, child=101),
            left(1),
            entered(1),
            work(Event.FINISHED, 2),
            work(Event.STARTED, 2),
            work(Event.STARTED, 2, what=EDGE),
            work(Event.STOPPED, 99),
        ),
        100,
    )


def test_who_left_on_the_first_day_may_enter_and_the_other_way_round() -> None:
    validate(log(left(0), entered(5), left(6)), 100)


def test_each_fault_is_told() -> None:
    assert "outside the simulated time" in faults(entered(100))
    assert "outside the simulated time" in faults(entered(-1))
    assert "not in order of time" in faults(entered(5), left(4))
    assert "code is unknown" in faults((0, 10, -1, len(Event), 0, 0))
    assert "code is unknown" in faults((0, 10, -1, -1, 0, 0))


def test_a_child_enters_and_leaves_by_turns_whatever_others_do_between() -> None:
    told = "enters care twice without leaving it"
    assert told in faults(entered(0), left(1, child=101), entered(2))
    assert told in faults(left(0), left(0))


def test_work_of_one_family_and_kind_ends_only_once_it_has_begun() -> None:
    told = "never began"
    assert told in faults(work(Event.FINISHED, 0), work(Event.STARTED, 1))
    assert told in faults(work(Event.STARTED, 0), work(Event.STOPPED, 1, what=EDGE))
    assert told in faults(work(Event.STARTED, 0, family=20), work(Event.STOPPED, 1))


def test_identities_too_large_to_be_packed_are_put_in_order_all_the_same() -> None:
    large = 1 << 58
    validate(log(work(Event.STARTED, 0, family=large), work(Event.STOPPED, 1, family=large)), 100)
    assert "twice" in faults(entered(0, child=large), entered(1, child=large))
