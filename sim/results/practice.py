"""How services were worked, as in summary.json: panel, specialists, lines, early help, vacancies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.foundations.clock import DAYS_PER_YEAR
from sim.model.terms import LINE_NAMES, STEP_DOWN_NAMES, TEAM_NAMES, Line, Team
from sim.results.activity import added, on_average, ratio, years_of
from sim.results.economics import PLACEMENT_DAYS, Money
from sim.results.estimates import LOOKED_AFTER, Floats, Results, estimate, tidy
from sim.results.measure_panel import HOLDERS
from sim.results.measure_work import STABILITY_FLOWS
from sim.results.reading import MAIN_LINE
from sim.study.levers import Recruitment

Part = dict[str, Any]
"""A branch of summary.json."""

PANEL = {
    "referred": "panel referred",
    "refused_criteria": "panel refused criteria",
    "refused_judgement": "panel refused judgement",
    "diverted": "panel diverted",
    "declined": "panel declined",
    "accepted": "panel accepted",
    "ratified": "panel ratified",
    "crisis_over": "panel crisis over",
    "crises": "crises",
    "crises_not_heard": "crises not heard",
}
"""Yearly counts about the panel, by their names in summary.json."""
SPECIALIST_FLOWS = {
    "asked": "specialist asked",
    "started": "specialist started",
    "never_came": "specialist never came",
}
STATES = {"places": "places", "use": "in use", "waiting": "waiting"}
EARLY_HELP = TEAM_NAMES[Team.EARLY_HELP]


def panel(results: Results, scenario: str) -> Part:
    """What the resource allocation panel did in each year, and how long it took."""
    found: Part = {}
    for year in years_of(results):
        part = {name: _e(results.series(scenario, what, year)) for name, what in PANEL.items()}
        days, decisions = (
            results.series(scenario, what, year) for what in ("panel decision days", "panel decisions")
        )
        found[year] = {
            **part,
            "days_to_decision": ratio(days, decisions),
            **{
                f"referred_from_{holder.replace(' ', '_').replace('-', '_')}": _e(
                    results.series(scenario, "panel referred by", year, holder)
                )
                for holder in HOLDERS
            },
        }
    return found


def specialists(results: Results, scenario: str) -> Part:
    """Each kind of specialist over the whole time and by year."""
    years = years_of(results)
    return {
        line: {
            **_specialist(results, scenario, line, years),
            "by_year": {year: _specialist(results, scenario, line, [year]) for year in years},
        }
        for line in results.index.groups("specialist asked")
    }


def _specialist(results: Results, scenario: str, line: str, years: Sequence[str]) -> Part:
    def flow(measure: str) -> Floats:
        return added([results.series(scenario, measure, year, line) for year in years])

    found: Part = {name: _e(flow(measure)) for name, measure in SPECIALIST_FLOWS.items()}
    found["waited_days"] = ratio(flow("specialist waited days"), flow("specialist started"))
    for name, measure in STATES.items():
        found[name] = _e(on_average(results, scenario, f"specialist {measure}", years, line))
    return found


def lines(results: Results, scenario: str) -> Part:
    """Mean places, use and waiting of each kind of worker at each month end."""
    source = {LINE_NAMES[line]: ("", TEAM_NAMES[team]) for team, line in enumerate(MAIN_LINE)}
    source |= {name: ("specialist ", name) for name in results.index.groups("specialist places")}
    found: Part = {
        name: {
            end: {
                state: tidy(float(results.series(scenario, before + measure, end, group).mean()))
                for state, measure in STATES.items()
            }
            for end in results.index.periods("places")
        }
        for name, (before, group) in ((name, source[name]) for name in LINE_NAMES)
    }
    for end, part in found[LINE_NAMES[Line.EDGE_WORKER]].items():
        later = results.series(scenario, "placement stability in use", end)
        part["placement_stability"] = tidy(float(later.mean()))
    return found


def caseload(results: Results, scenario: str) -> Part:
    """Caseload of the safeguarding social workers at each month end."""
    ends = results.index.periods("caseload")
    return {end: _e(results.series(scenario, "caseload", end)) for end in ends}


def placements(results: Results, scenario: str) -> Part:
    """Child-years in each placement, and placements that broke down, by year."""
    groups = results.index.groups(PLACEMENT_DAYS)
    return {
        year: {
            group: {
                "child_years": _e(results.series(scenario, PLACEMENT_DAYS, year, group) / DAYS_PER_YEAR),
                "broken_down": _e(results.series(scenario, "placements broken down", year, group)),
            }
            for group in groups
        }
        for year in years_of(results)
    }


def placement_stability(results: Results, scenario: str) -> Part:
    """Families in Edge of Care's later work with long placements, by year."""
    return {
        year: {
            **{
                flow: _e(results.series(scenario, f"placement stability {flow}", year))
                for flow in STABILITY_FLOWS
            },
            "use": _e(on_average(results, scenario, "placement stability in use", [year])),
        }
        for year in years_of(results)
    }


def early_help(results: Results, scenario: str) -> Part:
    """What Early Help was asked and could not do, by year, and how much more than in the baseline."""
    base = results.against(scenario)
    found: Part = {}
    for year in years_of(results):
        here = _early_help(results, scenario, year)
        found[year] = {name: _e(array) for name, array in here.items()}
        if base:
            there = _early_help(results, base, year)
            found[year]["more"] = {name: _e(here[name] - there[name]) for name in here}
    return found


def _early_help(results: Results, scenario: str, year: str) -> dict[str, Floats]:
    kinds = {
        kind.replace(" ", "_").replace("-", "_"): results.series(scenario, "step-downs asked", year, kind)
        for kind in STEP_DOWN_NAMES
    }
    return {
        "waiting": on_average(results, scenario, "waiting", [year], EARLY_HELP),
        "never_reached": results.series(scenario, "never reached", year, EARLY_HELP),
        "started": results.series(scenario, "started", year, EARLY_HELP),
        "step_downs": added(list(kinds.values())),
        **kinds,
    }


def twin(results: Results, scenario: str) -> str | None:
    """The scenario that differs only in that every post of every team is filled at once, from the study's
    start or before and for good, if it was run. Any other recruitment would price something else."""
    first_day = results.study.clock.start
    levers = results.study.scenario(scenario).levers
    for name in results.scenarios:
        more = results.study.scenario(name).levers - levers
        filled = bool(more) and all(
            isinstance(one, Recruitment)
            and one == Recruitment(start=one.start, at_once=True)
            and one.start <= first_day
            for one in more
        )
        if filled and levers <= results.study.scenario(name).levers:
            return name
    return None


def vacancy(results: Results, spent: Money) -> Part:
    """What unfilled posts cost each scenario that ran beside its twin: children and pounds."""
    found: Part = {}
    for name in results.scenarios:
        other = twin(results, name)
        if other is None:
            continue
        gross = {year: _pounds(spent, name, other, year)[0] for year in years_of(results)}
        net = {year: _pounds(spent, name, other, year)[1] for year in years_of(results)}
        found[name] = {
            "twin": other,
            "children": {
                date: _e(results.difference(other, name, LOOKED_AFTER, on=date).fewer)
                for date in results.index.periods(LOOKED_AFTER)
            },
            "gross": {year: _e(array) for year, array in gross.items()},
            "net": {year: _e(array) for year, array in net.items()},
            "gross_total": _e(added(list(gross.values()))),
            "net_total": _e(added(list(net.values()))),
        }
    return found


def _pounds(spent: Money, name: str, other: str, year: str) -> tuple[Floats, Floats]:
    """[draws, runs] pounds not spent on placements if posts were filled, and that less what more staff cost.

    Both have the same price levers, so both are at the same prices.
    """
    here, there = spent[name][year], spent[other][year]
    lost = {line: (here[line] - there[line])[1:] for line in here}
    costs = ("staff", "partner staff", "set-up", "guardianship allowances")
    return lost["placements"], lost["placements"] + added([lost[line] for line in costs])


def _e(array: Floats) -> Part:
    return dict(estimate(array).as_dict())
