"""Ciw as its users write it: nodes, classes and distributions; the log is its own records, spelled out."""

from __future__ import annotations

from itertools import pairwise

import ciw
import ciw.dists
import ciw.routing

from benchmarks.peers.workload import (
    ASKED,
    CARE,
    CLASSES,
    CLOSED,
    CLOSES,
    ENTERED,
    FINISHED,
    GAVE_UP,
    LEFT,
    MOST_VISITS,
    PLACES_SET,
    REFERRED,
    STARTED,
    TEAMS,
    WORK_DAYS,
    Work,
    onward,
)

NAME = "Ciw"


class Team(ciw.Node):
    """A node that never grants a place beyond its schedule, and puts nobody out.

    Ciw's own node sends the busy servers of the old shift off once they finish and adds all of the new shift
    beside them, so that just after a change up to twice the places are filled. Here those who are there stay,
    only the difference comes or goes, and while more are busy than there should be, who finishes next goes.
    """

    def change_shift(self) -> None:
        """Have as many servers as the schedule says from now on."""
        self.schedule.get_next_shift()
        self.next_shift_change = self.schedule.next_shift_change_date
        self.c = self.schedule.c
        self.simulation.changes.append((int(self.now), -self.id_number, PLACES_SET, self.c))
        surplus = len(self.servers) - self.c
        for server in [server for server in self.servers if not server.busy][: max(0, surplus)]:
            self.send_home(server)
        self.add_new_servers(max(0, -surplus))
        self.begin_service_if_possible_change_shift()

    def detatch_server(self, server, individual) -> None:
        """Let go of who has finished, and of the server too if there are too many."""
        super().detatch_server(server, individual)
        if len(self.servers) > self.c:
            self.send_home(server)

    def send_home(self, server) -> None:
        """End a server's shift."""
        server.shift_end = self.now
        self.kill_server(server)


class Family(ciw.Individual):
    """An individual that knows its number among the families and its visits."""

    def __init__(self, id_number, customer_class, priority_class, simulation) -> None:
        super().__init__(id_number, customer_class, priority_class, simulation)
        self.family = next(simulation.numbers[customer_class])
        self.visits = 0


class Patience(ciw.dists.Distribution):
    """How long a family waits; each sample begins a visit."""

    def __init__(self, draws: dict[str, list[int]]) -> None:
        self.draws = draws

    def sample(self, t=None, ind=None) -> int:
        """The patience of the visit that begins."""
        ind.visits += 1
        return self.draws["patience"][ind.family * MOST_VISITS + ind.visits - 1]


class Length(ciw.dists.Distribution):
    """How long a place is held."""

    def __init__(self, draws: dict[str, list[int]], place: int) -> None:
        self.draws = draws
        self.place = place

    def sample(self, t=None, ind=None) -> int:
        """The work of this visit, or the care stay that followed it."""
        slot = ind.family * MOST_VISITS + ind.visits - 1
        if self.place == CARE:
            return self.draws["stay"][slot]
        return self.draws["factor"][slot] * WORK_DAYS[self.place]


class Onward(ciw.routing.NodeRouting):
    """Where a family goes after a team or care."""

    def __init__(self, draws: dict[str, list[int]]) -> None:
        self.draws = draws

    def next_node(self, ind):
        """The next team, or the exit."""
        if ind.visits == MOST_VISITS:
            return self.simulation.nodes[-1]
        slot = ind.family * MOST_VISITS + ind.visits - 1
        to = onward(self.node.id_number - 1, self.draws["route"][slot])
        return self.simulation.nodes[-1 if to == CLOSED else to + 1]

    def next_node_for_jockeying(self, ind):
        """Care, for who gives up."""
        return self.simulation.nodes[CARE + 1]


def schedule(work: Work, team: int) -> ciw.Schedule:
    """A team's places, each until the next change."""
    changes = [(tick, places) for tick, of, places in work.changes if of == team]
    return ciw.Schedule(
        numbers_of_servers=[places for _, places in changes],
        shift_end_dates=[*(tick for tick, _ in changes if tick > 0), work.horizon],
    )


def network(work: Work) -> tuple[ciw.network.Network, dict[str, list[int]]]:
    """The network, and the families of each class in the order in which they come."""
    draws = work.lists
    classes = [f"class {urgency}" for urgency in range(CLASSES)]
    families: dict[str, list[int]] = {name: [] for name in classes}
    for family, urgency in enumerate(draws["urgency"]):
        families[classes[urgency]].append(family)
    arrivals = {name: [None] * (TEAMS + 1) for name in classes}
    for name in classes:
        times = [0, *(draws["arrival"][family] for family in families[name])]
        gaps = [after - before for before, after in pairwise(times)]
        arrivals[name][0] = ciw.dists.Sequential([*gaps, 2 * work.horizon])
    lengths = [Length(draws, place) for place in range(TEAMS + 1)]
    patience = [Patience(draws)] * TEAMS + [None]
    return ciw.create_network(
        arrival_distributions=arrivals,
        service_distributions=dict.fromkeys(classes, lengths),
        reneging_time_distributions=dict.fromkeys(classes, patience),
        priority_classes={name: urgency for urgency, name in enumerate(classes)},
        number_of_servers=[
            *(schedule(work, team) for team in range(TEAMS)),
            float("inf"),
        ],
        routing={
            name: ciw.routing.NetworkRouting([Onward(draws) for _ in range(TEAMS + 1)]) for name in classes
        },
    ), families


class Council(ciw.Simulation):
    """A simulation that knows which family comes next and when places changed."""

    def __init__(self, work: Work) -> None:
        described, families = network(work)
        self.numbers = {name: iter(row) for name, row in families.items()}
        self.changes: list[tuple[int, int, int, int]] = []
        super().__init__(described, node_class=[*[Team] * TEAMS, ciw.Node], individual_class=Family)


def run(work: Work):
    """One replication: records and statistics."""
    ciw.seed(work.seed)
    council = Council(work)
    council.simulate_until_max_time(work.horizon)
    return spell_out(council, work)


def spell_out(council: Council, work: Work):
    """The rows of every individual's life, from Ciw's records of its visits."""
    records = council.changes
    starts, gave_up, waited = [0] * TEAMS, [0] * TEAMS, [0] * TEAMS
    entries = 0
    for person in council.get_all_individuals():
        family, visits = person.family, 0
        visited = list(person.data_records)
        if person.node != -1:
            visited.append(council.nodes[person.node].write_incomplete_record(person))
        records.append((int(visited[0].arrival_date), family, REFERRED, work.lists["urgency"][family]))
        for visit in visited:
            place, came = visit.node - 1, int(visit.arrival_date)
            if place == CARE:
                entries += 1
                records.append((came, family, ENTERED, visits))
                if visit.record_type == "service":
                    records.append((int(visit.exit_date), family, LEFT, visits))
                continue
            visits += 1
            records.append((came, family, ASKED, place))
            if visit.record_type == "renege":
                gave_up[place] += 1
                records.append((int(visit.exit_date), family, GAVE_UP, place))
            elif visit.service_start_date is not None:
                starts[place] += 1
                waited[place] += int(visit.service_start_date) - came
                records.append((int(visit.service_start_date), family, STARTED, place))
                if visit.record_type == "service":
                    records.append((int(visit.exit_date), family, FINISHED, place))
        if person.node == -1:
            records.append((int(visited[-1].exit_date), family, CLOSES, visits))
    return records, {"starts": starts, "gave_up": gave_up, "waited": waited, "entries": [entries]}
