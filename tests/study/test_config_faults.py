"""Every fault of a study file is refused with its line, its name, what was expected and the nearest name."""

from __future__ import annotations

from typing import Any

import pytest

from sim.foundations.errors import InputError
from sim.study.catalogue import CATALOGUE
from sim.study.config import load_study

RATE = "care.exit.short"
SHARE = "family.pregnancy"
TABLE = "routes.sibling_joins"
SPLIT = "demand.outcome"
EFFECT = "effects.edge_of_care.entry"
POSTS = "staffing.early_help.posts.key_worker"
LEVERS = "scenarios.edge of care.levers"
EXTRA = {"source": "A paper."}
ARM = {"value": 0.6, "range": [0.5, 0.7], "weight": 0.5, "meaning": "one body of evidence"}


def lever(kind: str, **entries: Any) -> dict[str, Any]:
    return {"lever": kind, **entries, **EXTRA}


FAULTS = {
    # name: (changes, place of the line, dotted path (place if None), expected words)
    "unknown setting": ({"services.edge_of_cre": {}}, None, None, "Did you mean 'edge_of_care'?"),
    "unknown section": ({"sevices": {}}, None, None, "Did you mean 'services'?"),
    "unknown leaf entry": ({f"{RATE}.sorce": "x"}, None, None, "Did you mean 'source'?"),
    "unknown run entry": ({"run.sead": 4}, None, None, "Did you mean 'seed'?"),
    "group is not a mapping": ({"care": 3}, None, None, "should hold settings by name"),
    "leaf is not a mapping": ({RATE: 3}, None, None, "should be a mapping of value"),
    "not in the catalogue": ({"care.exit.shrt": {}}, None, None, "Did you mean 'short'?"),
    "bare yes": ({f"{RATE}.value": "@yes@"}, None, None, "write true or false, or put it in quotes"),
    "bare No": ({f"{RATE}.source": "@No@"}, None, None, "write true or false, or put it in quotes"),
    "bare on": ({f"{RATE}.meaning": "@on@"}, None, None, "write true or false, or put it in quotes"),
    "bare OFF": ({f"{RATE}.value": "@OFF@"}, None, None, "write true or false, or put it in quotes"),
    "bare on as a name": (
        {f"{RATE}.@on@": 1},
        f"{RATE}.on",
        None,
        "write true or false, or put it in quotes",
    ),
    "base 60": ({f"{RATE}.value": "@1:30@"}, None, None, "base 60"),
    "base 8": ({f"{RATE}.value": "@0123@"}, None, None, "base 8"),
    "underscores": ({f"{RATE}.value": "@1_000@"}, None, None, "without underscores"),
    "nan": ({f"{RATE}.value": "@.nan@"}, None, None, "a finite number is needed"),
    "inf": ({f"{RATE}.value": "@-.inf@"}, None, None, "a finite number is needed"),
    "plain nan": ({f"{RATE}.value": "@nan@"}, None, None, "a finite number is needed"),
    "too large": ({f"{RATE}.value": "@1e999@"}, None, None, "a finite number is needed"),
    "no such day": ({"run.start": "@2023-02-30@"}, None, None, "not a day of the calendar"),
    "tag": ({f"{RATE}.value": "@!!python/name:os.system x@"}, None, None, "is not allowed"),
    "text for a number": (
        {f"{RATE}.value": "many"},
        None,
        None,
        "expected a number (per year); found the text 'many'",
    ),
    "true for a number": ({f"{RATE}.value": True}, None, None, "found 'true'"),
    "nothing for a number": ({f"{RATE}.value": None}, None, None, "found nothing"),
    "list for a number": ({f"{RATE}.value": [1]}, None, None, "found a list"),
    "table for a number": ({f"{RATE}.value": {"a": 1}}, None, None, "found a mapping"),
    "number for a table": (
        {f"{TABLE}.value": 1},
        None,
        None,
        "expected a table of court, breakdown, no warning",
    ),
    "number for text": ({f"{RATE}.source": 2023}, None, None, "Put it in quotes"),
    "text for a date": ({"run.end": "soon"}, None, None, "expected a date such as 2023-04-01"),
    "share above 1": ({f"{SHARE}.value": 40}, None, None, "Shares are written 0 to 1: did you mean 0.4?"),
    "share far above 1": ({f"{SHARE}.value": 400}, None, None, "expected at least 0 and at most 1"),
    "share in a table": ({f"{TABLE}.value.court": 80}, None, None, "did you mean 0.8?"),
    "below the bound": ({f"{RATE}.value": -1}, None, None, "expected at least 0"),
    "no source": ({f"{RATE}.source": ...}, RATE, f"{RATE}.source", "missing: 'source' is needed"),
    "empty source": ({f"{RATE}.source": " "}, None, None, "'source' is empty"),
    "source of nothing": ({f"{RATE}.source": None}, None, None, "'source' is empty"),
    "no unit": ({f"{RATE}.unit": ...}, RATE, f"{RATE}.unit", "missing: 'unit' is needed"),
    "other unit": ({f"{RATE}.unit": "days"}, None, None, "the unit here is 'per year'; found 'days'"),
    "unknown shape": ({f"{RATE}.shape": "triangle"}, None, None, "Did you mean 'triangular'?"),
    "unknown basis": ({f"{RATE}.basis": "evidance"}, None, None, "Did you mean 'evidence'?"),
    "range of a fixed value": ({f"{RATE}.range": [0, 1]}, None, None, "has no range of its own"),
    "no range": ({f"{RATE}.shape": "uniform"}, RATE, None, "needs 'range: [low, high]'"),
    "range of three": (
        {f"{RATE}.shape": "uniform", f"{RATE}.range": [0, 1, 2]},
        f"{RATE}.range",
        None,
        "two numbers",
    ),
    "range out of order": (
        {f"{RATE}.shape": "uniform", f"{RATE}.range": [1, 0.2]},
        f"{RATE}.range",
        None,
        "out of order",
    ),
    "range misses the value": (
        {f"{RATE}.shape": "uniform", f"{RATE}.range": [0.6, 1]},
        f"{RATE}.range",
        None,
        "does not contain the value 0.5",
    ),
    "range beyond the bounds": (
        {f"{SHARE}.shape": "uniform", f"{SHARE}.range": [0.2, 40]},
        f"{SHARE}.range[2]",
        f"{SHARE}.range[2]",
        "0.4?",
    ),
    "lognormal share": (
        {f"{SHARE}.shape": "lognormal", f"{SHARE}.range": [0.2, 0.6]},
        f"{SHARE}.range",
        None,
        "could pass 1",
    ),
    "lognormal from 0": (
        {f"{RATE}.shape": "lognormal", f"{RATE}.range": [0, 0.6]},
        f"{RATE}.range",
        None,
        "above 0",
    ),
    "table shape of a number": ({f"{RATE}.shape": "table"}, None, None, "'table' is for a table"),
    "number shape of a table": ({f"{TABLE}.shape": "fixed"}, None, None, "the shape should be 'table'"),
    "unknown row": ({f"{TABLE}.value.cort": 0.1}, None, None, "Did you mean 'court'?"),
    "row missing": (
        {f"{TABLE}.value.court": ...},
        f"{TABLE}.value",
        None,
        "rows missing from the table: court",
    ),
    "shares of a whole": ({f"{SPLIT}.value.early help": 0.5}, f"{SPLIT}.value", None, "they sum to 1.5"),
    "year missing": (
        {"prices.own_foster.value.2024/25": ...},
        "prices.own_foster.value",
        None,
        "rows missing from the table: 2024/25",
    ),
    "no such year": ({"prices.own_foster.value.2024/2025": 1}, None, None, "Did you mean '2024/25'?"),
    "too fine a part of a post": ({f"{POSTS}.value": 2.125}, None, None, "at most two decimals"),
    "no estimand": ({f"{EFFECT}.estimand": ...}, EFFECT, None, "an effect needs an 'estimand'"),
    "estimand of no effect": ({f"{RATE}.estimand": {}}, None, None, "only the effect of a service"),
    "unknown measure": (
        {f"{EFFECT}.estimand.measure": "odds ratio"},
        None,
        None,
        "hazard ratio, risk ratio, rate ratio",
    ),
    "unknown start": ({f"{EFFECT}.estimand.from": "reffer"}, None, None, "Did you mean 'referral'?"),
    "no months": (
        {f"{EFFECT}.estimand.months": ...},
        f"{EFFECT}.estimand",
        f"{EFFECT}.estimand.months",
        "'months' is needed",
    ),
    "arms of no mixture": ({f"{EFFECT}.arms": [ARM, ARM]}, None, None, "only a mixture has arms"),
    "mixture of one": (
        {f"{EFFECT}.shape": "mixture", f"{EFFECT}.arms": [ARM]},
        f"{EFFECT}.arms",
        None,
        "at least two",
    ),
    "weights of arms": (
        {f"{EFFECT}.shape": "mixture", f"{EFFECT}.arms": [ARM, {**ARM, "weight": 0.4}]},
        f"{EFFECT}.arms",
        None,
        "they sum to 0.9",
    ),
    "arm without meaning": (
        {
            f"{EFFECT}.shape": "mixture",
            f"{EFFECT}.arms": [ARM, {"value": 1, "range": [0.8, 1.25], "weight": 0.5}],
        },
        f"{EFFECT}.arms[2]",
        f"{EFFECT}.arms[2].meaning",
        "'meaning' is needed",
    ),
    "range of an arm": (
        {f"{EFFECT}.shape": "mixture", f"{EFFECT}.arms": [ARM, {**ARM, "value": 0.8}]},
        f"{EFFECT}.arms[2].range",
        None,
        "contains the value 0.8",
    ),
    "no date": ({f"{RATE}.date": ...}, RATE, f"{RATE}.date", "'date' is needed"),
    "no quality": ({f"{RATE}.quality": ...}, RATE, f"{RATE}.quality", "'quality' is needed"),
    "date in words": ({f"{RATE}.date": "lately"}, None, None, "expected a year or years"),
    "years out of order": ({f"{RATE}.date": "2023 to 2018"}, None, None, "the years are out of order"),
    "quality unknown": ({f"{RATE}.quality": "good"}, None, None, "expected one of strong, fair, weak"),
    "no reason for no range": ({f"{RATE}.fixed_because": ...}, RATE, None, "why it has no range"),
    "reason unknown": (
        {f"{RATE}.fixed_because": "countd"},
        None,
        None,
        "Did you mean 'counted'?",
    ),
    "set unknown": (
        {f"{EFFECT}.sets": {"claimd": {"value": 0.5, "source": "s"}}},
        f"{EFFECT}.sets.claimd",
        None,
        "Did you mean 'claimed'?",
    ),
    "set without source": (
        {f"{EFFECT}.sets": {"claimed": {"value": 0.5}}},
        f"{EFFECT}.sets.claimed",
        f"{EFFECT}.sets.claimed.source",
        "'source' is needed",
    ),
    "range of a set": (
        {f"{EFFECT}.sets": {"claimed": {"value": 0.5, "range": [0.6, 0.9], "source": "s"}}},
        f"{EFFECT}.sets.claimed.range",
        None,
        "does not contain the value 0.5",
    ),
    "evidence unknown": ({"run.evidence": "claimd"}, None, None, "Did you mean 'claimed'?"),
    "futures of variants": (
        {"run.depends_on": {"draws": 0, "runs": 1}},
        "run.depends_on.draws",
        None,
        "at least 1",
    ),
    "mid-month start": ({"run.start": "@2023-04-02@"}, None, None, "expected the first day of a month"),
    "end before start": ({"run.end": "@2022-04-01@"}, None, None, "expected a date after the start"),
    "part of a run": ({"run.runs": 1.5}, None, None, "expected a whole number"),
    "no draws": ({"run.draws": 0}, None, None, "at least 1"),
    "role that no team has": (
        {f"{LEVERS}[2].role": "manger"},
        None,
        None,
        "'manger' is not a role of edge_of_care; expected one of manager, social_worker, "
        "family_support_worker. Did you mean 'manager'?",
    ),
    "role of another team": ({f"{LEVERS}[2].role": "coordinator"}, None, None, "not a role of edge_of_care"),
    "role that nobody has": (
        {f"{LEVERS}[2]": lever("recruitment", role="specialist", start="@2023-04-01@", delay_days=9)},
        f"{LEVERS}[2].role",
        None,
        "'specialist' is not a role of any service",
    ),
    "panel that never meets": (
        {f"{LEVERS}[2]": lever("panel", start="@2023-06-01@", every_days=0)},
        f"{LEVERS}[2].every_days",
        None,
        "a panel with no meetings decides nothing, so no family would reach Edge of Care",
    ),
    "panel that meets after the study": (
        {f"{LEVERS}[2]": lever("panel", start="@2023-06-01@", every_days=1096)},
        f"{LEVERS}[2].every_days",
        None,
        "below the study's 1096; found 1096",
    ),
    "panel parameter longer than the study": (
        {"services.edge_of_care.panel_every_days.value": 2000},
        "services.edge_of_care.panel_every_days",
        "services.edge_of_care.panel_every_days.value",
        "a panel with no meetings decides nothing",
    ),
    "panel that hears no cases": (
        {f"{LEVERS}[2]": lever("panel", start="@2023-06-01@", cases=0)},
        f"{LEVERS}[2].cases",
        None,
        "hears no cases decides nothing",
    ),
    "panel parameter without cases": (
        {"services.edge_of_care.cases_a_meeting.value": 0},
        None,
        None,
        "expected at least 1",
    ),
    "panel that sets nothing": (
        {f"{LEVERS}[2]": lever("panel", start="@2023-06-01@")},
        f"{LEVERS}[2]",
        None,
        "sets nothing",
    ),
    "unknown criterion": (
        {f"{LEVERS}[2]": lever("panel", start="@2023-06-01@", earlier_help="conference frist")},
        f"{LEVERS}[2].earlier_help",
        None,
        "Did you mean 'conference first'?",
    ),
    "criterion that nobody can meet": (
        {
            f"{LEVERS}[2]": lever("panel", start="@2023-06-01@", earlier_help="conference first"),
            "staffing.family_group_conference.posts.coordinator.value": 0,
        },
        f"{LEVERS}[2]",
        "scenarios.edge of care",
        "no post of a coordinator to hold one: none of them would reach Edge of Care",
    ),
    "panel of a closed service": (
        {"scenarios.family safeguarding.levers[1]": lever("panel", start="@2023-06-01@", cases=3)},
        "scenarios.family safeguarding.levers[1]",
        "scenarios.family safeguarding",
        "edge_of_care is open neither with no change nor",
    ),
    "filled and never filled": (
        {f"{LEVERS}[2]": lever("recruitment", start="@2023-04-01@", never_filled=0.4, at_once="@true@")},
        f"{LEVERS}[2].never_filled",
        None,
        "cannot be together with 'at_once: true'",
    ),
    "recruitment that sets nothing": (
        {f"{LEVERS}[2]": lever("recruitment", start="@2023-04-01@")},
        f"{LEVERS}[2]",
        None,
        "sets nothing",
    ),
    "vacancy in per cent": (
        {f"{LEVERS}[2]": lever("recruitment", start="@2023-04-01@", never_filled=40)},
        f"{LEVERS}[2].never_filled",
        None,
        "did you mean 0.4?",
    ),
    "flag in words": (
        {f"{LEVERS}[2]": lever("recruitment", start="@2023-04-01@", at_once="always")},
        f"{LEVERS}[2].at_once",
        None,
        "expected true or false; found the text 'always'",
    ),
    "recruitment to a closed service": (
        {
            "scenarios.family safeguarding.levers[1]": lever(
                "recruitment", service="edge_of_care", start="@2023-04-01@", delay_days=30
            )
        },
        "scenarios.family safeguarding.levers[1]",
        "scenarios.family safeguarding",
        "expected an 'open' lever for it",
    ),
    "delay of what is open already": (
        {f"{LEVERS}[2]": lever("delay", service="early_help", days=30)},
        f"{LEVERS}[2]",
        "scenarios.edge of care",
        "no 'open' lever for early_help, which is open already",
    ),
    "delay of what stays closed": (
        {f"{LEVERS}[2]": lever("delay", service="family_safeguarding", days=30)},
        f"{LEVERS}[2]",
        "scenarios.edge of care",
        "which stays closed",
    ),
    "extension of a closed service": (
        {
            "scenarios.family safeguarding.levers": [
                lever("extend", service="edge_of_care", start="@2025-04-01@", spare=2)
            ]
        },
        "scenarios.family safeguarding.levers[1]",
        "scenarios.family safeguarding",
        "open neither with no change nor",
    ),
    "extension of another service": (
        {f"{LEVERS}[2]": lever("extend", service="early_help", start="@2025-04-01@", spare=2)},
        f"{LEVERS}[2].service",
        None,
        "expected one of edge_of_care",
    ),
    "closed before it opens": (
        {f"{LEVERS}[2]": lever("close", service="edge_of_care", date="@2023-06-01@")},
        f"{LEVERS}[2]",
        "scenarios.edge of care",
        "would never work with a family",
    ),
    "lever after the study": (
        {f"{LEVERS}[2]": lever("pairs", service="edge_of_care", start="@2026-04-01@")},
        f"{LEVERS}[2].start",
        None,
        "this lever would change nothing",
    ),
    "teams without number": (
        {f"{LEVERS}[1].every_days": 30},
        f"{LEVERS}[1].every_days",
        None,
        "give 'teams'",
    ),
    "change of what families are": (
        {f"{LEVERS}[2]": lever("change", parameter="family.size", start="@2023-06-01@", times=2)},
        f"{LEVERS}[2].parameter",
        None,
        "not something that practice sets",
    ),
    "change of an unknown parameter": (
        {
            f"{LEVERS}[2]": lever(
                "change", parameter="services.early_help.takeup", start="@2023-06-01@", times=2
            )
        },
        f"{LEVERS}[2].parameter",
        None,
        "Did you mean 'services.early_help.take_up'?",
    ),
    "change to and times": (
        {
            f"{LEVERS}[2]": lever(
                "change", parameter="services.early_help.take_up", start="@2023-06-01@", times=2, to=0.5
            )
        },
        f"{LEVERS}[2]",
        None,
        "exactly one of 'to' and 'times'; found to and times",
    ),
    "change to nothing": (
        {f"{LEVERS}[2]": lever("change", parameter="services.early_help.take_up", start="@2023-06-01@")},
        f"{LEVERS}[2]",
        None,
        "exactly one of 'to' and 'times'; found none",
    ),
    "change out of bounds": (
        {
            f"{LEVERS}[2]": lever(
                "change", parameter="services.early_help.take_up", start="@2023-06-01@", to=80
            )
        },
        f"{LEVERS}[2].to",
        None,
        "did you mean 0.8?",
    ),
    "price of nothing known": (
        {f"{LEVERS}[2]": lever("price", item="kinshp", times=2, year="2024/25")},
        f"{LEVERS}[2].item",
        None,
        "Did you mean 'kinship'?",
    ),
    "compared with nothing": (
        {"scenarios.both.against": "no chnge"},
        None,
        None,
        "Did you mean 'no change'?",
    ),
    "compared with itself": ({"scenarios.both.against": "both"}, None, None, "with itself"),
    "compared in a chain": (
        {
            "scenarios.both.against": "edge of care",
            "scenarios.edge of care.against": "family safeguarding",
        },
        None,
        None,
        "a chain of comparisons would count changes twice",
    ),
    "ring of scenarios": (
        {"scenarios.edge of care.combines": ["both"]},
        "scenarios.both.combines[1]",
        None,
        "one of the two combines the other",
    ),
    "unknown routes": ({"run.routes": "mainly"}, None, None, "Did you mean 'mainly own'?"),
    "compounding in words": ({"run.compounding": "a little"}, None, None, "expected true or false"),
    "unknown combine": ({"run.combine": "multipli"}, None, None, "Did you mean 'multiply'?"),
    "unknown authority": ({"study.authority": "Burry"}, None, None, "Did you mean 'Bury'?"),
    "unknown service": ({f"{LEVERS}[1].service": "edge_of_cre"}, None, None, "Did you mean 'edge_of_care'?"),
    "unknown role": ({f"{LEVERS}[2].role": "manger"}, None, None, "Did you mean 'manager'?"),
    "unknown lever": ({f"{LEVERS}[1].lever": "opens"}, None, None, "Did you mean 'open'?"),
    "lever without kind": (
        {f"{LEVERS}[1].lever": ...},
        f"{LEVERS}[1]",
        None,
        "one of open, close, delay, posts",
    ),
    "lever without source": ({f"{LEVERS}[1].source": ...}, f"{LEVERS}[1]", f"{LEVERS}[1].source", "missing"),
    "unknown lever entry": ({f"{LEVERS}[2].post": 1}, None, None, "Did you mean 'posts'?"),
    "open before the start": (
        {f"{LEVERS}[1].date": "@2023-03-31@"},
        None,
        None,
        "from the start, 2023-04-01",
    ),
    "open after the end": ({f"{LEVERS}[1].date": "@2026-04-01@"}, None, None, "before the end, 2026-04-01"),
    "fewer than no posts": ({f"{LEVERS}[2].posts": -1}, None, None, "at least 0; found -1"),
    "a third of a post": (
        {f"{LEVERS}[2].posts": 0.333},
        None,
        None,
        "expected full-time equivalents with at most two decimals, such as 3.5 posts; found 0.333",
    ),
    "posts end first": ({f"{LEVERS}[2].end": "@2023-02-01@"}, None, None, "expected a date after the start"),
    "set-up in another year": ({f"{LEVERS}[4].year": "2026/27"}, None, None, "2023/24, 2024/25, 2025/26"),
    "negative pounds": ({f"{LEVERS}[5].pounds": -5}, None, None, "at least 0"),
    "posts of a closed service": (
        {
            "scenarios.family safeguarding.levers": [
                lever(
                    "posts",
                    service="family_safeguarding",
                    role="substance_worker",
                    posts=1,
                    start="@2023-04-01@",
                )
            ]
        },
        "scenarios.family safeguarding.levers[1]",
        "scenarios.family safeguarding",
        "open neither with no change nor",
    ),
    "training of a closed service": (
        {
            "scenarios.family safeguarding.levers": [
                lever("training", service="edge_of_care", complete="@2023-03-31@")
            ]
        },
        "scenarios.family safeguarding.levers[1]",
        "scenarios.family safeguarding",
        "open neither with no change nor",
    ),
    "levers that disagree": (
        {f"{LEVERS}[3]": lever("open", service="edge_of_care", date="@2023-07-01@")},
        "scenarios.edge of care",
        None,
        "'open edge_of_care on 2023-06-01'",
    ),
    "no change with levers": (
        {
            "scenarios.no change": {
                "meaning": "m",
                "levers": [lever("open", service="edge_of_care", date="@2023-07-01@")],
            }
        },
        "scenarios.no change",
        None,
        "remove them",
    ),
    "unknown scenario united": (
        {"scenarios.both.combines": ["edge of cre", "family safeguarding"]},
        "scenarios.both.combines[1]",
        None,
        "Did you mean 'edge of care'?",
    ),
    "ampersand in a name": ({"scenarios.a & b": {"meaning": "m"}}, None, None, "cannot hold '&'"),
    "claim of an unknown scenario": (
        {"claims[1].scenario": "edge of cares"},
        None,
        None,
        "Did you mean 'edge of care'?",
    ),
    "claim by a year outside": (
        {"claims[2].by": "2027/28"},
        None,
        None,
        "not a financial year of this study",
    ),
    "claim by a day outside": ({"claims[1].by": "@2027-03-31@"}, None, None, "before 2026-04-01"),
    "claim by a day within a month": (
        {"claims[1].by": "@2025-03-30@"},
        None,
        None,
        "expected the last day of a month",
    ),
    "pounds by a day": ({"claims[2].by": "@2025-03-31@"}, None, None, "by a financial year"),
    "pounds without basis": ({"claims[2].basis": ...}, "claims[2]", None, "needs 'basis'"),
    "net children": ({"claims[1].basis": "net"}, None, None, "always gross"),
    "claim of nothing": ({"claims[1].target": 0}, None, None, "above 0"),
    "unknown kind of claim": ({"claims[1].kind": "childen"}, None, None, "Did you mean 'children'?"),
    "claim twice": ({"claims[2].id": "children"}, "claims[2]", None, "is taken by the claim at"),
    "claims not a list": ({"claims": {"a": 1}}, None, None, "expected a list of claims"),
    "observed text": (
        {"observed.Bury.children looked after.values.@2024-03-31@": "c"},
        "observed.Bury.children looked after.values.2024-03-31",
        None,
        "expected a number",
    ),
    "observed without source": (
        {"observed.Bury.children looked after.source": ...},
        "observed.Bury.children looked after",
        "observed.Bury.children looked after.source",
        "missing",
    ),
    "no file included": ({"include": ["nowhere.yaml"]}, "include[1]", None, "there is no file"),
    "include is not a list": ({"include": "nowhere.yaml"}, None, None, "expected a list of files"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_its_line_name_and_expectation(draft, name):
    changes, place, path, words = FAULTS[name]
    for changed, value in changes.items():
        if value is ...:
            draft.remove(changed)
        else:
            draft.set(changed, value)
    place = place or next(iter(changes))
    found = draft.faults()
    line = draft.line(place)
    matching = [p for p in found if p.where == line and words in p.message]
    assert matching, f"expected '{words}' at {line}; found:\n" + "\n".join(map(str, found))
    assert matching[0].path == (path or place)
    assert len(found) == 1, "one fault, one message; found:\n" + "\n".join(map(str, found))


def test_the_made_up_study_loads(draft):
    study = draft.load()
    assert set(study.parameters) == set(CATALOGUE)
    assert list(study.scenarios) == ["no change", "edge of care", "family safeguarding", "both"]


def test_a_name_written_twice_is_refused_with_both_lines(draft):
    text = draft.text().replace("  seed: 1\n", "  seed: 1\n  seed: 2\n")
    draft.file.write_text(text)
    first = text.split("\n").index("  seed: 1") + 1
    with pytest.raises(InputError) as caught:
        load_study(draft.file)
    assert str(caught.value) == (
        f"{draft.file}:{first + 1}: run.seed: is written twice; the first is at {draft.file}:{first}"
    )


def test_every_missing_parameter_is_listed_with_the_line_of_its_group(draft):
    missing = [name for name in CATALOGUE if name.startswith(("salaries.", "care.exit."))]
    draft.remove("salaries").remove("care.exit")
    found = draft.faults()
    assert sorted(p.path for p in found) == sorted(missing)
    assert {p.where for p in found if p.path.startswith("care")} == {draft.line("care")}
    assert {p.where for p in found if p.path.startswith("sal")} == {f"{draft.file}:1"}
    assert all("missing: the model needs it" in p.message for p in found)


def test_all_faults_are_told_at_once_in_order_of_lines(draft):
    draft.set(f"{SHARE}.value", 40).set("run.sead", 1).set("claims[2].by", "2027/28").remove(f"{RATE}.source")
    draft.set(f"{LEVERS}[1].service", "edge_of_cre").set("run.start", "@2023-04-02@")
    found = draft.faults()
    paths = {p.path for p in found}
    assert {f"{SHARE}.value", "run.sead", "run.start", f"{RATE}.source", f"{LEVERS}[1].service"} <= paths
    lines = [int(p.where.rpartition(":")[2]) for p in found]
    assert lines == sorted(lines)


def test_the_message_is_the_one_promised(draft):
    draft.set("services.edge_of_cre", {})
    (fault,) = draft.faults()
    where = draft.line("services.edge_of_cre")
    assert str(fault) == (
        f"{where}: services.edge_of_cre: not a setting this model knows. Did you mean 'edge_of_care'?"
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: [1, 2\nb: 3\n", 2, "is not YAML"),
        ("a:\n\tb: 1\n", 2, "is not YAML"),
        ("- 1\n- 2\n", 1, "should hold settings"),
        ("", 1, "should hold settings"),
        ("study: &a\n  name: *a\n", 1, "refers to itself"),
    ],
)
def test_what_is_not_a_study_file_is_refused_with_its_line(tmp_path, text, line, words):
    file = tmp_path / "study.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        load_study(file)
    assert any(p.where == f"{file}:{line}" and words in p.message for p in caught.value.problems)


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load_study(tmp_path / "none.yaml")


def test_text_in_another_encoding_is_refused(tmp_path):
    file = tmp_path / "study.yaml"
    file.write_bytes(b"study: \xa3\n")
    with pytest.raises(InputError, match="not UTF-8"):
        load_study(file)


def test_files_that_are_included_are_read_and_named_in_faults(draft, tmp_path):
    part = tmp_path / "part.yaml"
    body = draft.document.pop("salaries")
    body["manager"]["value"] = -1
    import yaml

    part.write_text(yaml.safe_dump({"salaries": body}, sort_keys=False))
    draft.set("include", ["part.yaml"])
    (fault,) = draft.faults()
    assert fault.where == f"{part}:4"
    assert fault.path == "salaries.manager.value"


def test_a_parameter_in_two_files_is_refused_with_both_places(draft, tmp_path):
    part = tmp_path / "part.yaml"
    part.write_text("care:\n  exit:\n    short:\n      value: 1\n")
    draft.set("include", ["part.yaml"])
    (fault,) = draft.faults()
    assert fault.where == f"{part}:3"
    assert fault.path == RATE
    assert draft.line(RATE) in fault.message


def test_a_file_included_twice_or_that_includes_is_refused(draft, tmp_path):
    (tmp_path / "part.yaml").write_text("include: [other.yaml]\n")
    draft.set("include", ["part.yaml", "part.yaml"])
    messages = [p.message for p in draft.faults()]
    assert any("included twice" in m for m in messages)
    assert any("only the main file" in m for m in messages)


def test_a_file_that_is_not_there_is_not_blamed_for_missing_parameters(draft):
    draft.remove("salaries").set("include", ["salarys.yaml"])
    (fault,) = draft.faults()
    assert fault.path == "include[1]"
