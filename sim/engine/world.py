"""What the rules see of the world, and the few things that they ask of an engine.

``World`` holds what is shared: the time, the Plan's tables, the panel's cases, the families that the
safeguarding teams hold. The functions below it are doors: each engine has its own way to write the log, keep
an agenda and run a waiting list. Here they are as the reference engine does them; the compiled engine opens
the same doors onto arrays (``sim.engine.compiled``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.people import Child, Family, KeyedChild, KeyedFamily
from sim.foundations.ledger import NEVER, ONE
from sim.model.terms import LINE_OF, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.engine.caseload import Caseload
    from sim.model.plan import Plan, Row, Services, Table


class World(ABC):
    """What a family's journey may see and change."""

    def __init__(self, plan: Plan) -> None:
        self.now = 0
        """The tick it is."""
        self.horizon = plan.horizon
        self.months = plan.months
        self.rules = plan.rules
        self.services = plan.services
        self.powers, self.tables = flat_powers(plan.services)
        """By offer: rows (from tick, position among the tables; -1 for an offer without effect)."""
        self.stronger = strength_changes(plan.services, plan.months)
        self.loads_matter = set(plan.services.overload) != {ONE}
        self.overload = ONE
        self.next_weighing = 0
        """Tick at which the load is weighed next; till then it is known."""
        self.families = families_of(plan)
        # SimPy's own pace leaves nothing to gain from working these out one at a time.
        self.offered, self.accepts, self.length = (
            [np.asarray(column) for column in by_offer]
            for by_offer in (plan.families.offered, plan.families.accepts, plan.families.length)
        )
        """By offer: [families, occurrences] what decides whether it is made and taken up, and how long its
        work would last."""
        self.panel_rows = [0] * len(self.families)
        """Rows of the families whose cases lie before the panel, as many as ``panel_size``."""
        self.panel_size = 0
        self.safeguarded_rows = [0] * len(self.families)
        """Rows of the families that the safeguarding social workers hold, in whichever way of working, as
        many as ``safeguarded_size``."""
        self.safeguarded_size = 0
        self.agendas: list[list[tuple[int, int, int]]] = [[] for _ in self.families]
        """By row of a family: its known times."""
        self.caseloads: list[Caseload] = []
        self.records: list[tuple[int, int, int, int, int, int]] = []

    @abstractmethod
    def settle_later(self) -> None:
        """Have the end of this instant settle what is shared."""

    @abstractmethod
    def wake(self, family: Family) -> None:
        """Have a family that listens act at this tick."""


def families_of(plan: Plan) -> list[Family]:
    """Every family of a Plan, before anything has happened to it."""
    first = plan.families.first_child.tolist()
    keyed = keyed_rows(plan.families, KeyedFamily)
    of_children = keyed_rows(plan.children, KeyedChild)
    identities, born = plan.children.id.tolist(), plan.children.born.tolist()
    families = []
    for row, (identity, factor) in enumerate(
        zip(plan.families.id.tolist(), plan.families.factor.tolist(), strict=True)
    ):
        children = [
            Child(index, identities[child], born[child], of_children[child])
            for index, child in enumerate(range(first[row], first[row + 1]))
        ]
        families.append(Family(row, identity, factor, children, keyed[row]))
    return families


def keyed_rows(table: Any, kind: Any) -> list[Any]:
    """One object a row of a table of columns. A wide column of which a run reads few numbers stays an array:
    turning it into lists would take longer."""
    rows = [kind() for _ in range(len(table.id))]
    for name in kind.__slots__:
        column = np.asarray(getattr(table, name))
        if name != "panel":
            column = column.tolist()
        for row, value in zip(rows, column, strict=True):
            setattr(row, name, value)
    return rows


def flat_powers(services: Services) -> tuple[tuple[tuple[Row, ...], ...], list[Table]]:
    """The tables of powers one after another, and by offer which is in force from when."""
    tables: list[Table] = []
    rows = []
    for by_time in services.powers:
        rows.append(tuple((since, len(tables) + at) for at, (since, _) in enumerate(by_time)) or ((0, -1),))
        tables += [table for _, table in by_time]
    return tuple(rows), tables


def strength_changes(services: Services, months: Row) -> tuple[Row, ...]:
    """By offer and month: the tick at which the strength of its practice next differs from that month's."""
    result = []
    for strength in services.strength:
        ticks = [NEVER] * len(strength)
        for month in range(len(strength) - 2, -1, -1):
            later = ticks[month + 1]
            ticks[month] = later if strength[month + 1] == strength[month] else months[month + 1]
        result.append(tuple(ticks))
    return tuple(result)


# The doors.


def record(world: World, event: int, family: Family, what: int, amount: int) -> None:
    """Write one line of the log, about a whole family."""
    world.records.append((world.now, family.id, -1, int(event), int(what), amount))


def record_child(world: World, event: int, family: Family, child: Child, what: int, amount: int) -> None:
    """Write one line of the log, about a child."""
    world.records.append((world.now, family.id, child.id, int(event), int(what), amount))


def record_load(world: World, event: int, amount: int) -> None:
    """Write one line of the log, about no family."""
    world.records.append((world.now, -1, -1, int(event), 0, amount))


def note(world: World, family: Family, tick: int, what: int, argument: int) -> None:
    """Put a known time on a family's agenda; what lies beyond the horizon never comes."""
    if tick >= world.horizon:
        return
    heappush(world.agendas[family.row], (tick, what, argument))
    if tick < family.due:
        family.due = tick


def take_due(world: World, family: Family) -> tuple[int, int]:
    """Take the first of a family's known times off its agenda: what, and its argument."""
    agenda = world.agendas[family.row]
    _, what, argument = heappop(agenda)
    family.due = agenda[0][0] if agenda else NEVER
    return what, argument


def family_at(world: World, row: int) -> Family:
    """The family of a row."""
    return world.families[row]


def offered_at(world: World, family: Family, what: int, occurrence: int) -> int:
    """What decides whether an offer is made when its moment comes."""
    return int(world.offered[what][family.row, occurrence])


def accepts_at(world: World, family: Family, what: int, occurrence: int) -> int:
    """What decides whether it is taken up."""
    return int(world.accepts[what][family.row, occurrence])


def length_at(world: World, family: Family, what: int, occurrence: int) -> int:
    """Ticks that its work would last."""
    return int(world.length[what][family.row, occurrence])


def multipliers(world: World, table: int, step: int) -> Sequence[int]:
    """One row of a table of powers: multipliers by channel."""
    return world.tables[table][step]


def ask(world: World, family: Family, offer: int, priority: int, since: int) -> None:
    """Ask for a place; the answer comes at the end of this instant or of a later one."""
    family.waiting |= 1 << offer
    family.asked_at[offer] = since
    family.ticket[offer] += 1
    world.caseloads[LINE_OF[offer]].ask((priority, since, family.id, offer), family, family.ticket[offer])
    world.settle_later()


def withdraw_request(world: World, family: Family, offer: int) -> None:
    """Leave the waiting list."""
    family.waiting &= ~(1 << offer)
    world.settle_later()


def give_back(world: World, family: Family, offer: int) -> None:
    """Give a place back, at the end of this instant."""
    family.held &= ~(1 << offer)
    world.caseloads[LINE_OF[offer]].leave(family.worker[offer])
    world.settle_later()


def wake(world: World, family: Family) -> None:
    """Have a family act at this tick, if it listens."""
    if family.listens:
        world.wake(family)


def families_in_service(world: World) -> int:
    """How many families Family Safeguarding's social workers hold."""
    return world.caseloads[Line.SOCIAL_WORKER].in_use
