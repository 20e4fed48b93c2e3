"""A summary.json of schema 2 written by hand: every key, small numbers, no model behind it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from sim.foundations.clock import Clock
from sim.model.terms import BANDS, HELD_NAMES, LINE_NAMES, PLACEMENT_NAMES, ROUTE_NAMES, TEAM_NAMES
from sim.results.money_summary import KINDS
from sim.study.claims import SUBJECTS, Claim, Paper
from sim.study.config import Study
from sim.study.parameters import Parameter
from sim.study.scenario import Open, Panel, Posts, Scenario

NO_CHANGE, EDGE, SAFEGUARDING, BOTH = "no change", "edge of care", "family safeguarding", "both"
SCENARIOS = (NO_CHANGE, EDGE, SAFEGUARDING, BOTH)
RIVALS = SCENARIOS[1:]
YEARS = ("2023/24", "2024/25", "2025/26")
CLOCK = Clock(dt.date(2023, 4, 1), dt.date(2026, 4, 1))
DATES = tuple(end for end, _ in CLOCK.month_ends)
STEPS = (
    ("starts in care", "children", 300.0),
    ("reachable", "children", 120.0),
    ("referred", "families", 90.0),
    ("accepted", "families", 70.0),
    ("begun", "families", 50.0),
    ("begun in time", "families", 40.0),
    ("kept at home for a time", "children", 14.0),
    ("still at home at the end", "children", 9.0),
    ("child-years", "child-years", 11.5),
    ("cashable pounds", "pounds", 640_000.0),
    ("on other families", "child-years", 2.5),
    ("on other families", "pounds", 90_000.0),
)
PAIRED = ("averted", "delayed", "hastened", "caused", "delayed_days", "hastened_days", "days_avoided")
SAFETY = (
    "re-entries", "plans started", "plans repeated", "crises", "crises not heard", "care applications",
    "enquiries", "entries delayed", "entries hastened", "entries caused",
    "emergency entries after diversion", "early help never reached", "kinship child-years",
    "guardianship child-years", "kinship pounds", "guardianship pounds",
)  # fmt: skip
TRIED = ("early help", "family group conference", "family safeguarding", "edge of care", "nothing")


def parameter(name: str, value: Any, unit: str = "share", **more: Any) -> Parameter:
    """A setting with nothing special about it."""
    said = {
        "meaning": f"What {name} is.",
        "source": f"Assumption: {name}.",
        "basis": "assumption",
        "date": "2026",
        "quality": "weak",
    }
    return Parameter(**{"name": name, "value": value, "unit": unit, **said, **more})


def toy_study() -> Study:
    """A study with one setting of each part, and every scenario with a lever."""
    settings = [
        parameter("demand.families_referred", 1200.0, "families a year"),
        parameter("routes.crisis_to_care", 0.3, low=0.2, high=0.5, shape="triangular"),
        parameter("care.kinship", {"under 1": 0.2, "1-4": 0.1}),
        parameter("services.edge_of_care.panel_every_days", 14.0, "days"),
        parameter("services.edge_of_care.families_per_post.social_worker", 5.0, "families"),
        parameter("services.family_safeguarding.direct_work", 0.5),
        parameter("services.family_group_conference.length_days", 42.0, "days"),
        parameter("services.early_help.families_per_post.key_worker", 12.0, "families"),
        parameter("staffing.handover_days", 14.0, "days"),
        parameter("effects.overload", 1.15, "hazard ratio", low=1.0, high=1.4, shape="lognormal"),
    ]
    day = dt.date(2023, 6, 1)
    levers = {
        NO_CHANGE: (),
        EDGE: (Open(service="edge_of_care", on=day, source="Paper A."),
               Panel(start=day, every_days=28, earlier_help="conference first")),
        SAFEGUARDING: (
            Posts(service="family_safeguarding", role="mental_health_worker", posts=4, start=day),
        ),
    }  # fmt: skip
    found = {name: Scenario(name=name, levers=frozenset(some)) for name, some in levers.items()}
    found[BOTH] = (found[EDGE] & found[SAFEGUARDING]).rename(BOTH)
    return Study(
        name="Toy study",
        authority="Bury",
        clock=CLOCK,
        seed=7,
        parameters={one.name: one for one in settings},
        scenarios=found,
        claims=tuple(
            Claim(
                id=f"claim-{name}",
                scenario=name,
                kind="children",
                target=9.0,
                by=DATES[-1],
                text=f"{name}: nine fewer.",
                source="Paper.",
            )
            for name in RIVALS
        ),
        meaning="Would the toy do?",
    )


def e(middle: float, spread: float = 2.0) -> dict[str, float]:
    """An estimate about a middle."""
    parts = {"mean": middle + 0.25, "p5": middle - spread, "p50": middle, "p95": middle + spread}
    return {**parts, "error": 0.5}


def depends_on() -> dict[str, Any]:
    """Two rows: the study, and one thing believed otherwise."""

    def row(name: str, group: str, label: str, more: float) -> dict[str, Any]:
        parts = {"fewer": {**e(5.0 + more), "more": e(more)}, "net": {**e(-4e5), "more": e(1e4 * more)}}
        scenarios = dict.fromkeys(RIVALS, parts)
        return {
            "id": name,
            "group": group,
            "label": label,
            "settings": [],
            "draws": 4,
            "runs": 1,
            "scenarios": scenarios,
        }

    rows = [row("as-it-is", "The study", "As it is", 0.0), row("arm-x", "Rival evidence", "It lasts", 3.0)]
    return {
        "draws": 4,
        "runs": 1,
        "date": DATES[-1],
        "year": YEARS[-1],
        "scenarios": list(RIVALS),
        "rows": rows,
    }


def hand_made() -> dict[str, Any]:
    """The whole summary, with nothing shared between its branches."""
    whole = {
        "schema": 2, "study": "Toy study", "authority": "Bury", "seed": 7, "draws": 4, "runs": 2,
        "engine": "simpy", "evidence": "central",
        "scenarios": list(SCENARIOS), "dates": list(DATES), "years": list(YEARS),
        "against": dict.fromkeys(RIVALS, NO_CHANGE),
        "children_looked_after": {n: {d: e(350 - 5 * i) for d in DATES} for i, n in enumerate(SCENARIOS)},
        "difference": {n: {d: e(5.0 * i) for d in DATES} for i, n in enumerate(RIVALS, 1)},
        "difference_year_average": {n: {y: e(4.0 * i) for y in YEARS} for i, n in enumerate(RIVALS, 1)},
        **money(), "claims": [claim()], "papers": papers(), "overlap": overlap(),
        **work(), **outcomes(),
        "depends_on": depends_on(),
        "central": {n: dict.fromkeys(DATES, 350.0) for n in SCENARIOS},
        "quality": {"exhausted": 0, "futures": 8, "monte_carlo_error": dict.fromkeys(RIVALS, 0.8)},
        "variance": {
            n: {
                "not_known": 30.0,
                "luck": 10.0,
                "share_not_known": 0.75,
                "draws_needed": {"error": 0.25, "runs": 2, "draws": 560},
            }
            for n in RIVALS
        },
        "arms": {},
        "check": [{"title": "Starts in a year", "simulated": e(105.0),
                   "counted": {"lowest": 86, "average": 107, "highest": 125, "years": 6}}],
        "observed": {
            "children looked after": {"meaning": "Counted.", "unit": "children", "source": "Made up.",
                                      "values": {"2023-03-31": 349.0, "2024-03-31": 344.0}},
            "outside view": {"meaning": "Elsewhere.", "unit": "per cent", "source": "Made up.",
                             "values": {"a fall of 14.3%": 4.4}},
            "falls elsewhere": {"meaning": "Fell.", "unit": "per cent of windows", "source": "Made up.",
                                "values": {"3 years|14.3": 4.4}},
        },
    }  # fmt: skip
    copied: dict[str, Any] = json.loads(json.dumps(whole))
    return copied


def money() -> dict[str, Any]:
    lines = ("gross", "cost", "net", "cashable", "net_after_funding", "net_if_partners_pay", "other",
             "net_with_other")  # fmt: skip
    saved = {line: e(100_000.0 * (i + 1), 50_000) for i, line in enumerate(lines)}
    spent = ("staff", "partner staff", "set-up", "guardianship allowances", "funding", "in budget")
    return {
        "saving": {n: dict.fromkeys(YEARS, saved) for n in RIVALS},
        "saving_total": dict.fromkeys(RIVALS, saved),
        "cost_lines": {n: {y: {line: e(9_000.0) for line in spent} for y in YEARS} for n in RIVALS},
        "cost_lines_total": {n: {line: e(18_000.0) for line in spent} for n in RIVALS},
        "money": {
            "pricing": {"prices": "marginal", "price_growth": "drawn", "optimism_bias": False},
            "schedule": [
                {
                    "year": y,
                    "from": f"{y[:4]}-04-01",
                    "to": f"{int(y[:4]) + 1}-03-31",
                    "deflator": 1 + i / 50,
                    "factor": 1 - i / 30,
                    "weight": 1 - i / 20,
                }
                for i, y in enumerate(YEARS)
            ],
            "kinds": dict(KINDS),
            "lines": {n: {y: {line: e(7_000.0) for line in KINDS} for y in (*YEARS, "all")} for n in RIVALS},
            "present_value": {
                n: {line: e(90_000.0) for line in ("gross", "net", "net_after_funding", "net_with_other")}
                for n in RIVALS
            },
            "payback": {n: {"net": payback(None), "net_after_funding": payback(YEARS[1])} for n in RIVALS},
            "views": {n: [view(n, "own", 1.0), view(n, "average", 2.0)] for n in RIVALS},
            "reconciliation": {n: [reconciled(YEARS[1], -1.0), reconciled(YEARS[2], 1.0)] for n in RIVALS},
            "failed_returns": dict.fromkeys(RIVALS, e(-210_000.0)),
        },
    }


def payback(year: str | None) -> dict[str, Any]:
    """Cash so far, and when it has paid back."""
    return {"so_far": {y: e(-30_000.0) for y in YEARS}, "chance": dict.fromkeys(YEARS, 0.25), "year": year}


def view(scenario: str, key: str, times: float) -> dict[str, Any]:
    """The same futures at one way of pricing."""
    return {"key": key, "title": f"Priced {key}",
            **{line: {y: e(50_000.0 * times) for y in YEARS} for line in ("gross", "net")},
            "gross_total": e(150_000.0 * times), "net_total": e(140_000.0 * times),
            "chances": {"both-pounds": 0.5} if scenario == BOTH else {}}  # fmt: skip


def reconciled(year: str, sign: float) -> dict[str, Any]:
    """From a claim to what was found; the price goes up or down."""
    steps = {"claimed": 500_000.0, "children": -300_000.0, "phasing": 40_000.0, "price": 60_000.0 * sign,
             "gross": 240_000.0 + 60_000.0 * sign, "cost": -400_000.0, "net": -160_000.0 + 60_000.0 * sign,
             "funding": 380_000.0, "net_after_funding": 220_000.0 + 60_000.0 * sign}  # fmt: skip
    return {"year": year, "claim": "both-pounds", "claimed_children": 24.0, "claimed_months": 5.06,
            "claimed_child_years": 10.1, "claimed_price": 50_000.0, "claimed_price_a_week": 959.0,
            "children": e(7.0), "child_years": e(5.0), "price": 61_234.0 if sign > 0 else None,
            "average_price": 93_333.0,
            "steps": {step: e(middle) for step, middle in steps.items()}}  # fmt: skip


def claim() -> dict[str, Any]:
    return {"id": "both-children", "scenario": BOTH, "kind": "children", "target": 50.0, "by": DATES[-1],
            "basis": "gross", "text": "50 fewer children.", "source": "Made up.", "chance": 0.125,
            "error": 0.1, "at_most": None,
            "outside": {"years": 3, "from": 349.0, "fall": 14.3, "elsewhere": 4.4, "at_least": None,
                        "at_most": None, "source": "Made up.",
                        "simulated": {NO_CHANGE: {"chance": 0.0, "error": 0.0},
                                      BOTH: {"chance": 0.25, "error": 0.1}}},
            **{k: v for k, v in e(15.0).items() if k != "error"}}  # fmt: skip


def papers() -> list[dict[str, Any]]:
    """Two papers on one risk: one sets something against it, the other leaves that blank."""
    told = [
        Paper(name=f"Paper on {name}", scenario=name, risk="nobody comes", mitigation=against,
              source="Paper.", says={subject: f"{name.capitalize()} on {subject}." for subject in SUBJECTS})
        for name, against in ((EDGE, "a strategy"), (SAFEGUARDING, ""))
    ]  # fmt: skip
    return [one.content() for one in told]


def overlap() -> dict[str, Any]:
    one = {EDGE: {"alone": e(5.0), "after_other": e(4.0)}, "together": e(14.0), "overlap": e(1.0),
           SAFEGUARDING: {"alone": e(10.0), "after_other": e(9.0)}}  # fmt: skip
    return {"scenarios": [EDGE, SAFEGUARDING], "both": BOTH, "date": DATES[-1], "children": one,
            "claimed": {EDGE: 24.0, SAFEGUARDING: 26.0}, "pounds": dict.fromkeys(YEARS, one),
            "families_served_by_both": e(6.0)}  # fmt: skip


def work() -> dict[str, Any]:
    """Services, staff, panel and what vacancies cost."""
    counts = {k: e(20.0) for k in ("offered", "accepted", "started", "never_reached", "waited_days",
                                   "places", "use", "held", "waiting", "interrupted", "given_up",
                                   "interrupted_days")}  # fmt: skip
    service = {**counts, "by_year": dict.fromkeys(YEARS, counts), "short_of": "staff"}
    closed = {**service, "short_of": "closed"}
    short = {EDGE: {**service, "short_of": "referrals"}}
    kind = {k: e(8.0) for k in ("asked", "started", "never_came", "waited_days", "places", "use", "waiting")}
    posts = {"funded": 3.0, "permanent": 1.5, "agency": 0.5, "induction": 0.25, "vacant": 0.75, "absent": 0.1}
    roles = ("edge of care|manager", "edge of care|social worker", "family safeguarding|social worker",
             "family safeguarding|mental health worker", "early help|key worker")  # fmt: skip
    counted = ("referred", "refused_criteria", "refused_judgement", "diverted", "declined", "accepted",
               "ratified", "days_to_decision", "crises", "crises_not_heard", "crisis_over")  # fmt: skip
    panel: dict[str, Any] = {k: e(12.0) for k in counted}
    holders = [name.replace(" ", "_").replace("-", "_") for name in (*HELD_NAMES, "in care")]
    panel |= {f"referred_from_{holder}": e(1.0) for holder in holders}
    panel["referred_from_child_in_need"] = e(8.0)
    places = {"places": 9.0, "use": 7.5, "waiting": 2.0}
    early = {
        k: e(5.0)
        for k in (
            "waiting",
            "never_reached",
            "started",
            "step_downs",
            "parenting_support",
            "one_to_one_work",
            "youth_mentoring",
        )
    }
    opened = {NO_CHANGE: TEAM_NAMES[:2], EDGE: (*TEAM_NAMES[:2], EDGE),
              SAFEGUARDING: TEAM_NAMES[:3], BOTH: TEAM_NAMES}  # fmt: skip
    return {
        "services": {n: {t: short.get(t, service) if t in opened[n] else closed for t in TEAM_NAMES}
                     for n in SCENARIOS},
        "staffing": {n: {r: dict.fromkeys(DATES, posts) for r in roles} for n in SCENARIOS},
        "lines": {n: {k: dict.fromkeys(DATES, places) for k in LINE_NAMES} for n in SCENARIOS},
        "specialists": {n: {k: {**kind, "by_year": dict.fromkeys(YEARS, kind)} for k in LINE_NAMES[3:7]}
                        for n in SCENARIOS},
        "panel": {n: dict.fromkeys(YEARS, panel) for n in SCENARIOS},
        "caseload": {n: {d: e(1.1, 0.2) for d in DATES} for n in SCENARIOS},
        "early_help": {n: {y: {**early, **({"more": early} if n in RIVALS else {})} for y in YEARS}
                       for n in SCENARIOS},
        "vacancy": {n: {"twin": f"{n}, every post filled", "children": {d: e(lost) for d in DATES},
                        "gross": {y: e(70_000.0) for y in YEARS}, "net": {y: e(-9_000.0) for y in YEARS},
                        "gross_total": e(210_000.0), "net_total": e(-27_000.0)}
                    for n, lost in ((SAFEGUARDING, 2.0), (BOTH, 3.0))},
        "reviews": {SAFEGUARDING: {"family safeguarding": {
            "on": "2025-03-31", "ends": "2025-04-01", "roles": ["substance worker", "mental health worker"],
            "kind": "children", "asked": 26.0, "found": e(9.0), "let_go": 0.3, "error": 0.05}}},
    }  # fmt: skip


def outcomes() -> dict[str, Any]:
    """Entries, exits, placements, safety, waterfalls, cohorts and equality."""
    waterfall = [{"step": s, "unit": u, "value": e(v)} for s, u, v in STEPS]
    safety = {measure: e(10.0) for measure in SAFETY}
    paired = {measure: e(2.0) for measure in PAIRED}
    cohort: dict[str, Any] = {"entries": {r: e(6.0) for r in ROUTE_NAMES},
                              "tried_before": dict.fromkeys(TRIED, 0.25), "edge_wait_days": None,
                              "re_entries": e(3.0)}  # fmt: skip
    served = {"by_service": dict.fromkeys((EDGE, SAFEGUARDING, "both", "neither"), paired)}
    kept, shown = ({"mean": None, "suppressed": True, "fewer": None},
                   {"mean": 140.0, "suppressed": False, "fewer": e(3.0)})  # fmt: skip
    groups: dict[str, Any] = {
        "sex": {g: {"looked_after": shown, "entries": shown} for g in ("girls", "boys")},
        "ethnicity": {"white": {"looked_after": shown, "entries": shown},
                      "black": {"looked_after": kept, "entries": kept}},
    }  # fmt: skip
    first = {d: {g: {m: {**one, "fewer": None} for m, one in parts.items()} for g, parts in by_group.items()}
             for d, by_group in groups.items()}  # fmt: skip
    entry = {"all": e(30.0), "by_route": {r: e(6.0) for r in ROUTE_NAMES},
             "by_cohort": {b: e(5.0) for b in BANDS}}  # fmt: skip
    place = {p: {"child_years": e(20.0), "broken_down": e(4.0)} for p in PLACEMENT_NAMES}
    return {
        "entries": {n: dict.fromkeys(YEARS, entry) for n in SCENARIOS},
        "exits": {n: {y: {"all": e(90.0), "adopted": e(10.0)} for y in YEARS} for n in SCENARIOS},
        "plans": {n: {d: e(200.0) for d in DATES} for n in SCENARIOS},
        "placements": {n: dict.fromkeys(YEARS, place) for n in SCENARIOS},
        "placement_stability": {n: {y: {"started": e(0.0), "use": e(0.0)} for y in YEARS} for n in SCENARIOS},
        "safety": {n: dict.fromkeys(YEARS, safety) for n in SCENARIOS},
        "safety_more": {n: {y: {m: one for m, one in safety.items() if m not in
                                ("entries delayed", "entries hastened", "entries caused")} for y in YEARS}
                        for n in RIVALS},
        "waterfall": {n: dict.fromkeys((EDGE, SAFEGUARDING), waterfall) for n in RIVALS},
        "cohorts": {n: {b: {**cohort, **(paired | served if n in RIVALS else {})} for b in BANDS}
                    for n in SCENARIOS},
        "equality": {"date": DATES[-1], "note": "No rate differs between these groups in the model.",
                     "scenarios": {n: groups if n in RIVALS else first for n in SCENARIOS}},
    }  # fmt: skip
