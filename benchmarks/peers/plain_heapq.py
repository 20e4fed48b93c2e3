"""A loop around a heap, as somebody who wants speed and no library would write it."""

from __future__ import annotations

from heapq import heappop, heappush

from benchmarks.peers.workload import (
    ASKED,
    CARE,
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

NAME = "plain heapq loop"

CHANGE, ARRIVE, RELEASE, RENEGE, RETURN = range(5)


def run(work: Work):
    """One replication: records and statistics."""
    lists = work.lists
    arrival, urgency, factor = lists["arrival"], lists["urgency"], lists["factor"]
    route, patience, stay = lists["route"], lists["patience"], lists["stay"]
    horizon = work.horizon
    records: list[tuple[int, int, int, int]] = []
    log = records.append
    starts, gave_up, waited = [0] * TEAMS, [0] * TEAMS, [0] * TEAMS

    capacity, held = [0] * TEAMS, [0] * TEAMS
    lines: list[list[tuple[int, int, int]]] = [[] for _ in range(TEAMS)]
    asked = [-1] * (len(arrival) * MOST_VISITS)
    """By visit: when it was asked for, while the family waits; else -1."""
    visits = [0] * len(arrival)
    heap = [(tick, CHANGE, team, places) for tick, team, places in work.changes]
    heap.sort()
    if arrival:
        heappush(heap, (arrival[0], ARRIVE, 0, 0))

    def grant(team: int, now: int) -> None:
        line = lines[team]
        while line and held[team] < capacity[team]:
            _, since, slot = heappop(line)
            if asked[slot] < 0:
                continue
            asked[slot] = -1
            held[team] += 1
            starts[team] += 1
            waited[team] += now - since
            log((now, slot // MOST_VISITS, STARTED, team))
            heappush(heap, (now + factor[slot] * WORK_DAYS[team], RELEASE, slot, team))

    def go(family: int, origin: int, drawn: int, now: int) -> None:
        team = onward(origin, drawn) if visits[family] < MOST_VISITS else CLOSED
        if team == CLOSED:
            log((now, family, CLOSES, visits[family]))
        else:
            ask(family, team, now)

    def ask(family: int, team: int, now: int) -> None:
        slot = family * MOST_VISITS + visits[family]
        visits[family] += 1
        asked[slot] = now
        log((now, family, ASKED, team))
        heappush(lines[team], (urgency[family], now, slot))
        grant(team, now)
        if asked[slot] >= 0:
            heappush(heap, (now + patience[slot], RENEGE, slot, team))

    while heap:
        now, kind, slot, team = heappop(heap)
        if now >= horizon:
            break
        if kind == RELEASE:
            family = slot // MOST_VISITS
            held[team] -= 1
            log((now, family, FINISHED, team))
            grant(team, now)
            go(family, team, route[slot], now)
        elif kind == RENEGE:
            if asked[slot] >= 0:
                asked[slot] = -1
                family = slot // MOST_VISITS
                gave_up[team] += 1
                log((now, family, GAVE_UP, team))
                log((now, family, ENTERED, visits[family]))
                heappush(heap, (now + stay[slot], RETURN, slot, 0))
        elif kind == ARRIVE:
            log((now, slot, REFERRED, urgency[slot]))
            ask(slot, 0, now)
            if slot + 1 < len(arrival):
                heappush(heap, (arrival[slot + 1], ARRIVE, slot + 1, 0))
        elif kind == RETURN:
            family = slot // MOST_VISITS
            log((now, family, LEFT, visits[family]))
            go(family, CARE, route[slot], now)
        else:
            places, team = team, slot
            capacity[team] = places
            log((now, -1 - team, PLACES_SET, places))
            grant(team, now)
    return records, {"starts": starts, "gave_up": gave_up, "waited": waited, "entries": [sum(gave_up)]}
