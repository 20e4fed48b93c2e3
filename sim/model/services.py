"""What a scenario offers: which services are open, who works in them, and who gets to them by when."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from sim.foundations.clock import DAYS_PER_YEAR, TICKS_PER_YEAR, ticks
from sim.foundations.ledger import NEVER, ONE, fixed_point
from sim.model.capacity import load_capacity, overload, places, workers
from sim.model.effects import decay, powers
from sim.model.openings import closing, dated, end_of, go_live, produced, rows_of
from sim.model.plan import Services
from sim.model.population import LENGTHS
from sim.model.practice import meetings, practices, strengths, youngest_usual
from sim.model.terms import (
    HELD_NAMES,
    LINE_OF,
    SPECIALISTS,
    STEP_DOWN_KEYS,
    TEAM_KEYS,
    TEAM_OF,
    Offer,
    Team,
    Turn,
)
from sim.study.levers import Extend, Nerve, Order

if TYPE_CHECKING:
    from sim.foundations.clock import Clock
    from sim.model.desks import Known
    from sim.model.plan import Post, Row
    from sim.model.population import Values
    from sim.study.scenario import Scenario
    from sim.study.structure import Structure

__all__ = ["build_services", "go_live"]

EDGE = "services.edge_of_care"
SAFEGUARDING = "services.family_safeguarding"
CONFERENCE = "services.family_group_conference"

OFFERED = {
    **{offer: f"{key}.offered" for offer, key in STEP_DOWN_KEYS.items()},
    Offer.CONFERENCE_EARLY: f"{CONFERENCE}.offered_early",
    Offer.CONFERENCE_PRE_PROCEEDINGS: f"{CONFERENCE}.offered_pre_proceedings",
}
"""The chance that an offer is made when its moment comes; one whose chance is not here always is."""

TAKE_UP = {
    **{offer: f"services.{TEAM_KEYS[TEAM_OF[offer]]}.take_up" for offer in Offer},
    **dict.fromkeys(SPECIALISTS, f"{SAFEGUARDING}.specialist_take_up"),
    **{offer: f"{key}.take_up" for offer, key in STEP_DOWN_KEYS.items()},
    Offer.PLACEMENT_STABILITY: f"{EDGE}.stability_take_up",
}
"""The chance that a family takes an offer up."""

TURNS = {
    ("family_safeguarding", "nothing"): Turn.BESIDE,
    ("family_safeguarding", "conference"): Turn.CONFERENCE_FIRST,
    ("family_group_conference", "family_safeguarding"): Turn.CONFERENCE_AFTER,
}
"""What a lever of order says of a conference and Family Safeguarding, by service and what comes before."""


def build_services(
    values: Values,
    scenario: Scenario,
    posts: tuple[Post, ...],
    clock: Clock,
    structure: Structure,
    known: Known | None = None,
) -> Services:
    """Everything that differs between scenarios, as whole numbers. ``known`` keeps what other scenarios have
    made of their posts, for those that have them too."""
    begins = {team: produced(team, values, scenario, posts, clock) for team in Team}
    opens = {team: go_live(team, begins[team], values, structure) for team in Team}
    lines = workers(values, scenario, posts, clock, opens, known)
    extension = extended(scenario, clock, begins[Team.EDGE_OF_CARE])
    usual, each = values["staffing.usual_caseload"], values[f"{SAFEGUARDING}.families_per_post.social_worker"]
    months = len(clock.month_starts)
    left = values["staffing.continuity"]
    return Services(
        workers=lines,
        places=tuple(places(line) for line in lines),
        opens=tuple(opening(offer, opens, lines, extension) for offer in Offer),
        closes=tuple(closing(TEAM_OF[offer], scenario, clock) for offer in Offer),
        offered=tuple(chances(values, scenario, clock, OFFERED.get(offer)) for offer in Offer),
        take_up=tuple(chances(values, scenario, clock, TAKE_UP[offer]) for offer in Offer),
        lapses=tuple(lapse(values, offer) for offer in Offer),
        powers=tuple(powers(values, scenario, clock, offer, structure) for offer in Offer),
        strength=strengths(values, scenario, posts, clock, begins, structure),
        decay=decay(values, months),
        continuity=tuple(fixed_point(left**changes) for changes in range(4)),
        direct_work=fixed_point(values[f"{SAFEGUARDING}.direct_work"]),
        lengths=tuple(stretched(values, scenario, clock, LENGTHS[offer]) for offer in Offer),
        heard_in_care=chances(values, scenario, clock, f"{EDGE}.heard_after_entry"),
        heard=tuple(chances(values, scenario, clock, f"{EDGE}.heard", name) for name in HELD_NAMES),
        meetings=meetings(values, scenario, clock),
        practice=practices(values, scenario, clock, begins[Team.EDGE_OF_CARE], structure),
        panel_refuses=chances(values, scenario, clock, f"{EDGE}.panel_refuses"),
        urgent=ticks(values[f"{EDGE}.urgent_days"]),
        recent=tuple(
            (tick, ticks(months * DAYS_PER_YEAR / 12))
            for tick, months in dated(values, scenario, f"{EDGE}.earlier_help_months", clock)
        ),
        turns=turns(scenario, clock),
        step_down_ages=step_down_ages(values),
        return_home_lapse=ticks(values[f"{EDGE}.return_home_lapse_days"]),
        held_after_return=ticks(values[f"{EDGE}.held_after_return_days"]),
        handover=ticks(values["staffing.handover_days"]),
        patience=ticks(values["staffing.patience_days"]),
        nerve=nerve(scenario, clock),
        stability=extension,
        stability_after=ticks(values[f"{EDGE}.stability_after_days"]),
        stability_youngest=youngest_usual(),
        load_capacity=load_capacity(values, scenario, posts, clock, known),
        load_in_service=fixed_point(usual / each) if each > 0 else 0,
        overload=overload(values),
        compounding=structure.compounding,
        strongest_only=structure.combine == "strongest",
    )


def opening(
    offer: Offer,
    opens: dict[Team, int],
    lines: tuple[tuple[tuple[Row, ...], ...], ...],
    extension: tuple[Row, ...],
) -> int:
    """Tick from which an offer is made, or NEVER. A specialist whom nobody funds is not offered."""
    if offer == Offer.PLACEMENT_STABILITY:
        return next((tick for tick, spare in extension if spare < NEVER), NEVER)
    if offer in SPECIALISTS and not lines[LINE_OF[offer]]:
        return NEVER
    return opens[TEAM_OF[offer]]


def extended(scenario: Scenario, clock: Clock, begins: int) -> tuple[Row, ...]:
    """Rows (from tick, places that Edge of Care keeps free of work with long placements); NEVER where no
    lever has it do such work, or it is not there yet."""
    key = TEAM_KEYS[Team.EDGE_OF_CARE]
    spans = [
        (max(clock.tick(lever.start), begins), end_of(lever.end, clock), float(lever.spare))
        for lever in scenario.levers
        if isinstance(lever, Extend) and lever.service == key
    ]
    rows = rows_of(inf, [span for span in spans if span[0] < span[1]])
    return tuple((tick, NEVER if spare == inf else int(spare)) for tick, spare in rows)


def chances(
    values: Values, scenario: Scenario, clock: Clock, name: str | None, key: str = ""
) -> tuple[Row, ...]:
    """Rows (from tick, chance in fixed point) of a share that levers may change, or of one in a table of
    shares; always, for no name."""
    if name is None:
        return ((0, ONE),)
    rows = dated(values, scenario, name, clock, key)
    return tuple((tick, fixed_point(min(1.0, max(0.0, value)))) for tick, value in rows)


def stretched(values: Values, scenario: Scenario, clock: Clock, name: str) -> tuple[Row, ...]:
    """Rows (from tick, multiplier in fixed point) of how long work lasts against the study's own length."""
    own = float(values[name])
    return tuple((tick, fixed_point(value / own)) for tick, value in dated(values, scenario, name, clock))


def turns(scenario: Scenario, clock: Clock) -> tuple[Row, ...]:
    """Rows (from tick, ``Turn``): which of a conference and Family Safeguarding comes first."""
    spans = [
        (clock.tick(lever.start), end_of(lever.end, clock), float(TURNS[lever.service, lever.before]))
        for lever in scenario.levers
        if isinstance(lever, Order) and (lever.service, lever.before) in TURNS
    ]
    return tuple((tick, int(turn)) for tick, turn in rows_of(float(Turn.BESIDE), spans))


def step_down_ages(values: Values) -> Row:
    """By kind of step-down: age in ticks of the oldest child from which it is the one."""
    ages = values[f"{EDGE}.step_down_from_age"]
    found = (0.0, ages["one-to-one work"], ages["youth mentoring"])
    return tuple(round(age * TICKS_PER_YEAR) for age in found)


def nerve(scenario: Scenario, clock: Clock) -> tuple[Row, ...]:
    """Rows (from tick, multiplier on how readily a crisis ends in care, fixed point)."""
    spans = [
        (clock.tick(lever.start), end_of(lever.end, clock), lever.times)
        for lever in scenario.levers
        if isinstance(lever, Nerve)
    ]
    return tuple((tick, fixed_point(times)) for tick, times in rows_of(1.0, spans))


def lapse(values: Values, offer: Offer) -> int:
    """Ticks for which a family waits for a place before the offer ends.

    Edge of Care's offer ends with the crisis itself. Assumption: the offer of work with a placement stands
    for as long as the work would have lasted.
    """
    if offer == Offer.EDGE_OF_CARE:
        return 0
    if offer == Offer.PLACEMENT_STABILITY:
        return ticks(values[f"{EDGE}.stability_days"])
    return ticks(values[f"services.{TEAM_KEYS[TEAM_OF[offer]]}.lapse_days"])
