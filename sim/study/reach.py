"""Whether what a scenario sets can have any effect, and what follows for families if it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sim.foundations.clock import Clock
from sim.foundations.errors import Problem
from sim.study.catalogue import BASELINE, PARTNER_ROLES, PLACEMENTS, SERVICES
from sim.study.full_time import families_of, hours_of, hundredths, posts_text
from sim.study.levers import (
    Change,
    Close,
    Delay,
    Funding,
    Lever,
    Open,
    Order,
    Panel,
    Posts,
    Recruitment,
    Review,
    SetUp,
    Training,
    service_of,
)
from sim.study.parameters import Parameter
from sim.study.review import idle
from sim.study.scenario import Scenario
from sim.study.yaml_reader import Item

PANEL_REFUSES = "services.edge_of_care.panel_refuses"
STATUTORY = ("family_safeguarding", "social_worker")
"""Posts that are there with no change, though their service opens only by a lever."""

HOLDERS = {
    "early_help": ("key_worker",),
    "family_group_conference": ("coordinator",),
    "family_safeguarding": ("social_worker",),
    "edge_of_care": ("social_worker", "family_support_worker"),
}
"""Roles without which a service cannot hold a family."""

NEEDS = ("family.domestic_abuse", "family.mental_health", "family.substance_misuse")
"""Needs of parents of which a family must have one to be eligible for Family Safeguarding."""


def check_reach(item: Item, whole: Iterable[Lever], levers: Iterable[Lever], problems: list[Problem]) -> None:
    """Notes levers on a service that is never open, openings undone before they happen, idle reviews."""
    everything = tuple(whole)
    opened = {lever.service: lever for lever in everything if isinstance(lever, Open)}
    for lever in levers:
        fault = _useless(lever, opened) or (idle(lever, everything) if isinstance(lever, Review) else "")
        if fault:
            problems.append(Problem(lever.where, item.path, fault))


def _useless(lever: Lever, opened: Mapping[str, Open]) -> str:
    service = service_of(lever)
    if not service:
        return ""
    if isinstance(lever, Delay) and service not in opened:
        return (
            f"'{lever}' delays nothing: this scenario has no 'open' lever for {service}, "
            f"{'which is open already' if service in BASELINE else 'which stays closed'}"
        )
    if isinstance(lever, Close) and service in opened and lever.on <= opened[service].on:
        return f"'{lever}' comes before '{opened[service]}': {service} would never work with a family"
    if service in opened or service in BASELINE or _statutory(lever):
        return ""
    return (
        f"'{lever}' has no use: {service} is open neither with no change nor in this scenario; "
        f"expected an 'open' lever for it"
    )


def _statutory(lever: Lever) -> bool:
    """Whether it is about safeguarding posts that are there whether or not they work in the new way."""
    if isinstance(lever, Posts):
        return (lever.service, lever.role) == STATUTORY
    return (
        isinstance(lever, Recruitment) and lever.service == STATUTORY[0] and lever.role in ("", STATUTORY[1])
    )


def check_panels(
    parameters: Mapping[str, Parameter],
    scenarios: Mapping[str, Scenario],
    clock: Clock,
    problems: list[Problem],
) -> None:
    """Notes a panel that would never meet, and criteria that nobody could meet."""
    every = parameters.get("services.edge_of_care.panel_every_days")
    length = (clock.end - clock.start).days
    if (
        every is not None
        and _number(every) >= length
        and any(s.opens("edge_of_care") for s in scenarios.values())
    ):
        problems.append(
            Problem(
                every.where,
                f"{every.name}.value",
                f"a panel with no meetings decides nothing, so no family would reach Edge of Care: "
                f"expected fewer days than the study's {length}; found {_number(every):g}",
            )
        )
    told: set[Lever] = set()
    for name, scenario in scenarios.items():
        coordinators = _posts(scenario, parameters, clock, "family_group_conference", "coordinator")
        for lever in scenario.levers - told:
            if _conference_first(lever) == "edge_of_care" and coordinators == 0:
                told.add(lever)
                message = (
                    f"'{lever}' sends families without earlier help to a conference first, and there is no "
                    f"post of a coordinator to hold one: none of them would reach Edge of Care"
                )
                problems.append(Problem(lever.where, f"scenarios.{name}", message))


def warnings_of(
    parameters: Mapping[str, Parameter], scenarios: Mapping[str, Scenario], clock: Clock
) -> tuple[str, ...]:
    """What may well be meant, and is worth saying: each with its consequence."""
    usual = (*_declined(parameters), *_unplaced(parameters), *_small_for_good(parameters))
    found: dict[str, None] = dict.fromkeys(usual)
    for scenario in scenarios.values():
        for warning in _warnings(scenario, parameters, clock):
            found.setdefault(warning)
    return tuple(found)


def _warnings(scenario: Scenario, parameters: Mapping[str, Parameter], clock: Clock) -> Iterator[str]:
    levers = sorted(scenario.levers, key=lambda lever: lever.content)
    coordinators = _posts(scenario, parameters, clock, "family_group_conference", "coordinator")
    for lever in levers:
        place = f"{lever.where}: " if lever.where else ""
        if isinstance(lever, Posts) and lever.posts and lever.start < clock.start:
            yield f"{place}'{lever}': the study starts on {clock.start}; pay before that day is not counted"
        if isinstance(lever, Panel) and lever.youngest == "16-17":
            yield f"{place}'{lever}': no crisis of a child under 16 would reach Edge of Care"
        if isinstance(lever, SetUp | Funding) and not lever.pounds:
            yield f"{place}'{lever}': no pounds, so it changes no saving"
        if _conference_first(lever):
            take_up = "services.family_group_conference.take_up"
            if _never(take_up, scenario, parameters):
                yield f"{place}'{lever}': no family takes up a conference, so asking for one only costs time"
        if isinstance(lever, Order) and lever.service != "edge_of_care" and not coordinators:
            yield f"{place}'{lever}': there is no post of a coordinator, so no conference to put in order"
        if isinstance(lever, Posts) and (
            lever.service in BASELINE or scenario.opens(lever.service) is not None
        ):
            told = _too_small(lever.service, lever.role, lever.posts, parameters)
            if told:
                yield f"{place}'{lever}': {told}"
    for service in dict.fromkeys(lever.service for lever in levers if isinstance(lever, Open)):
        yield from _idle(service, scenario, parameters, clock)
        yield from _fruitless(service, scenario, parameters, clock)
    if scenario.opens("edge_of_care"):
        yield from _too_late(scenario, parameters)


def _conference_first(lever: Lever) -> str:
    """The service for which a lever has families wait for a conference; "" for none."""
    if isinstance(lever, Panel) and lever.earlier_help == "conference first":
        return "edge_of_care"
    return lever.service if isinstance(lever, Order) and lever.before == "conference" else ""


def _declined(parameters: Mapping[str, Parameter]) -> Iterator[str]:
    """Says that a service of every scenario, no change included, is taken up by nobody."""
    for service in BASELINE:
        one = parameters.get(f"services.{service}.take_up")
        if one is not None and _zero(one):
            place = f"{one.where}: " if one.where else ""
            yield (
                f"{place}{one.name} is 0: no family takes up {_named(service)}, so its posts are paid for "
                f"and do nothing, with no change as well, unless a lever raises it"
            )


def _unplaced(parameters: Mapping[str, Parameter]) -> Iterator[str]:
    """Says that nobody of any age could live where the record of the first day has some children live."""
    record = parameters.get("care.opening_placement")
    if record is None or not isinstance(record.value, dict):
        return
    shares = [one.value for name, one in parameters.items() if name.startswith("care.placement.")]
    for name in PLACEMENTS:
        if record.value[name] and not any(isinstance(table, dict) and table[name] for table in shares):
            place = f"{record.where}: " if record.where else ""
            yield (
                f"{place}{record.name} has children in '{name}', where no age is placed (care.placement): "
                f"on the first day they would live in the other placements"
            )


def _small_for_good(parameters: Mapping[str, Parameter]) -> Iterator[str]:
    """Says that a service of every scenario has a part-time post which holds no family."""
    for service in BASELINE:
        for role in HOLDERS[service]:
            one = parameters.get(f"staffing.{service}.posts.{role}")
            told = _too_small(service, role, _number(one), parameters) if one is not None else ""
            if one is not None and told:
                yield f"{f'{one.where}: ' if one.where else ''}{one.name}: {told}"


def _too_small(service: str, role: str, posts: float, parameters: Mapping[str, Parameter]) -> str:
    """What is wrong with the part-time post of a role, whose part of a caseload is no whole family; "" for
    nothing, as where not even a full-time post holds any."""
    number = int(posts)
    hours = hours_of(hundredths(posts), number)
    full = _full(service, role, parameters)
    if not hours or not full or families_of(number * full, full, hours):
        return ""
    return (
        f"the part-time post, {posts_text(posts - number)} of full time, has no place for a family "
        f"({posts_text(posts - number)} of the {full:.3g} that a full-time {role.replace('_', ' ')} holds at "
        f"once is less than half a family): it would cost money and hold none"
    )


def _full(service: str, role: str, parameters: Mapping[str, Parameter]) -> float:
    """Families that a full-time post holds at once by the settings; 0 for a role that holds none."""
    if service != "family_group_conference":
        each = parameters.get(f"services.{service}.families_per_post.{role}")
        return 0.0 if each is None else _number(each)
    a_year, length = (
        parameters.get(f"services.{service}.{name}") for name in ("conferences_a_year", "length_days")
    )
    return 0.0 if a_year is None or length is None else _number(a_year) * _number(length) / 365.25


def _fruitless(
    service: str, scenario: Scenario, parameters: Mapping[str, Parameter], clock: Clock
) -> Iterator[str]:
    """Says that a service opens and cannot do what it is for."""
    named = f"scenario '{scenario.name}': {SERVICES[service]}"
    if service not in BASELINE and not _trained(service, scenario):
        yield (
            f"{named} opens without a 'training' lever, so the new practice never begins to grow: its work "
            f"would have no effect of its own"
        )
    if service == "family_safeguarding":
        if all(_never(name, scenario, parameters) for name in NEEDS):
            yield f"{named} opens and no parent has a need: no family would be eligible"
        for role in PARTNER_ROLES:
            each = f"services.{service}.families_per_post.{role}"
            if _posts(scenario, parameters, clock, service, role) and _never(each, scenario, parameters):
                yield (
                    f"{named}: a {role.replace('_', ' ')} holds no families ({each} is 0): the posts would "
                    f"cost money and families would wait for them in vain"
                )
    if service == "edge_of_care":
        yield from _unreferred(named, scenario, parameters)


def _unreferred(named: str, scenario: Scenario, parameters: Mapping[str, Parameter]) -> Iterator[str]:
    """Says that no referral to Edge of Care could come, or none be accepted."""
    if _never("services.edge_of_care.heard", scenario, parameters):
        if _never("services.edge_of_care.heard_after_entry", scenario, parameters):
            yield f"{named} opens and hears of no crisis: it would cost money and do nothing"
        else:
            yield f"{named} opens and hears of no crisis: it would work only with children already in care"
    refuses = parameters.get(PANEL_REFUSES)
    eased = any(isinstance(v, Change) and v.parameter == PANEL_REFUSES for v in scenario.levers)
    if refuses is not None and refuses.value == 1 and refuses.low in (None, 1) and not eased:
        yield f"{named} opens and the panel refuses every referral: a meeting would accept no family"


def _too_late(scenario: Scenario, parameters: Mapping[str, Parameter]) -> Iterator[str]:
    """Says how many crises are over before a panel meets that meets less often than a crisis lasts.

    A crisis may begin on any day between two meetings, so a meeting comes within it for the share that its
    length is of the interval. A manager who decides between meetings does not wait for one.
    """
    window = parameters.get("routes.window_days")
    every = parameters.get("services.edge_of_care.panel_every_days")
    if window is None or every is None:
        return
    days, emergency = _number(every), False
    told = f"scenario '{scenario.name}': {every.name}"
    panels = sorted((v for v in scenario.levers if isinstance(v, Panel)), key=lambda v: v.start)
    opens = scenario.opens("edge_of_care")
    rows = [(told, days, emergency)]
    for lever in panels:
        days = days if lever.every_days is None else lever.every_days
        emergency = emergency if lever.emergency is None else lever.emergency
        told = told if lever.every_days is None else f"{lever.where}: '{lever}'".removeprefix(": ")
        if opens is not None and lever.start <= opens:
            rows.clear()  # what held before the service opened decides nothing
        rows.append((told, days, emergency))
    length = _number(window)
    for place, apart, between in dict.fromkeys(rows):
        if apart > length and not between:
            yield (
                f"{place}: a crisis lasts {length:g} days and meetings are {apart:g} days apart: about "
                f"{100 * (1 - length / apart):.0f} in 100 crises would be over before the panel meets"
            )


def _trained(service: str, scenario: Scenario) -> bool:
    return any(isinstance(lever, Training) and lever.service == service for lever in scenario.levers)


def _named(service: str) -> str:
    """A service as a sentence has it."""
    return "a conference" if service == "family_group_conference" else SERVICES[service]


def _idle(
    service: str, scenario: Scenario, parameters: Mapping[str, Parameter], clock: Clock
) -> Iterator[str]:
    """Says that a service would be paid for and hold no family."""
    named = f"scenario '{scenario.name}': {SERVICES[service]}"
    holders = HOLDERS[service]
    funded = {role: _posts(scenario, parameters, clock, service, role) for role in holders}
    if not any(funded.values()):
        yield f"{named} opens with no post that holds a family: it would do nothing"
        return
    if _never(f"services.{service}.take_up", scenario, parameters):
        yield f"{named} is staffed and no family takes it up: it would cost money and do nothing"
    each = [f"services.{service}.families_per_post.{role}" for role in holders if funded[role]]
    if each and all(_never(name, scenario, parameters) for name in each):
        yield f"{named} is staffed by posts that hold no families: it would cost money and do nothing"


def _never(name: str, scenario: Scenario, parameters: Mapping[str, Parameter]) -> bool:
    """Whether a parameter is 0 in every draw and no lever of the scenario raises it."""
    one = parameters.get(name)
    raised = any(isinstance(v, Change) and v.parameter == name and v.to for v in scenario.levers)
    return one is not None and _zero(one) and not raised


def _zero(parameter: Parameter) -> bool:
    """Whether it is 0 in every draw."""
    return _number(parameter) == 0 and not parameter.high


def _posts(
    scenario: Scenario, parameters: Mapping[str, Parameter], clock: Clock, service: str, role: str
) -> float:
    """The most posts of a role that a scenario ever funds, those of no change included."""
    levers = [v for v in scenario.levers if isinstance(v, Posts) and (v.service, v.role) == (service, role)]
    replaced = any(lever.start <= clock.start and lever.end is None for lever in levers)
    usual = parameters.get(f"staffing.{service}.posts.{role}")
    before = 0.0 if replaced or usual is None else _number(usual)
    return max([before, *(lever.posts for lever in levers)])


def _number(parameter: Parameter) -> float:
    value = parameter.value
    return max(value.values()) if isinstance(value, dict) else value
