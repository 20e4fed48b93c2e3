"""What the report's sections on staff, services, safety and groups of children need besides summary.json.

Words only: every figure is read from summary.json by its key in the templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sim.results.estimates import NO_CHANGE

Part = Mapping[str, Any]
"""summary.json, or a branch of it."""

MOST_SHOWN = 3
"""Scenarios beside no change that wide tables and charts have room for."""
PANEL = {
    "referred": ("Families referred", "whole"),
    "refused_criteria": ("Refused: outside the criteria", "whole"),
    "refused_judgement": ("Refused by the panel’s judgement", "whole"),
    "diverted": ("Sent to a family group conference first", "whole"),
    "declined": ("Declined by the family", "whole"),
    "accepted": ("Accepted", "whole"),
    "ratified": ("Decided between meetings, then agreed", "whole"),
    "crisis_over": ("Crisis over before a decision", "whole"),
    "days_to_decision": ("Days from referral to decision", "days"),
    "crises": ("Crises of children at home", "whole"),
    "crises_not_heard": ("Of these, crises that nobody referred", "whole"),
    "referred_from_assessment": ("Referred by initial response", "whole"),
    "referred_from_early_help": ("Referred where early help held the family", "whole"),
    "referred_from_child_in_need": ("Referred by child in need teams", "whole"),
    "referred_from_child_protection": ("Referred by safeguarding teams, on a plan", "whole"),
    "referred_from_pre_proceedings": ("Referred by safeguarding teams, in pre-proceedings", "whole"),
    "referred_from_proceedings": ("Referred by safeguarding teams, in proceedings", "whole"),
    "referred_from_closed": ("Referred for closed cases, children lately home among them", "whole"),
    "referred_from_special_guardianship": ("Referred by the special guardianship team", "whole"),
    "referred_from_in_care": ("Referred after an entry, to return home", "whole"),
}
"""Measures of the panel: words and format."""
EARLY_HELP = {
    "started": ("Families who began", "whole"),
    "step_downs": ("Families handed over by Edge of Care", "whole"),
    "parenting_support": ("Of these, for parenting support", "whole"),
    "one_to_one_work": ("Of these, for one-to-one work", "whole"),
    "youth_mentoring": ("Of these, for youth mentoring", "whole"),
    "waiting": ("Families waiting, average month end", "one place"),
    "never_reached": ("Families never reached", "whole"),
}
"""Measures of Early Help: words and format."""
SAFETY = {
    "entries delayed": ("Children whose entry into care was only put off, four weeks or more", "few"),
    "entries hastened": ("Children who came into care sooner, four weeks or more", "few"),
    "entries caused": ("Children who came into care and otherwise would not have", "few"),
    "emergency entries after diversion": (
        "Emergency entries soon after help was not given, or a crisis passed", "few"),
    "re-entries": ("Children who come back into care", "few"),
    "plans repeated": ("Children on a second or later protection plan", "few"),
    "crises": ("Crises at home", "whole"),
    "enquiries": ("Child protection enquiries that go to a conference, families", "whole"),
    "care applications": ("Families taken to court", "whole"),
    "early help never reached": ("Families never reached by Early Help", "whole"),
    "kinship child-years": ("Children with kinship foster carers, average of the year", "few"),
    "guardianship child-years": ("Children with special guardians, average of the year", "few"),
    "kinship pounds": ("Paid to kinship foster carers", "pounds"),
    "guardianship pounds": ("Paid to special guardians", "pounds"),
}  # fmt: skip
"""Signs to watch: words and format, in order. Crises not heard are the panel's: with no service to hear of
them there are none."""
STEPS = {
    "starts in care": "Starts in care without the plan",
    "reachable": "By a route that the service can reach",
    "referred": "Referred or offered",
    "accepted": "Accepted",
    "begun": "Work began",
    "begun in time": "Work began in time",
    "kept at home for a time": "Entry averted or put off",
    "still at home at the end": "Still at home at the end",
    "child-years": "Years in care avoided, all children",
    "cashable pounds": "Cashable pounds",
    "on other families": "On other families",
}
"""Steps of a waterfall, in words."""
TRIED = {
    "early help": "Early Help",
    "family group conference": "A conference",
    "family safeguarding": "Family Safeguarding",
    "edge of care": "Edge of Care",
    "nothing": "Nothing",
}
"""What a family may have had before a child came into care."""
ROUTE_GROUPS = {
    "Planned": ("court",),
    "Unplanned": ("breakdown", "special guardianship breakdown", "no warning"),
    "Unaccompanied": ("unaccompanied",),
}
"""Routes into care, by whether they come by a plan."""
STABILITY = {
    "offered": "offered it",
    "accepted": "accepted",
    "started": "began",
}
"""Counts of families with a long placement whom Edge of Care may help, in words."""
SUMS = ("averted", "delayed", "days_avoided")
"""What is shown of a cohort by service."""
STATES = ("funded", "permanent", "induction", "agency", "vacant", "absent")
"""States of posts, as columns."""


def shown(summary: Part, lead: str) -> list[str]:
    """The scenarios that wide tables have room for, in order: the leading one, those with claims, then others
    that are compared with no change."""
    names, against = list(summary["difference"]), summary.get("against", {})
    claimed = {one["scenario"] for one in summary["claims"]}
    usual = [name for name in names if against.get(name, NO_CHANGE) == NO_CHANGE]
    wanted = dict.fromkeys([lead, *(name for name in names if name in claimed), *usual])
    room = [name for name in wanted if name in names][:MOST_SHOWN]
    return [name for name in names if name in room]


def sections(summary: Part, lead: str) -> dict[str, Any]:
    """What the templates of these sections read. A section whose part is missing is not shown."""
    services = summary["services"].get(lead, {})
    edge = services.get("edge of care", {}).get("short_of", "closed") != "closed"
    specialists = summary.get("specialists", {}).get(lead, {})
    return {
        "papers": _papers(summary),
        "panel": _panel(summary, lead) if edge else {},
        "early_help": EARLY_HELP if lead in summary.get("early_help", {}) else {},
        "signs": _signs(summary),
        "steps": STEPS,
        "tried": TRIED,
        "states": _states(summary, lead),
        "specialists": [name for name, one in specialists.items() if one["asked"]["mean"] > 0],
        "waterfalls": _waterfalls(summary, lead),
        "interruptions": all("interrupted" in one for one in services.values()) and bool(services),
        "cohorts": list(summary.get("cohorts", {}).get(lead, {})),
        "route_groups": ROUTE_GROUPS,
        "by_service": _by_service(summary, lead),
        "sums": SUMS,
        "stability": _stability(summary, lead),
        "kept_back": kept_back(summary, (NO_CHANGE, lead)),
        "equality": summary.get("equality", {}).get("scenarios", {}).get(lead, {}),
        "in_pairs": NO_CHANGE in summary["scenarios"] and lead != NO_CHANGE,
    }


def _papers(summary: Part) -> dict[str, str]:
    """What the papers say beside a section of the report, by section; their risks under recruitment."""
    found: dict[str, list[str]] = {}
    for paper in summary.get("papers", ()):
        found.setdefault("recruitment", []).append(paper["in_words"])
        for subject, text in paper["says"].items():
            found.setdefault(subject, []).append(text)
    return {subject: " ".join(texts) for subject, texts in found.items()}


def step_format(unit: str) -> str:
    """How a step of a waterfall is written."""
    return {"pounds": "pounds", "child-years": "one place"}.get(unit, "whole")


def kept_back(summary: Part, scenarios: Iterable[str] = ()) -> bool:
    """Whether a figure of the equality tables is kept back, in these scenarios or in any."""
    found = summary.get("equality", {}).get("scenarios", {})
    return any(
        outcome["suppressed"]
        for name in scenarios or found
        for by_group in found.get(name, {}).values()
        for outcomes in by_group.values()
        for outcome in outcomes.values()
    )


def _panel(summary: Part, lead: str) -> dict[str, tuple[str, str]]:
    """Rows of the panel's table that the summary has, by key."""
    found = summary.get("panel", {}).get(lead, {}).get(summary["years"][-1], {})
    return {key: words for key, words in PANEL.items() if key in found}


def _by_service(summary: Part, lead: str) -> dict[str, list[str]]:
    """By age, the services whose families' children had anything change."""
    return {
        age: [
            service for service, sums in found["by_service"].items() if any(sums[one]["mean"] for one in SUMS)
        ]
        for age, found in summary.get("cohorts", {}).get(lead, {}).items()
        if "by_service" in found
    }


def _stability(summary: Part, lead: str) -> dict[str, str]:
    """Counts of the work with long placements that the summary has; none if it never began."""
    found = summary.get("placement_stability", {}).get(lead, {}).get(summary["years"][-1], {})
    if not any(one and one["mean"] > 0 for one in found.values()):
        return {}
    return {key: text for key, text in STABILITY.items() if key in found}


def _capital(key: str) -> str:
    text = key.replace("_", " ")
    return text[:1].upper() + text[1:]


def _signs(summary: Part) -> dict[str, tuple[str, str]]:
    """Signs of safety that the summary has, in order."""
    by_year = summary["safety"].get(summary["scenarios"][0], {})
    found = by_year.get(summary["years"][-1], {})
    return {sign: words for sign, words in SAFETY.items() if sign in found}


def _states(summary: Part, lead: str) -> list[str]:
    """States of posts that the summary has."""
    groups = list(summary["staffing"].get(lead, {}).values())
    known: Part = next(iter(groups[0].values()), {}) if groups else {}
    return [state for state in STATES if state in known]


def _waterfalls(summary: Part, lead: str) -> dict[str, list[Part]]:
    """Waterfalls of the services that the leading scenario offers."""
    open_now = {
        name for name, one in summary["services"].get(lead, {}).items() if one["short_of"] != "closed"
    }
    found = summary.get("waterfall", {}).get(lead, {})
    return {service: steps for service, steps in found.items() if service in open_now}
