"""Random small plans, full of ties: whatever they say, the log is sound, conserved and repeatable."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.engine.events import Event, EventLog, validate
from sim.engine.simpy_engine import run
from sim.foundations.ledger import NEVER, ONE
from sim.model.plan import Plan, Practice, Rules, Services, Worker
from sim.model.terms import HELD_NAMES, Channel, Gate, Line, Offer, Placement, Route, Status, Turn
from tests.replay import check_conservation
from tests.worlds import (
    RATE,
    TWO_YEARS,
    UNSPENT,
    Household,
    Kid,
    after,
    days,
    plan_of,
    rows,
    rules,
    services,
    years,
)

# Few distinct moments, so that many things fall due in one instant.
MOMENTS = (1, days(1), days(7), days(7), days(14), days(28), days(30), days(60), days(200))
RESILIENCES = (*(after(moment) for moment in MOMENTS), UNSPENT, UNSPENT, UNSPENT)
UNIFORMS = (0, ONE // 4, ONE // 2, ONE - 1)
MULTIPLIERS = (0.0, 0.5, 1.0, 1.0, 2.0)
AGES = (0.0, 0.9, 1.0, 4.99, 9.0, 13.0, 15.98, 17.0, 17.9, 17.99)
RATES = (0, RATE, RATE, 3 * RATE)
LEVELS = (0, ONE // 2, ONE, ONE, 2 * ONE)
SHARES = (0, ONE // 2, ONE)


class Dice:
    """Choices for one plan; all of them follow from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def pick(self, among: Sequence[Any]) -> Any:
        return self.random.choice(among)

    def flag(self) -> bool:
        return self.random.random() < 0.5

    def row(self, length: int, among: Sequence[int]) -> tuple[int, ...]:
        return tuple(self.pick(among) for _ in range(length))

    def some(self, among: Sequence[int], most: int) -> tuple[int, ...]:
        return self.row(self.random.randint(0, most), among)

    def shares(self, length: int) -> tuple[int, ...]:
        """Cumulative shares."""
        return tuple(sorted(self.row(length, SHARES)))


def kid(dice: Dice, *, here: bool) -> Kid:
    unborn = dice.random.random() < 0.25
    in_care = here and not unborn and dice.flag()
    return Kid(
        age=dice.pick(AGES),
        born=dice.pick(MOMENTS) if unborn else None,
        crisis=dice.some(RESILIENCES, 8),
        edge=dice.some(RESILIENCES, 8),
        heard=dice.some(UNIFORMS, 8),
        joins=dice.some(UNIFORMS, 8),
        stay=dice.some(UNIFORMS, 6),
        stay_end=dice.some(RESILIENCES, 6),
        leaving=dice.some(UNIFORMS, 6),
        placement=dice.some(UNIFORMS, 6),
        kin=dice.some(UNIFORMS, 6),
        settled=dice.some(RESILIENCES, 10),
        moved_to=dice.some(UNIFORMS, 10),
        guardian=here and dice.random.random() < 0.2,
        opening_stay=dice.pick((0, 1, 2)) if in_care else -1,
        opening_elapsed=dice.pick(MOMENTS),
        returned=here and dice.flag(),
    )


def household(dice: Dice) -> Household:
    arrives = dice.pick((0, 0, *MOMENTS))
    return Household(
        kids=[kid(dice, here=not arrives) for _ in range(dice.pick((1, 1, 2, 4)))],
        arrives=arrives,
        opening=-1 if arrives else dice.pick(list(Status)[1:]),
        elapsed=dice.pick(MOMENTS),
        outcome=dice.some((1, 2, 3, 6), 10),
        assessment=dice.some(MOMENTS, 10),
        rereferral=dice.some(RESILIENCES, 10),
        factor=dice.pick((0, ONE // 2, ONE, 2 * ONE)),
        relationship=dice.flag(),
        needs=dice.pick((0, 0, 0b0001, 0b1000, 0b0101, 0b1111)),
        panel=dice.pick(UNIFORMS),
        order=dice.pick(UNIFORMS),
        impaired=dice.flag(),
        earlier_plan=dice.flag(),
        priority=dice.pick((0, 1, 2)),
        step_up=dice.some(RESILIENCES, 16),
        step_down=dice.some(RESILIENCES, 16),
        to_early_help=dice.flag(),
        plan_start=dice.some(UNIFORMS, 16),
        court=dice.some(RESILIENCES, 4),
        no_warning=dice.some(RESILIENCES, 4),
        picks=dice.some(UNIFORMS, 4),
        declines=dice.some(list(Offer), 1),
        unoffered=dice.some(list(Offer), 1),
        length={offer: dice.pick(MOMENTS) for offer in Offer},
    )


def effects(dice: Dice) -> dict[int, dict[int, float]]:
    """A few multipliers of a few offers."""
    some = {
        offer: {channel: dice.pick(MULTIPLIERS) for channel in dice.some(list(Channel), 4)}
        for offer in dice.some(list(Offer), 6)
    }
    return {Offer.FAMILY_SAFEGUARDING: {Channel.PLAN_START: dice.pick(MULTIPLIERS)}, **some}


def steps(dice: Dice, status: Status) -> tuple[tuple[int, ...], ...]:
    """Two steps of a level; nothing moves a case that is closed or being assessed, or proceedings upwards."""
    if status in (Status.ASSESSMENT, Status.CLOSED):
        return ((0, 0, 0, 0),)
    rows = [[0, *dice.row(3, RATES)], [dice.pick(MOMENTS), *dice.row(3, RATES)]]
    for row in rows:
        row[1] *= status != Status.PROCEEDINGS
    return tuple(tuple(row) for row in rows)


def gates(dice: Dice) -> tuple[int, ...]:
    """A wait before some levels; assessments and closures have none."""
    waits = list(dice.row(len(Status), (0, 0, days(7), days(21))))
    waits[Status.ASSESSMENT] = waits[Status.CLOSED] = 0
    return tuple(waits)


def world(dice: Dice) -> Rules:
    return rules(
        status_steps=tuple(steps(dice, status) for status in Status),
        escalation_by_youngest=dice.row(6, LEVELS),
        years=((0, dice.pick(LEVELS)), (years(1), dice.pick(LEVELS))),
        exit_years=((0, dice.pick(LEVELS)), (years(1), dice.pick(LEVELS))),
        rereferral=((0, dice.pick(RATES)), (days(28), dice.pick(RATES))),
        breakdown=dice.row(6, RATES),
        breakdown_by_status=dice.row(7, LEVELS),
        court_by_youngest=dice.row(6, LEVELS),
        court_at_birth=dice.row(7, (0, ONE // 4, ONE, 3 * ONE)),
        no_warning=dice.row(7, RATES),
        edge_rate=dice.pick(RATES),
        window=dice.pick(MOMENTS),
        after_return=((0, dice.pick(RATES)), (days(30), dice.pick(RATES)), (years(6), 0)),
        guardianship=dice.pick(RATES),
        gates=gates(dice),
        reviews=dice.pick(((1, 1), (days(7), days(14)), (days(28), days(60)))),
        order_with_kin=dice.pick(SHARES),
        joins=dice.row(len(Route), SHARES),
        stay=tuple(dice.shares(2) for _ in Route),
        exit_rate=dice.row(2, RATES),
        exit_long=dice.row(6, RATES),
        exit_long_early=dice.pick(LEVELS),
        leaving_by_stay=tuple(dice.shares(3) for _ in range(2)),
        leaving_by_band=tuple(dice.shares(3) for _ in range(4)),
        guardians_by_stay=dice.row(2, SHARES),
        guardians_by_band=dice.row(4, SHARES),
        placement=tuple(dice.shares(5) for _ in range(6)),
        kinship=dice.row(6, SHARES),
        moves=tuple(
            ((0, dice.pick(RATES)), (dice.pick(MOMENTS), dice.pick(RATES))) for _ in range(len(Placement))
        ),
        moved_to=tuple(dice.shares(5) for _ in range(6)),
    )


def moments(dice: Dice, most: int) -> list[int]:
    """Different ticks, in order, the first day among them."""
    return sorted({0, *dice.some(MOMENTS, most)})


def dated(dice: Dice, among: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Rows (from tick, one of some values)."""
    return tuple((tick, dice.pick(among)) for tick in moments(dice, 2))


def worker(dice: Dice) -> Worker:
    """A post through which people come and go, some of them absent for a while."""
    rows = []
    person = newest = 0
    for tick in moments(dice, 4):
        change = dice.pick(("leaves", "another", "another", "absent"))
        if change == "another":
            newest += 1
            person = newest
        elif change == "leaves":
            person = 0
        working = person and change == "another"
        rows.append((tick, dice.pick((1, 1, 2, 5)) if working else 0, person))
    return tuple(rows)


def practices(dice: Dice) -> tuple[Practice, ...]:
    return tuple(
        Practice(
            since=tick,
            earlier_help=dice.pick(list(Gate)),
            youngest=dice.pick((0, 0, 2, 3)),
            emergency=dice.random.random() < 0.3,
            cases=dice.pick((1, 1, 2, 1000)),
        )
        for tick in moments(dice, 2)
    )


def random_services(dice: Dice) -> Services:
    meetings = dice.pick(MOMENTS[1:])
    steps = [((tick, dice.pick(LEVELS)) for tick in moments(dice, 2)) for _ in range(2)]
    plain = services(
        workers={line: [worker(dice) for _ in range(dice.pick((0, 1, 2, 3)))] for line in Line},
        opens={offer: dice.pick((0, 0, 0, days(7), days(60), NEVER)) for offer in Offer},
        closes=tuple(dice.pick((NEVER, NEVER, NEVER, days(60))) for _ in Offer),
        lapses={offer: dice.pick(MOMENTS) for offer in Offer},
        effects=effects(dice),
        strength=tuple(dice.row(len(TWO_YEARS.month_starts), (0, ONE // 3, ONE)) for _ in Offer),
        decay=tuple(sorted(dice.row(len(TWO_YEARS.month_starts), SHARES), reverse=True)),
        continuity=(ONE, *dice.row(2, (0, ONE // 2, ONE))),
        direct_work=dice.pick(SHARES),
        offered=tuple(((0, dice.pick((ONE // 2, ONE, ONE))),) for _ in Offer),
        take_up=tuple(((0, ONE), (days(60), dice.pick((ONE // 2, ONE)))) for _ in Offer),
        heard=tuple(dated(dice, (ONE // 2, ONE, ONE)) for _ in HELD_NAMES),
        heard_in_care=dated(dice, SHARES),
        lengths=tuple(dated(dice, (1, ONE // 2, ONE, ONE, 2 * ONE)) for _ in Offer),
        panel_every=meetings,
        panel_refuses=dated(dice, (0, 0, ONE // 2)),
        urgent=dice.pick((1, days(1), days(7))),
        recent=dated(dice, MOMENTS),
        turns=dated(dice, list(Turn)),
        step_down_ages=(0, *sorted((years(dice.pick((1, 5, 10))), years(dice.pick((3, 13, 20)))))),
        return_home_lapse=dice.pick(MOMENTS),
        held_after_return=dice.pick(MOMENTS),
        handover=dice.pick((0, days(1), days(14))),
        patience=dice.pick((days(14), days(28), days(60))),
        nerve=tuple(steps[0]),
        stability=dated(dice, (0, 1, NEVER)),
        stability_after=dice.pick(MOMENTS),
        stability_youngest=dice.pick((0, 3)),
        load_capacity=tuple(steps[1]),
        load_in_service=dice.pick((ONE, 2 * ONE)),
        overload=tuple(ONE + step * dice.pick((0, ONE // 16)) for step in range(49)),
        compounding=dice.flag(),
        strongest_only=dice.flag(),
    )
    return replace(plain, practice=practices(dice))


def random_plan(seed: int, families: int) -> Plan:
    dice = Dice(seed)
    return plan_of(
        *(household(dice) for _ in range(families)), rules=world(dice), services=random_services(dice)
    )


seeds, sizes = st.integers(0, 2**32 - 1), st.integers(1, 8)


@settings(max_examples=150)
@given(seeds, sizes)
@example(20972, 1)
def test_any_plan_runs_keeps_the_schema_conserves_and_repeats(seed: int, families: int) -> None:
    plan = random_plan(seed, families)
    log = run(plan)
    validate(log, plan.horizon)
    check_conservation(log, plan)
    assert run(plan).tobytes() == log.tobytes()


@settings(max_examples=60)
@given(seeds, sizes)
def test_any_service_without_effect_leaves_every_life_where_it_was(seed: int, families: int) -> None:
    plan = random_plan(seed, families)
    ones = services(TWO_YEARS)
    null = replace(plan, services=replace(plan.services, powers=ones.powers, overload=ones.overload))
    closed = replace(null, services=replace(null.services, opens=(NEVER,) * len(Offer)))
    assert life(run(null)) == life(run(closed))


LIVES = {
    int(event)
    for event in (
        Event.CRISIS,
        Event.ENTERED,
        Event.PLACED,
        Event.BROKE_DOWN,
        Event.LEFT,
        Event.GATE,
        Event.STATUS,
        Event.ORDER,
        Event.REFERRED,
        Event.BORN,
        Event.PLAN_STARTED,
        Event.PLAN_AVERTED,
        Event.PLAN_ENDED,
    )
}


def life(log: EventLog) -> list[tuple[int, ...]]:
    """All that happens to families, whatever services do beside it."""
    return [row for row in rows(log) if row[3] in LIVES]


def among_all(table: Any, first: slice) -> Any:
    """The rows of the first family, or of its children, where the families are on the second axis too."""
    by_offer = ("offered", "accepts", "length")
    return replace(
        table,
        **{
            name: (column[:, first] if name in by_offer else column[first])
            for name in table.__slots__
            if name != "first_child"
            for column in [getattr(table, name)]
        },
    )


@settings(max_examples=60)
@given(seeds, sizes)
def test_a_family_alone_lives_as_it_does_among_others(seed: int, families: int) -> None:
    """Without shared places and load a family's story depends on no other family: one alone is told alike."""
    plan = random_plan(seed, families)
    unshared = replace(plan.services, opens=(NEVER,) * len(Offer), load_capacity=((0, 0),))
    apart = replace(plan, services=unshared)
    whole = run(apart)
    first = slice(0, int(plan.families.first_child[1]))
    alone = replace(
        apart,
        families=replace(among_all(apart.families, slice(0, 1)), first_child=plan.families.first_child[:2]),
        children=among_all(apart.children, first),
    )
    assert run(alone).tobytes() == whole.of_family(10).tobytes()


def test_random_plans_reach_every_event() -> None:
    """What is drawn is rich enough: nothing that can happen is left out of the tests above."""
    unseen = {int(event) for event in Event}
    for seed in range(500):
        unseen -= set(run(random_plan(seed, 6)).event.tolist())
        if not unseen:
            break
    assert not unseen
