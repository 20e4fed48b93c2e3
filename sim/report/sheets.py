"""The tables of tables.xlsx: each a plain list of rows from summary.json, long and tidy, one row a figure.

Nothing is worked out here. A table whose part of summary.json is missing or empty is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.report.describe import HEADS, assumption_rows
from sim.report.sections import kept_back
from sim.report.signs_sheet import EARLY_SIGNS

if TYPE_CHECKING:
    from sim.study.config import Study

Part = Mapping[str, Any]
"""summary.json, or a branch of it."""
Cell = str | float | int | None
Rows = Iterator[tuple[Cell, ...]]

ESTIMATE = ("p50", "p5", "p95", "mean", "error")
"""Parts of an estimate, in the order of the columns."""
WHOLE_TIME = "all years"
SUPPRESSED = "c"
"""Stands for a figure that is kept back because it is of fewer than five children."""
KEPT_BACK = "c: kept back, because it is of fewer than five children."
"""Says so, where there is one."""
OWN_UNIT = "unit of the row"
"""The heading's unit where rows differ; a column says which."""
UNITS = {
    "kinship pounds": "pounds",
    "guardianship pounds": "pounds",
    "kinship child-years": "child-years",
    "guardianship child-years": "child-years",
    "care applications": "families",
    "enquiries": "families",
    "early help never reached": "families",
    "waited_days": "days",
    "interrupted_days": "days",
    "days_to_decision": "days",
    "edge_wait_days": "days",
    "delayed_days": "days",
    "hastened_days": "days",
    "days_avoided": "days",
    "crises": "crises",
    "crises_not_heard": "crises",
    "child_years": "child-years",
    "broken_down": "placements",
}
"""Units of measures that are not in the usual unit of their table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """One sheet with one table."""

    name: str
    """Name of the sheet."""
    table: str
    """Name of the table, for formulas."""
    title: str
    """What it shows, as a heading."""
    note: str
    """How to read it, in a sentence or two."""
    heads: tuple[str, ...]
    """Headings of the columns, with units."""
    rows: tuple[tuple[Cell, ...], ...]
    """Rows, each as long as the headings."""


def sheets(study: Study, summary: Part) -> list[_Sheet]:
    """Every table that a summary can fill, in the order of the workbook."""
    found = []
    for name, title, note, heads, make in SPECS:
        rows = tuple(make(summary))
        if name == "Equality" and kept_back(summary):
            note = f"{KEPT_BACK} {note}"
        if rows:
            found.append(_sheet(name, title, note, heads, rows))
    settings = tuple(assumption_rows(study))
    heads = tuple(words.capitalize() for words in HEADS)
    note = "Every setting of the study, with where it comes from. The same list is in assumptions.csv."
    return [*found, _sheet("Assumptions", "Assumptions and their sources", note, heads, settings)]


def _sheet(
    name: str, title: str, note: str, heads: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...]
) -> _Sheet:
    table = name.title().replace(" ", "").replace(",", "")
    return _Sheet(name=name, table=table, title=title, note=note, heads=heads, rows=rows)


def estimate_heads(unit: str) -> tuple[str, ...]:
    """Headings of an estimate's columns."""
    names = ("Middle", "Low (5th percentile)", "High (95th percentile)", "Average", "Error of the average")
    return tuple(f"{name}, {unit}" for name in names)


def cells(found: Any) -> tuple[Cell, ...]:
    """An estimate's columns; a lone number is an average, and nothing is empty."""
    if isinstance(found, Mapping):
        return tuple(found[part] for part in ESTIMATE)
    return (None, None, None, found, None)


def is_estimate(node: Any) -> bool:
    """Whether a branch is an estimate."""
    return isinstance(node, Mapping) and all(part in node for part in ESTIMATE)


def leaves(node: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """(keys, estimate or number) of every figure under a branch; text is left out."""
    if is_estimate(node) or node is None or isinstance(node, int | float):
        yield keys, node
    elif isinstance(node, Mapping):
        for key, one in node.items():
            yield from leaves(one, (*keys, key))


def plain(key: str) -> Callable[[Part], Rows]:
    """A table of estimates under fixed keys."""

    def make(summary: Part) -> Rows:
        for keys, found in leaves(summary.get(key) or {}):
            yield (*keys, *cells(found))

    return make


def with_units(key: str, unit: str) -> Callable[[Part], Rows]:
    """A table of estimates whose last key is a measure; its unit stands beside it."""

    def make(summary: Part) -> Rows:
        for keys, found in leaves(summary.get(key) or {}):
            yield (*keys[:-1], keys[-1].replace("_", " "), UNITS.get(keys[-1], unit), *cells(found))

    return make


def columns(key: str, names: Sequence[str], depth: int) -> Callable[[Part], Rows]:
    """A table whose branches at some depth are dictionaries of numbers, a column each."""

    def walk(node: Any, keys: tuple[str, ...]) -> Rows:
        if len(keys) == depth:
            yield (*keys, *(node.get(name) for name in names))
        else:
            for name, one in node.items():
                yield from walk(one, (*keys, *name.split("|")) if "|" in name else (*keys, name))

    return lambda summary: walk(summary.get(key) or {}, ())


def _savings(summary: Part) -> Rows:
    for name, by_year in (summary.get("saving") or {}).items():
        rows = {**by_year, WHOLE_TIME: summary["saving_total"][name]}
        for year, lines in rows.items():
            for line, found in lines.items():
                yield (name, year, line.replace("_", " "), *cells(found))


def _kinds_of_money(summary: Part) -> Rows:
    found = summary.get("money") or {"lines": {}}
    for (scenario, year, line), one in leaves(found["lines"]):
        when = WHOLE_TIME if year == "all" else year
        yield (scenario, when, line, found["kinds"][line], *cells(one))


def _value_and_payback(summary: Part) -> Rows:
    found = summary.get("money") or {"present_value": {}, "payback": {}}
    for (scenario, line), one in leaves(found["present_value"]):
        yield (scenario, "value on the first day", WHOLE_TIME, line.replace("_", " "), None, *cells(one))
    for scenario, by_line in found["payback"].items():
        for line, back in by_line.items():
            for year, one in back["so_far"].items():
                says = ("cash so far", year, line.replace("_", " "), back["chance"][year])
                yield (scenario, *says, *cells(one))


def _schedule(summary: Part) -> Rows:
    for one in (summary.get("money") or {}).get("schedule", ()):
        yield tuple(one.values())


def _other_prices(summary: Part) -> Rows:
    for scenario, views in (summary.get("money") or {}).get("views", {}).items():
        for view in views:
            for line in ("gross", "net"):
                for year, one in {**view[line], WHOLE_TIME: view[f"{line}_total"]}.items():
                    yield (scenario, view["title"], year, line, "pounds", *cells(one))
            for claim, one in view["chances"].items():
                yield (scenario, view["title"], claim, "claim met", "chance, 0 to 1", *cells(one))


def _papers_to_ours(summary: Part) -> Rows:
    for scenario, years in (summary.get("money") or {}).get("reconciliation", {}).items():
        for found in years:
            for step, one in found["steps"].items():
                yield (scenario, found["year"], step.replace("_", " "), "pounds", *cells(one))
            for name, unit in PAPER_FIGURES.items():
                yield (scenario, found["year"], name.replace("_", " "), unit, *cells(found[name]))


def _claims(summary: Part) -> Rows:
    for one in summary.get("claims") or ():
        says = (one["scenario"], one["kind"], one["by"], one["basis"], one["target"])
        chance = (one["chance"], one["error"], one["at_most"])
        found = one.get("outside") or {}
        elsewhere = (found.get("elsewhere"), found.get("at_least"))
        yield (*says, *chance, one["p50"], one["p5"], one["p95"], *elsewhere, one["text"], one["source"])


def _depends(summary: Part) -> Rows:
    found = summary.get("depends_on") or {"rows": ()}
    for one in found["rows"]:
        for name, parts in one["scenarios"].items():
            for what, unit in (("fewer", "children"), ("net", "pounds")):
                more = parts[what]["more"]
                says = (one["group"], one["label"], name, unit)
                yield (*says, *cells(parts[what]), more["mean"], more["error"], one["draws"], one["runs"])


def _papers(summary: Part) -> Rows:
    for one in summary.get("papers") or ():
        against = one["mitigation"] or "left blank in the paper"
        yield (one["scenario"], one["name"], one["risk"], against, one["source"])


def _overlap(summary: Part) -> Rows:
    found = summary.get("overlap")
    if not found:
        return
    for keys, one in leaves(found["children"]):
        yield (found["date"], "children", " ".join(keys).replace("_", " "), *cells(one))
    for year, by_name in found["pounds"].items():
        for keys, one in leaves(by_name):
            yield (year, "pounds", " ".join(keys).replace("_", " "), *cells(one))
    yield (WHOLE_TIME, "families", "served by both", *cells(found["families_served_by_both"]))


def _by_year_and_whole(key: str) -> Callable[[Part], Rows]:
    """Services and specialists: what is known of each year, and of the whole time."""

    def make(summary: Part) -> Rows:
        for scenario, by_name in (summary.get(key) or {}).items():
            for name, found in by_name.items():
                whole = {measure: one for measure, one in found.items() if measure != "by_year"}
                for year, measures in {**found["by_year"], WHOLE_TIME: whole}.items():
                    for (measure,), one in leaves(measures):
                        says = (measure.replace("_", " "), UNITS.get(measure, "families"))
                        yield (scenario, name, year, *says, *cells(one))

    return make


def _vacancy(summary: Part) -> Rows:
    for scenario, found in (summary.get("vacancy") or {}).items():
        for measure, unit in (("children", "children"), ("gross", "pounds"), ("net", "pounds")):
            rows = dict(found[measure])
            if f"{measure}_total" in found:
                rows[WHOLE_TIME] = found[f"{measure}_total"]
            for when, one in rows.items():
                yield (scenario, found["twin"], when, measure, unit, *cells(one))


def _reviews(summary: Part) -> Rows:
    for scenario, by_service in (summary.get("reviews") or {}).items():
        for service, found in by_service.items():
            roles = ", ".join(found["roles"])
            says = (found["on"], found["ends"], roles, found["kind"], found["asked"])
            yield (scenario, service, *says, found["let_go"], found["error"], *cells(found["found"]))


def _waterfall(summary: Part) -> Rows:
    for scenario, by_service in (summary.get("waterfall") or {}).items():
        for service, steps in by_service.items():
            for place, one in enumerate(steps, 1):
                yield (scenario, service, place, one["step"], one["unit"], *cells(one["value"]))


def _panel(summary: Part) -> Rows:
    for (scenario, year, measure, *group), found in leaves(summary.get("panel") or {}):
        says = (measure.replace("_", " "), ", ".join(group) or "all", UNITS.get(measure, "families"))
        yield (scenario, year, *says, *cells(found))


def _cohorts(summary: Part) -> Rows:
    for scenario, by_age in (summary.get("cohorts") or {}).items():
        for age, found in by_age.items():
            for keys, one in leaves(found):
                unit = "share" if keys[0] == "tried_before" else UNITS.get(keys[-1], "children")
                group = ", ".join(keys[1:-1] if keys[0] == "by_service" else keys[1:])
                measure = keys[-1] if keys[0] == "by_service" else keys[0]
                yield (scenario, age, measure.replace("_", " "), group or "all", unit, *cells(one))


def _equality(summary: Part) -> Rows:
    for scenario, by_dimension in (summary.get("equality") or {}).get("scenarios", {}).items():
        for dimension, by_group in by_dimension.items():
            for group, measures in by_group.items():
                for measure, one in measures.items():
                    if one["suppressed"]:
                        shown: tuple[Cell, ...] = (SUPPRESSED,) * (1 + len(ESTIMATE))
                    else:
                        shown = (one["mean"], *cells(one["fewer"]))
                    yield (scenario, dimension, group, measure.replace("_", " "), *shown)


def _early_help(summary: Part) -> Rows:
    for scenario, by_year in (summary.get("early_help") or {}).items():
        for year, found in by_year.items():
            for keys, one in leaves(found):
                against = "above the scenario it is compared with" if keys[0] == "more" else "level"
                yield (scenario, year, keys[-1].replace("_", " "), against, *cells(one))


def _entries(summary: Part) -> Rows:
    for scenario, by_year in (summary.get("entries") or {}).items():
        for year, found in by_year.items():
            for keys, one in leaves(found):
                split = {"by_route": "route", "by_cohort": "age"}.get(keys[0], "all")
                yield (scenario, year, split, keys[-1], *cells(one))


def _check(summary: Part) -> Rows:
    for one in summary.get("check") or ():
        seen = one["counted"]
        counted = (seen["lowest"], seen["average"], seen["highest"], seen["years"])
        yield (one["title"], *counted, *cells(one["simulated"]))


PAPER_FIGURES = {
    "claimed_children": "children",
    "claimed_months": "months of the year",
    "claimed_child_years": "child-years",
    "claimed_price": "pounds a child a year",
    "children": "children",
    "child_years": "child-years",
    "price": "pounds a child a year",
    "average_price": "pounds a child a year",
}
"""What a paper's pounds are made of, and what ours are, with units."""
CHILDREN, FAMILIES, POUNDS = (estimate_heads(unit) for unit in ("children", "families", "pounds"))
MIXED = ("Unit", *estimate_heads(OWN_UNIT))
BASELINE = "Compared with the scenario's baseline within the same draw and run; above 0 is"
STATES = ("funded", "permanent", "agency", "induction", "vacant", "absent")

SPECS: tuple[tuple[str, str, str, tuple[str, ...], Callable[[Part], Rows]], ...] = (
    ("Children", "Children looked after at each month end", "Children looked after, by scenario.",
     ("Scenario", "Date", *CHILDREN), plain("children_looked_after")),
    ("Fewer", "Fewer children looked after at each month end", f"{BASELINE} fewer children.",
     ("Scenario", "Date", *CHILDREN), plain("difference")),
    ("Fewer on average", "Fewer children looked after, average of each year", f"{BASELINE} fewer children.",
     ("Scenario", "Financial year", *CHILDREN), plain("difference_year_average")),
    ("Savings", "Savings in each financial year",
     f"{BASELINE} saved. Gross: placements not paid for. Net: gross less cost. Cash of the year.",
     ("Scenario", "Financial year", "Line", *POUNDS), _savings),
    ("Costs", "Costs in each financial year", "Pounds above the baseline. Partner staff are employed by "
     "partners and paid from the council's grant.",
     ("Scenario", "Financial year", "Line", *POUNDS), plain("cost_lines")),
    ("Kinds of money", "What is saved, line by line, and what kind of money it is",
     f"{BASELINE} saved. No line is part of another. What is set aside is in no saving before it.",
     ("Scenario", "Financial year", "Line", "Kind", *POUNDS), _kinds_of_money),
    ("Papers to ours", "From each paper's pounds to those found here",
     "Claimed, children, phasing and price add up to gross; with cost, to net; with funding, to the last.",
     ("Scenario", "Financial year", "Step", *MIXED), _papers_to_ours),
    ("Other prices", "The same futures at other prices", f"{BASELINE} saved. Each arm of a price is tried "
     "in every future.", ("Scenario", "Priced at", "Financial year or claim", "Line", *MIXED), _other_prices),
    ("Value and payback", "Value on the first day, and cash saved so far",
     "Value: cash in prices of the first year, discounted. The chance is that cash so far is above nothing.",
     ("Scenario", "What", "To the end of", "Line", "Chance, 0 to 1", *POUNDS), _value_and_payback),
    ("Discounting", "What a pound of each year counts", "Weight: discount factor over deflator.",
     ("Financial year", "From", "To", "Deflator, first year 1", "Discount factor", "Weight"), _schedule),
    ("Claims", "Every claim and the chance that it is met",
     "Chance: share of simulated futures in which the claim is met; exactly the target counts.",
     ("Scenario", "What is claimed", "By", "Basis", "Target, children or pounds", "Chance, 0 to 1",
      "Error of the chance", "Chance that could be missed if never met, 0 to 1",
      "Middle, children or pounds", "Low (5th percentile), children or pounds",
      "High (95th percentile), children or pounds",
      "Number fell as far in like authorities, per cent of windows",
      "At least, where only a greater fall is published, per cent of windows", "Claim in words", "Source"),
     _claims),
    ("Risks", "The risk that each paper names, and what it sets against it",
     "What failure to recruit does is a lever: recruitment.",
     ("Scenario", "Paper", "Risk", "Mitigation", "Source"), _papers),
    ("Rests on", "What the answer rests on: one thing believed or put together otherwise in each row",
     "Children fewer on the last day; pounds saved net in the last year. Averages lean on the first row.",
     ("Kind", "What is otherwise", "Scenario", "Unit", *estimate_heads(OWN_UNIT),
      "More than as it is, average", "Error of that", "Draws", "Runs of each"), _depends), EARLY_SIGNS,
    ("Overlap", "What two services count twice", "Alone and alone, added, less together.",
     ("Date or year", "Unit", "What", *estimate_heads(OWN_UNIT)), _overlap),
    ("Services", "Families offered, accepted, begun, waiting and missed by each service",
     "Places, use and waiting are averages over month ends; the others are families in the period.",
     ("Scenario", "Service", "Period", "Measure", *MIXED), _by_year_and_whole("services")),
    ("Workers", "Places, families held and families waiting, by kind of worker", "Averages of the futures.",
     ("Scenario", "Kind of worker", "Date", "Places, families", "In use, families", "Waiting, families"),
     columns("lines", ("places", "use", "waiting"), 3)),
    ("Specialists", "Family Safeguarding's specialists: asked for, came, never came",
     "One kind cannot be booked for another.",
     ("Scenario", "Specialist", "Period", "Measure", *MIXED), _by_year_and_whole("specialists")),
    ("Panel", "The resource allocation panel", "Referrals to Edge of Care and what became of them.",
     ("Scenario", "Financial year", "Measure", "Group", *MIXED), _panel),
    ("Staffing", "Posts funded, filled and vacant at each month end",
     "Averages of the futures, in full-time equivalents: a half-time post counts as half.",
     ("Scenario", "Service", "Role", "Date", *(f"{state.capitalize()}, posts" for state in STATES)),
     columns("staffing", STATES, 4)),
    ("Caseload", "Caseload of the safeguarding social workers", "1 is the caseload of the years before.",
     ("Scenario", "Date", *estimate_heads("times that of the years before")), plain("caseload")),
    ("Vacancies", "What the vacancies cost", "Gain if every post were filled at once: what is lost without.",
     ("Scenario", "Compared with", "Date or year", "Measure", *MIXED), _vacancy),
    ("Reviews", "Reviews that may end a service's posts",
     "Found: fewer children looked after, or pounds saved after costs, on the day of the review.",
     ("Scenario", "Service", "Reviewed on", "Posts end on", "Roles", "Unit", "Asked, in the unit",
      "Chance that posts end, 0 to 1", "Error of the chance",
      *(f"Found: {head[0].lower()}{head[1:]}" for head in estimate_heads(OWN_UNIT))), _reviews),
    ("Waterfall", "From starts in care to pounds, by service",
     "Steps count what their unit says. Children whose family two services served stand in both.",
     ("Scenario", "Service", "Place in order", "Step", *MIXED), _waterfall),
    ("Safety", "Where safe: signs to watch beside the savings", "Level in each scenario.",
     ("Scenario", "Financial year", "Measure", *MIXED), with_units("safety", "children")),
    ("Safety, more", "Where safe: above the baseline", "Above 0 is more harm, or more cost moved to kin.",
     ("Scenario", "Financial year", "Measure", *MIXED), with_units("safety_more", "children")),
    ("Cohorts", "Entry to care by age", "Age at the start in care; over the whole time.",
     ("Scenario", "Age", "Measure", "Group", *MIXED), _cohorts),
    ("Equality", "Children by age, sex, ethnicity and disability",
     "Read the note on what this cannot show, under Notes.",
     ("Scenario", "Dimension", "Group", "Measure", "Average, children",
      *(f"Fewer: {head[0].lower()}{head[1:]}" for head in CHILDREN)), _equality),
    ("Early Help", "Early Help, on which the papers rely and for which neither pays",
     "Waiting is the average over month ends; the others are families in the year.",
     ("Scenario", "Financial year", "Measure", "Level or difference", *FAMILIES), _early_help),
    ("Entries", "Children who start to be looked after", "By route, and by age at the start.",
     ("Scenario", "Financial year", "Split by", "Group", *CHILDREN), _entries),
    ("Exits", "Children who cease to be looked after", "By how the period of care ended.",
     ("Scenario", "Financial year", "How", *CHILDREN), plain("exits")),
    ("Plans", "Children on child protection plans at each month end", "By scenario.",
     ("Scenario", "Date", *CHILDREN), plain("plans")),
    ("Placements", "Child-years in each placement, and placements that broke down", "By financial year.",
     ("Scenario", "Financial year", "Placement", "Measure", *MIXED), with_units("placements", "children")),
    ("Placement stability", "Edge of Care's later work with long placements", "Families, not children. "
     "In use is the average over month ends; the others are families in the year.",
     ("Scenario", "Financial year", "Measure", *MIXED), with_units("placement_stability", "families")),
    ("Check", "Counted before the start, and simulated with no change",
     "A row that misses says where to doubt the rest.",
     ("What", "Counted: lowest", "Counted: average", "Counted: highest", "Counted: years",
      *(f"Simulated: {head.split(',')[0].lower()}, in the unit of What" for head in CHILDREN)), _check),
)  # fmt: skip
"""Name of the sheet, title, note, headings, and what makes its rows."""
