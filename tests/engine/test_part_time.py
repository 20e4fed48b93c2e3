"""A worker's hours change while families are held: who stays, and who begins that day."""

from typing import Any

from sim.engine.events import Event
from sim.model.capacity import workers
from sim.model.plan import Services
from sim.model.terms import Line, Offer, Status, Team
from tests.model import staff
from tests.replay import live
from tests.worlds import Household, at, days, plan_of, rows, services

HELP = Offer.EARLY_HELP


def early_help(*hours: tuple[int, int]) -> Services:
    """Early help by one worker who holds two families full time, of so many hours from a day on."""
    whole: dict[str, Any] = staff.values(services__early_help__families_per_post__key_worker=2.0)
    post = staff.post(
        Team.EARLY_HELP, "key_worker", 0, hours=tuple((staff.days(day), part) for day, part in hours)
    )
    found = workers(whole, staff.scenario(), (post,), staff.CLOCK, dict.fromkeys(Team, 0))
    return services(
        opens={HELP: 0}, workers={Line.KEY_WORKER: found[Line.KEY_WORKER]}, lapses={HELP: days(600)}
    )


def three(length: float) -> list[Household]:
    return [Household(opening=Status.EARLY_HELP, length={HELP: days(length)}) for _ in range(3)]


def test_a_rise_from_half_to_full_time_adds_a_place_that_day_and_hands_nobody_over() -> None:
    log = live(plan_of(*three(100), services=early_help((0, 50), (30, 100))))
    assert [at(log, Event.STARTED, family=family) for family in (10, 20, 30)] == [[0], [30], [100]]
    assert at(log, Event.FINISHED, family=10) == [100]
    assert not rows(log, Event.INTERRUPTED)


def test_a_fall_to_half_time_puts_nobody_out_and_nobody_starts_until_there_is_room() -> None:
    log = live(plan_of(*three(100), services=early_help((0, 100), (30, 50))))
    assert [at(log, Event.STARTED, family=family) for family in (10, 20, 30)] == [[0], [0], [100]]
    assert [at(log, Event.FINISHED, family=family) for family in (10, 20, 30)] == [[100], [100], [200]]
    assert not rows(log, Event.INTERRUPTED, Event.STOPPED)
