"""Random small plans, full of ties: whatever they say, the log is sound, conserved and repeatable."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.events import Event, validate
from sim.engine.simpy_engine import run
from sim.foundations.ledger import NEVER, ONE
from sim.model.plan import Plan, Rules
from sim.model.terms import Channel, Offer, Route, Status, Team
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
        needs=dice.flag(),
        impaired=dice.flag(),
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
    return {
        offer: {channel: dice.pick(MULTIPLIERS) for channel in dice.some(list(Channel), 4)}
        for offer in dice.some(list(Offer), 6)
    }


def steps(dice: Dice, status: Status) -> tuple[tuple[int, ...], ...]:
    """Two steps of a level; nothing moves a case that is closed or being assessed, or proceedings upwards."""
    if status in (Status.ASSESSMENT, Status.CLOSED):
        return ((0, 0, 0, 0),)
    rows = [[0, *dice.row(3, RATES)], [dice.pick(MOMENTS), *dice.row(3, RATES)]]
    for row in rows:
        row[1] *= status != Status.PROCEEDINGS
    return tuple(tuple(row) for row in rows)


def world(dice: Dice) -> Rules:
    return rules(
        status_steps=tuple(steps(dice, status) for status in Status),
        escalation_by_youngest=dice.row(6, LEVELS),
        years=((0, dice.pick(LEVELS)), (years(1), dice.pick(LEVELS))),
        rereferral=((0, dice.pick(RATES)), (days(28), dice.pick(RATES))),
        breakdown=dice.row(6, RATES),
        breakdown_by_status=dice.row(7, LEVELS),
        court_by_youngest=dice.row(6, LEVELS),
        no_warning=dice.row(7, RATES),
        edge_rate=dice.pick(RATES),
        window=dice.pick(MOMENTS),
        after_return=((0, dice.pick(RATES)), (days(30), dice.pick(RATES)), (years(6), 0)),
        joins=dice.row(4, SHARES),
        stay=tuple(dice.shares(2) for _ in Route),
        exit_rate=dice.row(2, RATES),
        exit_long=dice.row(6, RATES),
        exit_long_early=dice.pick(LEVELS),
        leaving_by_stay=tuple(dice.shares(4) for _ in range(2)),
        leaving_by_band=tuple(dice.shares(4) for _ in range(4)),
        placement=tuple(dice.shares(4) for _ in range(6)),
    )


def random_plan(seed: int, families: int) -> Plan:
    dice = Dice(seed)
    places = {
        team: ((0, dice.pick((0, 1, 2))), *((tick, dice.pick((0, 1, 1, 2, 5))) for tick in ticks))
        for team in Team
        for ticks in [sorted(set(dice.some(MOMENTS, 3)))]
    }
    return plan_of(
        *(household(dice) for _ in range(families)),
        rules=world(dice),
        services=services(
            places=places,
            opens={offer: dice.pick((0, 0, 0, days(7), days(60), NEVER)) for offer in Offer},
            lapses={offer: dice.pick(MOMENTS) for offer in Offer},
            during=effects(dice),
            afterwards=effects(dice),
            heard=dice.row(7, (ONE // 2, ONE, ONE)),
            panel_every=dice.pick(MOMENTS[1:]),
            return_home_lapse=dice.pick(MOMENTS),
            held_after_return=dice.pick(MOMENTS),
            strongest_only=dice.flag(),
        ),
    )


seeds, sizes = st.integers(0, 2**32 - 1), st.integers(1, 8)


@settings(max_examples=150)
@given(seeds, sizes)
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
    null = replace(plan, services=replace(plan.services, during=ones.during, after=ones.after))
    closed = replace(null, services=replace(null.services, opens=(NEVER,) * len(Offer)))
    lives = (Event.CRISIS, Event.ENTERED, Event.PLACED, Event.LEFT, Event.STATUS, Event.REFERRED, Event.BORN)

    def life(log: Any) -> list[tuple[int, ...]]:
        kept = [int(event) for event in (*lives, Event.PLAN_STARTED, Event.PLAN_ENDED)]
        columns = zip(
            *(getattr(log, name).tolist() for name in ("tick", "family", "child", "event", "what", "amount")),
            strict=True,
        )
        return [row for row in columns if row[3] in kept]

    assert life(run(null)) == life(run(closed))


@settings(max_examples=60)
@given(seeds, sizes)
def test_a_family_alone_lives_as_it_does_among_others(seed: int, families: int) -> None:
    """Without shared places a family's story depends on no other family: one alone is told alike."""
    plan = random_plan(seed, families)
    apart = replace(plan, services=replace(plan.services, opens=(NEVER,) * len(Offer)))
    whole = run(apart)
    first = slice(0, int(plan.families.first_child[1]))
    alone = replace(
        apart,
        families=replace(
            apart.families,
            **{
                name: (column[:, :1] if name in ("offered", "accepts", "length") else column[:1])
                for name in apart.families.__slots__
                if name != "first_child"
                for column in [getattr(apart.families, name)]
            },
            first_child=plan.families.first_child[:2],
        ),
        children=replace(
            apart.children,
            **{name: getattr(apart.children, name)[first] for name in apart.children.__slots__},
        ),
    )
    assert run(alone).tobytes() == whole.of_family(10).tobytes()
