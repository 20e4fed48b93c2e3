"""From effects as they were measured to the multipliers that the model needs: what ``caresim solve`` does.

Each ratio that is not of a rate is solved by running, inside the model, what it was measured in, and written
as a table that draws interpolate. The file says how near figures come that were not solved for.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING

from sim.experiment import solve_area, solve_conference, solve_edge
from sim.experiment.inverse import looked_up, out_of_reach

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.experiment.solve_area import AreaSolution
    from sim.experiment.solve_conference import Solution
    from sim.experiment.solve_edge import EdgeSolution
    from sim.study.config import Study
    from sim.study.parameters import Parameter

OF_ALL_STARTS = 0.82
"""Ratio of all starts at which the whole authority is reported: five later authorities, 2020 to 2025."""
OF_THE_AREA = (("children looked after", 1, 0.89), ("plans open", 2, 0.78))
"""What else those authorities saw against the trend, not solved for: name, place of the figure, ratio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """Everything that was solved for one study."""

    conference: Solution
    edge: EdgeSolution
    area: AreaSolution | None
    """None where no scenario of the study opens Family Safeguarding alone."""
    area_before: Parameter
    """The study's own table of all starts, kept where there is nothing to solve it by."""
    families: int
    """Families in each arm of the two trials."""


def solve(
    study: Study,
    families: int = solve_conference.FAMILIES,
    runs: int = solve_area.RUNS,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Solved:
    """Solve every ratio that is not of a rate. InputError where too little is simulated to compare."""
    return Solved(
        conference=solve_conference.solve_conference(study, families),
        edge=solve_edge.solve_edge(study, families),
        area=solve_area.solve_area(study, runs, jobs, progress),
        area_before=study.parameters[solve_area.TABLE],
        families=families,
    )


def solved_yaml(found: Solved) -> str:
    """The tables as a file that the study includes."""
    area = kept_yaml(found.area_before) if found.area is None else area_yaml(found.area)
    return (
        "# Written by `caresim solve`; not typed. Run it again when the world without services changes.\n"
        "solved:\n" + "\n".join((_conference_yaml(found), _edge_yaml(found), area))
    )


def _entry(name: str, meaning: str, table: dict[str, float], quality: str, source: str) -> str:
    """One table as the study writes it."""
    rows = "\n".join(f'      "{ratio}": {multiplier:g}' for ratio, multiplier in table.items())
    return f"""  {name.partition(".")[2]}:
    meaning: >-
{_wrapped(meaning)}
    value:
{rows}
    shape: table
    fixed_because: calibrated
    unit: multiplier
    basis: calibrated
    date: 2026
    quality: {quality}
    source: >-
{_wrapped(source)}
"""


def _wrapped(text: str) -> str:
    return fill(
        " ".join(text.split()),
        width=100,
        initial_indent=" " * 6,
        subsequent_indent=" " * 6,
        break_on_hyphens=False,
    )


def _conference_yaml(found: Solved) -> str:
    solution = found.conference
    control, trial = solution.at(solve_conference.PUBLISHED)
    return _entry(
        solve_conference.TABLE,
        """Multiplier on court-led entry, issue of proceedings and breakdown, after a conference at
        pre-proceedings, that returns each risk ratio of being in care at twelve months.""",
        solution.table,
        "fair",
        f"""caresim solve, {found.families} simulated families at pre-proceedings followed for
        {solve_conference.MONTHS} months, the same families in both arms, conference offered to all and met
        for {trial.served:.0%}. Without a conference {control.in_care:.1%} of children in care and
        {control.proceedings:.1%} with proceedings issued (trial: 44.8% and 71.7%); at a risk ratio of 0.81,
        {trial.in_care:.1%} and {trial.proceedings:.1%} (trial: 36% and 59%; the second was not solved for).
        {_reach(solution.table, solution.ratios)}""",
    )


def _edge_yaml(found: Solved) -> str:
    solution, at = found.edge, solve_edge.SOLVED_AT
    target = solve_edge.PUBLISHED[at]
    others = [
        f"{solution.ratio_at(target, months):.2f} at {months} ({solve_edge.PUBLISHED[months]:.2f})"
        for months in solve_edge.MONTHS
        if months != at
    ]
    return _entry(
        solve_edge.TABLE,
        """Multiplier on entry into care while a crisis lasts that returns each risk ratio of coming into care
        at least once within twelve months of referral.""",
        solution.table,
        "fair",
        f"""caresim solve, {found.families} simulated families, child in need or on a plan, followed from the
        first day of a crisis, the same families in both arms. Assumption: work is offered to all at all ages,
        taken up by all, decided within {solve_edge.BEGINS_AFTER_DAYS:g} days, of full strength, once; its
        effects on later crises are at their central values; no other service in either arm. Without it
        {solution.control.entered[solve_edge.MONTHS.index(at)]:.1%} of index children came into care within a
        year (comparison groups of such services: 25 to 35%).
        At a ratio of {target:.2f} the multiplier returns, by months and
        not solved for (Bezeczky and others 2020 in brackets), {", ".join(others)}.
        {_reach(solution.table, solution.ratios())}""",
    )


def kept_yaml(before: Parameter) -> str:
    """A study's own table, where there is nothing to solve it by."""
    assert isinstance(before.value, dict)
    return _entry(before.name, before.meaning, before.value, before.quality, before.source)


def area_yaml(solution: AreaSolution) -> str:
    """The table of all starts of an authority, with what it assumes."""
    others = [
        f"{name} {solution.ratio_at(OF_ALL_STARTS, place):.2f} ({seen:.2f})"
        for name, place, seen in OF_THE_AREA
    ]
    return _entry(
        solve_area.TABLE,
        """Multiplier on court-led entry and crises of the families whom Family Safeguarding serves that
        returns each ratio of all starts in care of the authority.""",
        solution.table,
        "weak",
        f"""caresim solve, {solution.runs} pairs of the authority with the same luck: scenario
        '{solution.scenario}' against no change, every post filled from the first day in both, starts of
        {solution.year}. Assumption: what authorities saw after five years is taken as if seen by
        {solution.year}. Assumption: it is taken as if every post had been filled; they had whatever posts
        they had. At the multiplier for {OF_ALL_STARTS:.2f}, not solved for, with what five later
        authorities saw after five years in brackets: {"; ".join(others)}.
        If next to none of those served came into care by court or crisis, the ratio of starts would be
        {min(solution.ratios()):.2f}. {_reach(solution.table, solution.ratios())}""",
    )


def _reach(table: dict[str, float], ratios: list[float]) -> str:
    """Which ratios no multiplier returned, in words."""
    beyond = out_of_reach(table, ratios)
    if not beyond:
        return "Every ratio of the table is within reach."
    return (
        f"Out of reach: {', '.join(beyond)}, which stand at the nearest end (simulated ratios run from "
        f"{min(ratios):.2f} to {max(ratios):.2f})."
    )


def report(found: Solved) -> str:
    """What was found, for the terminal."""
    return "\n".join(
        (*_conference_rows(found.conference), "", *_edge_rows(found.edge), "", *_area_rows(found))
    )


def _table_rows(table: dict[str, float], ratios: list[float]) -> list[str]:
    beyond = out_of_reach(table, ratios)
    rows = [f"{'ratio':>10}  multiplier"]
    for ratio, multiplier in table.items():
        rows.append(f"{ratio:>10}  {multiplier:>10.3f}{'  out of reach' if ratio in beyond else ''}")
    return rows


def _conference_rows(solution: Solution) -> list[str]:
    control, trial = solution.at(solve_conference.PUBLISHED)
    return [
        "Conference at pre-proceedings: children followed for twelve months",
        f"{'':32}{'in care':>10}{'proceedings':>14}",
        f"{'no conference, simulated':32}{control.in_care:>10.1%}{control.proceedings:>14.1%}",
        f"{'no conference, trial':32}{'44.8%':>10}{'71.7%':>14}",
        f"{'offered, simulated at 0.81':32}{trial.in_care:>10.1%}{trial.proceedings:>14.1%}",
        f"{'offered, trial':32}{'36%':>10}{'59%':>14}",
        f"A risk ratio of 0.81 needs a multiplier of {trial.multiplier:.2f}; conferences met for "
        f"{trial.served:.0%} of families offered one.",
        "",
        *_table_rows(solution.table, solution.ratios),
    ]


def _edge_rows(solution: EdgeSolution) -> list[str]:
    target = solve_edge.PUBLISHED[solve_edge.SOLVED_AT]
    rows = [
        "Edge of Care: children in a crisis on the first day, who came into care at least once within",
        f"{'':32}" + "".join(f"{f'{months} months':>12}" for months in solve_edge.MONTHS),
        f"{'no service, simulated':32}" + "".join(f"{share:>12.1%}" for share in solution.control.entered),
        f"{f'ratio, simulated at {target:.2f}':32}"
        + "".join(f"{solution.ratio_at(target, months):>12.2f}" for months in solve_edge.MONTHS),
        f"{'ratio, Bezeczky and others':32}"
        + "".join(f"{solve_edge.PUBLISHED[months]:>12.2f}" for months in solve_edge.MONTHS),
        f"A ratio of {target:.2f} at twelve months needs a multiplier of "
        f"{looked_up(solution.table, target):.2f} while a crisis lasts.",
        "Only the ratio at twelve months is solved for. Comparison groups of such services: 25 to 35%.",
        "",
        *_table_rows(solution.table, solution.ratios()),
    ]
    return rows


def _area_rows(found: Solved) -> list[str]:
    solution = found.area
    head = "Family Safeguarding on the whole area"
    if solution is None:
        return [f"{head}: not solved. No scenario of this study opens it alone; its table is kept."]
    ratios = solution.ratios()
    rows = [
        f"{head}: '{solution.scenario}' against no change, posts filled",
        f"{'multiplier on those served':28}" + "".join(f"{m:>7.2f}" for m in solve_area.MULTIPLIERS),
    ]
    for place, name in enumerate(solve_area.FIGURES):
        rows.append(f"{name:28}" + "".join(f"{ratio:>7.3f}" for ratio in solution.ratios(place)))
    rows += [
        f"{'error by chance, starts':28}"
        + "".join(f"{solution.error(place):>7.3f}" for place in range(len(ratios))),
        f"If next to none of those served came into care by court or crisis the ratio of starts would be "
        f"{min(ratios):.2f}:",
        "the rest are out of the service's reach, or come before it.",
    ]
    if min(ratios) > OF_ALL_STARTS:
        rows.append(f"So a ratio of {OF_ALL_STARTS:.2f} cannot be reached.")
    else:
        rows.append(
            f"A ratio of {OF_ALL_STARTS:.2f} needs a multiplier of "
            f"{looked_up(solution.table, OF_ALL_STARTS):.2f} on both routes of the families served."
        )
    for name, place, seen in OF_THE_AREA:
        found_so = solution.ratio_at(OF_ALL_STARTS, place)
        rows.append(
            f"At the multiplier for {OF_ALL_STARTS:.2f}: {name} {found_so:.2f}; authorities saw {seen:.2f} "
            "after five years."
        )
    return [*rows, "", *_table_rows(solution.table, ratios)]
