"""The programs of benchmarks/peers do the same work, and the check that says so can fail."""

from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from benchmarks.peers import waiting, worker, workload
from benchmarks.peers.agree import FINE, agreement
from benchmarks.peers.run import PROGRAMS, found, options
from benchmarks.peers.tell import number
from benchmarks.peers.workload import (
    ASKED,
    CLOSES,
    ENTERED,
    FINISHED,
    GAVE_UP,
    LEFT,
    MOST_VISITS,
    PLACES,
    PLACES_SET,
    REFERRED,
    STARTED,
    TEAMS,
    WHOLE,
    Work,
    canonical,
    draw,
    read,
    rows_of,
)

HERE, MISSING = found()
LAST = WHOLE - 1
"""A route that always closes the case."""


def by_hand(
    families: list[tuple[int, int, int]], changes: list[tuple[int, int, int]], route: int, horizon: int
) -> Work:
    """Families (tick, class, patience) whose work takes a tick for each day of the mean, and care 20."""
    slots = len(families) * MOST_VISITS
    at_once = [(0, team, 1) for team in range(TEAMS)]
    return Work(
        seed=0,
        ticks_a_day=1,
        horizon=horizon,
        arrival=np.array([tick for tick, _, _ in families]),
        urgency=np.array([urgency for _, urgency, _ in families]),
        factor=np.ones(slots, dtype=np.int64),
        route=np.full(slots, route),
        patience=np.repeat([patience for _, _, patience in families], MOST_VISITS),
        stay=np.full(slots, 20),
        changes=(*at_once, *changes),
    )


def lived(module: ModuleType, work: Work) -> list[tuple[int, ...]]:
    """What happened to families, in canonical order."""
    rows = canonical(rows_of(module.run(work)[0]))
    return [tuple(row) for row in rows.tolist() if row[2] != PLACES_SET]


@pytest.fixture(params=sorted(HERE))
def program(request: pytest.FixtureRequest) -> ModuleType:
    return HERE[request.param]


def test_the_programs_that_need_no_more_than_caresim_are_here() -> None:
    assert {"plain_heapq", "idiomatic_simpy", "ours_simpy", "ours_compiled"} <= set(HERE)
    assert set(HERE) | set(MISSING) == set(PROGRAMS)


def test_order_patience_care_and_changing_places(program: ModuleType) -> None:
    """One place in team 0, two from tick 20, none from 40, one from 80; work there takes 30 ticks.

    0 starts at 1. Of 1 (class 2) and 2 (class 0), the later but more urgent gets the second place at 20; 1
    starts when 0 ends at 31. 3 gives up after 10 ticks and comes back from care at 34. With no places, those
    who end at 50 and 61 were not put out at 40, and 4 waits until 80; its end at 110 is not seen.
    """
    families = [(1, 2, 500), (2, 2, 500), (3, 0, 500), (4, 0, 10), (45, 1, 500)]
    work = by_hand(families, [(20, 0, 2), (40, 0, 0), (80, 0, 1)], LAST, 100)
    assert lived(program, work) == [
        (1, 0, REFERRED, 2),
        (1, 0, ASKED, 0),
        (1, 0, STARTED, 0),
        (2, 1, REFERRED, 2),
        (2, 1, ASKED, 0),
        (3, 2, REFERRED, 0),
        (3, 2, ASKED, 0),
        (4, 3, REFERRED, 0),
        (4, 3, ASKED, 0),
        (14, 3, GAVE_UP, 0),
        (14, 3, ENTERED, 1),
        (20, 2, STARTED, 0),
        (31, 0, FINISHED, 0),
        (31, 0, CLOSES, 1),
        (31, 1, STARTED, 0),
        (34, 3, LEFT, 1),
        (34, 3, CLOSES, 1),
        (45, 4, REFERRED, 1),
        (45, 4, ASKED, 0),
        (50, 2, FINISHED, 0),
        (50, 2, CLOSES, 1),
        (61, 1, FINISHED, 0),
        (61, 1, CLOSES, 1),
        (80, 4, STARTED, 0),
    ]


def test_a_rise_by_several_places_is_filled_at_once(program: ModuleType) -> None:
    work = by_hand([(tick, 1, 500) for tick in (1, 2, 3, 4)], [(10, 0, 3)], LAST, 20)
    starts = [(tick, family) for tick, family, event, _ in lived(program, work) if event == STARTED]
    assert starts == [(1, 0), (10, 1), (10, 2)]


def test_twelve_visits_are_the_most(program: ModuleType) -> None:
    """The lowest route leads from team 0 to 1 and back, 55 ticks a round: six rounds, then it closes."""
    events = lived(program, by_hand([(1, 0, 500)], [], 0, 1000))
    assert [what for _, _, event, what in events if event == STARTED] == [0, 1] * 6
    assert events[-1] == (331, 0, CLOSES, MOST_VISITS)


def test_after_care_the_route_of_care_is_taken(program: ModuleType) -> None:
    """Team 0 is full: 1 gives up at 12, comes back at 32, and the lowest route from care leads to team 3."""
    events = lived(program, by_hand([(1, 0, 500), (2, 0, 10)], [], 0, 40))
    assert [row for row in events if row[1] == 1][2:] == [
        (12, 1, GAVE_UP, 0),
        (12, 1, ENTERED, 1),
        (32, 1, LEFT, 1),
        (32, 1, ASKED, 3),
        (32, 1, STARTED, 3),
    ]


def test_programs_agree(program: ModuleType) -> None:
    told = agreement(program, HERE["plain_heapq"], size=0.02, seeds=3)
    assert told.agrees, told.sentence
    assert told.same_fine == 3


@pytest.mark.parametrize("ticks_a_day", [1, 4, 1024])
def test_our_two_engines_write_the_same_log_whatever_falls_on_one_tick(ticks_a_day: int) -> None:
    """With whole days nearly everything does."""
    for seed in range(1, 9):
        work = draw(seed, size=0.02, ticks_a_day=ticks_a_day)
        simpy, compiled = (
            canonical(rows_of(HERE[name].run(work)[0])) for name in ("ours_simpy", "ours_compiled")
        )
        assert len(simpy) > 4000
        assert np.array_equal(simpy, compiled)


def test_who_came_first_is_first_whatever_the_order_of_joining() -> None:
    """Members 0 to 3 have waited since 5, 3, 5 and 4; 2 joins before 0, 1 last of all, and 3 gives up."""
    members = np.zeros(4, np.dtype(waiting.FIELDS)).view(np.recarray)
    queue = waiting.empty_queues(1).view(np.recarray)[0]
    for row, since in ((2, 5), (3, 4), (0, 5), (1, 3)):
        waiting.join(queue, members, row, since)
    waiting.leave(queue, members, 3)
    order = []
    while queue.first >= 0:
        order.append(int(queue.first))
        waiting.leave(queue, members, order[-1])
    assert order == [1, 0, 2]
    assert queue.last == -1


def test_a_rise_filled_by_one_look_only_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mistake that SimPy invites: its resource looks at the queue once and grants one place."""
    wrong = HERE["idiomatic_simpy"]

    def one_look(team, places: int) -> None:
        team._capacity = places
        team._trigger_put(None)

    monkeypatch.setattr(wrong.Team, "set_places", one_look)
    told = agreement(wrong, HERE["plain_heapq"], size=0.1, seeds=2)
    assert not told.agrees
    assert any("fine clock" in fault for fault in told.faults)


def test_what_was_counted_but_not_written_down_is_told() -> None:
    plain = HERE["plain_heapq"]

    def run(work: Work):
        records, counted = plain.run(work)
        return [row for row in records if row[2] != ENTERED], counted

    told = agreement(SimpleNamespace(run=run, NAME="forgetful"), plain, size=0.05, seeds=2)
    assert any("counted entries" in fault for fault in told.faults)


def test_statistics_are_read_from_the_log() -> None:
    rows = np.array(
        [
            (9, 1, STARTED, 2),
            (1, 0, ASKED, 0),
            (2, 1, ASKED, 2),
            (6, 0, GAVE_UP, 0),
            (6, 0, ENTERED, 1),
        ]
    )
    assert read(rows) == {
        "starts": [0, 0, 1, 0],
        "gave_up": [1, 0, 0, 0],
        "waited": [0, 0, 7, 0],
        "entries": [1],
    }


def test_the_workload_is_what_it_says() -> None:
    work = draw(3, size=0.2)
    assert work.horizon == 8 * 365.25 * 1024
    assert 4500 < work.families < 5100
    assert np.all(np.diff(work.arrival) >= 0)
    assert work.arrival[-1] < work.horizon
    days = work.factor / 1024
    assert abs(days.mean() - 1) < 0.02
    assert abs(np.log(days).std() - 0.6) < 0.01
    waits = work.patience.reshape(-1, MOST_VISITS) / 1024
    assert [
        round(waits[work.urgency == urgency].mean() / mean, 1) for urgency, mean in enumerate((45, 90, 180))
    ] == [
        1.0,
        1.0,
        1.0,
    ]
    assert min(work.factor.min(), work.patience.min(), work.stay.min()) >= 1
    assert len(work.changes) == 32 * TEAMS
    shares = [places / (0.2 * PLACES[team]) for _, team, places in work.changes]
    assert 0.9 < min(shares) < 0.95
    assert 1.05 < max(shares) < 1.1


def test_a_finer_clock_changes_only_the_clock() -> None:
    coarse, fine = draw(5, size=0.02), draw(5, size=0.02, ticks_a_day=FINE)
    assert coarse.families == fine.families
    assert np.array_equal(coarse.route, fine.route)
    assert np.abs(fine.stay / 1024 - coarse.stay).max() <= 1
    assert [places for _, _, places in coarse.changes] == [places for _, _, places in fine.changes]


def test_chances_never_exceed_one() -> None:
    for row in workload.ROUTES:
        assert list(row) == sorted(row)
        assert row[-1] < WHOLE


def test_ratios_are_told_to_three_figures() -> None:
    assert [number(value) for value in (0.5, 12.34, 1234.5)] == ["0.50", "12.3", "1,234"]


def test_the_full_size_is_measured_unless_another_is_asked_for() -> None:
    assert options([]).size == 1.0
    assert options(["--size", "0.05"]).size == 0.05


def test_a_turn_is_as_many_replications_as_take_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is another one; their mean is told, with what the first of them saw."""
    taken = {1: 0.3, 1 + worker.FURTHER_SEEDS: 0.5, 1 + 2 * worker.FURTHER_SEEDS: 0.4}
    monkeypatch.setattr(
        worker, "replication", lambda _, seed, size: {"cpu": taken[seed], "records": seed, "size": size}
    )
    three = worker.turn(None, 1, 0.1, least=1.0)
    assert three == {"cpu": pytest.approx(0.4), "records": 1, "size": 0.1, "replications": 3}
    assert worker.turn(None, 1, 0.1, least=0.2)["replications"] == 1
