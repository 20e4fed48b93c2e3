"""The mechanisms of the model, each in a sentence, with the settings that rule it as a table.

The sentences are ours; the settings, their values and ranges are those of the study that was loaded. Every
setting of the catalogue stands under one mechanism.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from textwrap import wrap
from typing import TYPE_CHECKING

from sim.study.levers import KINDS

if TYPE_CHECKING:
    from sim.study.config import Study
    from sim.study.parameters import Parameter

MECHANISMS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "Posts and people",
        "A funded post is advertised, perhaps in vain and again, filled by a permanent or an agency worker, "
        "inducted with part of a caseload, absent at times, and left. People in post make places. When a "
        "worker leaves, the families held wait for a handover and then for a colleague, and go before new "
        "work; after the limit of patience the work is given up. Each change of worker keeps only a part of "
        "the effect. Too few safeguarding social workers make caseloads heavier and never leave a case "
        "unheld.",
        ("staffing.", "effects.overload", "effects.caseload", "effects.family_safeguarding.vacancies_filled",
         "effects.family_safeguarding.leaving"),
    ),
    (
        "Family Safeguarding",
        "The safeguarding teams' own posts work in a new way, one team after another, once enough of the "
        "specialists' posts are filled. A family needs a social worker's place and the specialists that its "
        "parents' needs call for, who may come late or never and cannot be booked one for another. Without "
        "them the social workers' own direct work keeps a part of the effect.",
        ("services.family_safeguarding.", "effects.family_safeguarding.", "solved.family_safeguarding_",
         "family.domestic_abuse",
         "family.mental_health", "family.substance_misuse", "family.perpetrator_at_home"),
    ),
    (
        "Resource allocation panel",
        "A crisis that somebody hears of is referred. The panel meets on a calendar, decides so many cases "
        "a meeting in order of assessed risk, and accepts, refuses, or asks for a conference first. The "
        "family may decline. A manager may decide between meetings where a lever allows it.",
        ("services.edge_of_care.panel_", "services.edge_of_care.cases_a_meeting",
         "services.edge_of_care.urgent_days", "services.edge_of_care.earlier_help_months",
         "services.edge_of_care.heard", "services.edge_of_care.take_up"),
    ),
    (
        "Edge of Care",
        "While a crisis lasts the child enters care at a high rate, which the team lowers once its work has "
        "begun; work that comes late finds the child in care. After an entry it may help the child home, "
        "and afterwards it hands the family to early help, if a place is free there.",
        ("services.edge_of_care.", "effects.edge_of_care.", "solved.edge_of_care_"),
    ),
    (
        "Family group conferences",
        "Offered early, before or beside Edge of Care, and before proceedings; may be declined. A conference "
        "takes weeks to convene and changes nothing before it has met. It also raises the chance of care "
        "within the family network. A coordinator holds so many conferences a year.",
        ("services.family_group_conference.", "effects.fgc_", "solved.fgc_"),
    ),
    (
        "Early help",
        "Key workers hold families at the lower levels and families handed over by Edge of Care, who have "
        "parenting support, one-to-one work or youth mentoring by the age of their oldest child; all wait "
        "in the same list. It lowers escalation and breakdown.",
        ("services.early_help.", "services.edge_of_care.step_down", "effects.early_help.",
         "effects.step_down."),
    ),
    (
        "After the work",
        "What work did fades after it has ended.",
        ("effects.",),
    ),
    (
        "Routes into care",
        "Breakdown of a relationship (each child), court (each family), no warning, which no service reaches "
        "in time, and the breakdown of a special guardianship. A crisis that is averted makes nobody immune.",
        ("routes.", "family.route_correlation", "family.relationship_breakdown"),
    ),
    (
        "Levels of service",
        "Referral, assessment, early help, child in need, child protection, letter before proceedings, "
        "proceedings. Moves are decided at a gate and follow after it; plans end at reviews; proceedings end "
        "with the children at home or with kin.",
        ("pathway.",),
    ),
    (
        "Care",
        "A period of care has a kind of stay, placements that may break down, and an end. A child who has "
        "returned home may come back.",
        ("care.",),
    ),
    (
        "Families",
        "Who is referred, and who is open on the first day.",
        ("demand.", "family.", "opening."),
    ),
    (
        "What no year repeats",
        "How far the authority's own flows may lie from the years before.",
        ("uncertainty.",),
    ),
    (
        "Money",
        "Put on days, posts and events after the simulation. Prices after the last known year are projected.",
        ("prices.", "price_level.", "price_growth.", "salaries.", "unit_costs.", "appraisal."),
    ),
)  # fmt: skip
"""Name, what happens, and the beginnings of the settings' names; the first that fits has a setting."""
SWITCHES = {
    "combine": "how two services' effects on one rate join",
    "compounding": "whether fewer plans also mean fewer families in court",
    "routes": "on which routes into care the two services act",
    "edge_of_care_before": "edge-of-care work in the years before",
    "prices": "what a day in care costs: one more child in that placement, or the average child",
    "price_growth": "how fast prices grow after the last known year",
    "optimism_bias": "whether savings on placements are cut by a share for optimism",
    "family_safeguarding_effect": "what Family Safeguarding's effect on entry is a ratio of: entries of "
    "those served, or all starts of an authority",
    "attracts": "whether Family Safeguarding makes posts easier to fill and to keep filled",
}
"""Switches of the structure and of prices, in words."""
COLUMNS = (36, 24, 14, 12, 10)
"""Widths of a table of settings; with the gaps between, a line of the text."""


def of_mechanisms(study: Study) -> dict[str, list[Parameter]]:
    """The study's settings by mechanism, in the order of the catalogue."""
    found: dict[str, list[Parameter]] = {name: [] for name, _, _ in MECHANISMS}
    for parameter in study.parameters.values():
        found[mechanism_of(parameter.name)].append(parameter)
    return found


def mechanism_of(name: str) -> str:
    """The mechanism that a setting rules."""
    long = ((len(begin), title) for title, _, begins in MECHANISMS for begin in begins
            if name.startswith(begin))  # fmt: skip
    return max(long, default=(0, "Families"))[1]


def mechanisms(study: Study, value_text: Callable[[Parameter], str]) -> Iterator[str]:
    """Lines: each mechanism, what happens, and its settings as a table."""
    grouped = of_mechanisms(study)
    for name, meaning, _ in MECHANISMS:
        if not grouped[name]:
            continue
        rows = [("Setting", "Value", "Range", "Unit", "Basis")]
        rows += [
            (one.name, value_text(one).replace("_", " "), bounds_text(one), one.unit, one.basis)
            for one in grouped[name]
        ]
        yield from (name, *wrap(meaning, 98, initial_indent="  ", subsequent_indent="  "), "")
        yield from grid(rows, COLUMNS)
        yield ""


def bounds_text(parameter: Parameter) -> str:
    """A range as a table has it: "0.8 to 1.4"; of a mixture, from the least arm to the greatest."""
    if parameter.arms:
        lows, highs = zip(*((arm.low, arm.high) for arm in parameter.arms), strict=True)
        return f"{min(lows):g} to {max(highs):g}"
    if parameter.low is None or parameter.high is None:
        return "fixed"
    return f"{parameter.low:g} to {parameter.high:g}"


def switches(study: Study) -> Iterator[str]:
    """Lines: the switches of the structure, as a table."""
    rows = [("Switch", "Set to", "What it decides")]
    for name, value in {**study.structure.content(), **study.pricing.content()}.items():
        said = ("on" if value else "off") if isinstance(value, bool) else value
        rows.append((f"run.{name}", said, SWITCHES.get(name, "")))
    yield from grid(rows, (28, 16, 54))


def levers() -> Iterator[str]:
    """Lines: what a scenario may change, as a table."""
    rows = [("Lever", "What it does", "Fields")]
    for name, kind in KINDS.items():
        names = ", ".join("date" if one.name == "on" else one.name for one in fields(kind) if one.compare)
        rows.append((name, " ".join((kind.__doc__ or "").split()), names))
    yield from grid(rows, (14, 44, 40))


def grid(rows: Sequence[tuple[str, ...]], widths: Sequence[int]) -> Iterator[str]:
    """A table in which long cells take several lines; a rule stands under the headings.

    A name too long for its column stands whole on a line of its own, so that it can be searched for.
    """
    for place, row in enumerate(rows):
        if len(row[0]) > widths[0] and " " not in row[0]:
            yield f"  {row[0]}"
            row = ("", *row[1:])
        lines = [
            wrap(cell, width, break_on_hyphens=False) or [""] for cell, width in zip(row, widths, strict=True)
        ]
        for down in range(max(map(len, lines))):
            cells = (cell[down] if down < len(cell) else "" for cell in lines)
            joined = " ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
            yield f"  {joined}".rstrip()
        if place == 0:
            yield "  " + " ".join("-" * width for width in widths)
