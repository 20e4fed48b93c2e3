"""Published figures of the time simulated that judge no forecast, each with the reason: nothing that was
counted is dropped without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.results.check import CHILDREN_A_FAMILY, COMPARISONS, Comparison, simulated_at
from sim.results.estimates import tidy
from sim.results.held_back import ended, held_back, of_futures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.results.estimates import Results
    from sim.study.config import Study

Part = dict[str, Any]

PRICES = "Prices of the model are set with figures to 2025, so none of spending is held back."
WHOLE_AUTHORITY = (
    "It is of all social workers of the authority; the model has the posts of the teams that it simulates. "
    "The shares (vacancies, agency staff, turnover, absence) are judged."
)
RECORDED_IN_NEED = (
    "The statistics count as in need whoever is being assessed or in care, care leavers and disabled "
    "children, and whoever was helped for a few weeks. The model follows families at its own levels, whose "
    "thresholds are calibrated to plans, applications and starts."
)
REASONS: Mapping[str, str] = {
    "entries by legal status, police protection": (
        "The model has no route of the police alone: it is part of all others, which is judged."
    ),
    "entries by need": "The model knows parents' needs and routes into care, and no main need of a child.",
    "exits by age, age 18": "The same children as exits by kind, age 18, which is judged.",
    "children looked after by legal status": (
        "The model knows how a child came into care, and no order that is made or ends while it is there."
    ),
    "placed more than 20 miles away": "Nobody has an address in the model.",
    "foster places": "Foster homes never run out in the model, so it counts no places.",
    "referrals without further action": RECORDED_IN_NEED,
    "referrals assessed and not in need": RECORDED_IN_NEED,
    "assessments": (
        "In the model every referral is assessed, so referrals, which are judged, would count twice."
    ),
    "children in need": RECORDED_IN_NEED,
    "needs begun": RECORDED_IN_NEED,
    "needs ended": RECORDED_IN_NEED,
    "needs ended by duration": (
        "How long the cases of the first day had been in need is not known; and those in care and care "
        "leavers count as in need for years. Years to the start are among the shapes below."
    ),
    "children in need by duration": RECORDED_IN_NEED,
    "enquiries per 10,000 children": "The model has only those enquiries that lead to a conference.",
    "initial child protection conferences": (
        "The model has only those conferences that make a plan, and plans started are judged."
    ),
    "care applications per 10,000 children": "The same applications as care applications, which is judged.",
    "children aged 0 to 17": (
        "The model has the families whom children's services come to know, and no other children."
    ),
    "social workers": WHOLE_AUTHORITY,
    "vacant social worker posts": WHOLE_AUTHORITY,
    "agency social worker posts": WHOLE_AUTHORITY,
    "social workers who left": WHOLE_AUTHORITY,
    "social workers who started": (
        f"{WHOLE_AUTHORITY} New posts, which the authority added, are among those who started."
    ),
    "social worker posts": WHOLE_AUTHORITY,
    "social worker caseload": (
        "Cases of all teams, a child or a family as each worker holds it. The model weighs families of the "
        "safeguarding teams against their usual load, not in cases."
    ),
    "weekly cost of a child looked after": PRICES,
    "weekly cost of fostering": PRICES,
    "weekly cost of a children's home": PRICES,
    "weekly cost of adoption": PRICES,
    "weekly cost of a child in need": PRICES,
    "spending on children looked after": PRICES,
}
"""By series, or series and label: why it judges nothing."""
TOO_EARLY = "It is read off a time that began before the first day, of which nothing is simulated."
UNKNOWN = "Nothing in the model is read as this series."
NEAREST = {
    "children in need": Comparison(
        title="children of families in need, on plans or before a court, without those in care",
        series="children in need",
        label="",
        measure="families open",
        groups=("child in need", "child protection", "pre-proceedings", "proceedings"),
        times=CHILDREN_A_FAMILY,
    ),
    "initial child protection conferences": Comparison(
        title="plans started",
        series="initial child protection conferences",
        label="",
        measure="plans started",
        groups=("all",),
    ),
}
"""What is simulated that comes nearest, where something does."""


def not_judged(study: Study, results: Results, scenario: str) -> list[Part]:
    """A row for each published series, or part of one, with figures of the time simulated that judge nothing:
    what was counted, why it judges nothing, and what the scenario has that comes nearest."""
    judged = {(one.what.series, one.what.label, one.period) for one in held_back(study, results)}
    rows: dict[tuple[str, str], Part] = {}
    for name, series in study.observed.items():
        for key in series:
            period, _, label = key.partition("|")
            if not _within(period, study) or (name, label, period) in judged:
                continue
            why = reason(name, label)
            row = rows.setdefault((name, why), {"series": name, "why": why, "counted": {}, "nearest": None})
            row["counted"].setdefault(label, {})[period] = tidy(float(series[key]))
    for row in rows.values():
        row["nearest"] = nearest(results, row, scenario)
    return list(rows.values())


def reason(series: str, label: str) -> str:
    """Why figures of a series and label judge nothing."""
    named = f"{series}, {label}"
    if named in REASONS or series in REASONS:
        return REASONS.get(named) or REASONS[series]
    known = any((one.series, one.label) == (series, label) for one in COMPARISONS)
    return TOO_EARLY if known else UNKNOWN


def nearest(results: Results, row: Part, scenario: str) -> Part | None:
    """What a scenario has that comes nearest to a row, by period; None where nothing does."""
    one = NEAREST.get(row["series"])
    if one is None:
        return None
    found = {}
    for period in row["counted"][""]:
        forecast = of_futures(simulated_at(results, one, period, scenario))
        found[period] = {
            "low": tidy(forecast.low),
            "middle": tidy(forecast.middle),
            "high": tidy(forecast.high),
        }
    return {"title": one.title, "periods": found}


def _within(period: str, study: Study) -> bool:
    """Whether a label begins with a day or a year of the time simulated, judged or not."""
    start, end = (day.isoformat() for day in (study.clock.start, study.clock.end))
    return period[:4].isdecimal() and start <= ended(period) < end


def count(rows: Sequence[Part]) -> int:
    """How many figures some rows hold."""
    return sum(len(points) for row in rows for points in row["counted"].values())
