"""The report: one HTML file that leads with the decision, asks nothing of the network and runs no script.

Every figure in its sentences and tables is read from summary.json by its key, which the page carries beside
it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.report import figures, words
from sim.report.depends import beyond_the_range, moves_most, rows_by_group
from sim.report.depends_figure import tornado
from sim.report.describe import by_group, lever_text, range_text, value_text
from sim.report.figures import Picture
from sim.report.money import money_context
from sim.report.sections import STEPS, sections, shown, step_format
from sim.report.signs import shown_claim, signs_context
from sim.results.estimates import NO_CHANGE
from sim.study.impact import word_for

if TYPE_CHECKING:
    from sim.study.config import Study

Part = Mapping[str, Any]
"""summary.json, or a branch of it."""

ROUTES = {
    "court": "planned: a court decided",
    "breakdown": "unplanned: a relationship at home broke down",
    "special guardianship breakdown": "unplanned: a home with a special guardian broke down",
    "no warning": "unplanned: police protection, emergency orders, remand",
    "unaccompanied": "alone in this country, seeking asylum",
}
"""How children come into care, in words."""
UNKNOWNS = (
    "routes.crisis_to_care",
    "effects.edge_of_care.entry",
    "effects.family_safeguarding.court",
    "effects.half_life_years",
    "routes.without_warning",
    "services.edge_of_care.heard",
    "uncertainty.entry_level",
)
"""Settings that move the answer much and that an authority's own records cannot give."""
SHORT_OF = {
    "staff": "is short of staff: nearly all its places are used, and families wait or are missed",
    "referrals": "is short of referrals, not of staff: places stand empty",
    "neither": "is in balance: most places are used and few families wait",
    "closed": "has no places",
}
"""What held a service back, in words."""
OVERLAP_ROUTES = {
    "mainly own": "each service works mainly on its own route into care",
    "both": "each service works on both routes into care",
    "correlated": "the families at risk on one route into care tend to be those at risk on the other",
}
"""The three structures of overlap, in words."""
HISTORY = 3
"""Years before the start whose counts the main chart begins with."""
STATE_NAMES = {
    "funded": "Funded",
    "permanent": "Permanent",
    "induction": "In training",
    "agency": "Agency",
    "vacant": "Vacant",
    "absent": "Absent",
}
"""States of posts, as headings."""


def write_report(study: Study, summary: Part, folder: Path) -> Path:
    """Write report.html, and its charts under figures/, in a run folder; say where the report is."""
    charts = pictures(summary)
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    for picture in charts.values():
        picture.save(folder / "figures")
    path = folder / "report.html"
    path.write_text(render(study, summary, charts), encoding="utf-8")
    return path


def render(study: Study, summary: Part, charts: Mapping[str, Picture] | None = None) -> str:
    """The report as the text of one HTML page that is well-formed XML too."""
    environment = Environment(
        loader=PackageLoader("sim.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(year=words.year, date=words.date, when=words.when, title=words.title)
    page = environment.get_template("report.html.j2")
    return page.render(context(study, summary, pictures(summary) if charts is None else charts)) + "\n"


def pictures(summary: Part) -> dict[str, Picture]:
    """Every chart that this summary can give, by name."""
    lead, levels = lead_scenario(summary), summary["children_looked_after"]
    lines = {name: levels[name] for name in (NO_CHANGE, lead) if name in levels}
    found = [figures.fan(lines, "children looked after", _counted(summary))]
    rivals = shown(summary, lead)
    if rivals:
        marches = _marches(summary)
        fewer = {name: {day: summary["difference"][name][day] for day in marches} for name in rivals}
        saved = {
            name: {year: one["gross"] for year, one in summary["saving"][name].items()} for name in rivals
        }
        children = _targets(summary, "children")
        pounds = _targets(summary, "pounds")
        found += [
            figures.against_claims(fewer, children, "children"),
            figures.against_claims(saved, pounds, "pounds"),
            figures.money_by_year(summary["saving"][lead], lead),
        ]
    posts = _team_posts(summary, lead)
    if posts:
        found.append(figures.posts_by_month(posts))
    found += [
        figures.waterfall(service, steps, STEPS)
        for service, steps in sections(summary, lead)["waterfalls"].items()
        if any(one["value"] for one in steps)
    ]
    rests = tornado(summary["depends_on"]) if summary.get("depends_on") else None
    if rests is not None:
        found.append(rests)
    watched = shown_claim(summary, lead)
    if watched is not None:
        found.append(figures.parted(watched["picture"], watched["sign"] or watched["best"]))
    return {picture.name: picture for picture in found}


def lead_scenario(summary: Part) -> str:
    """The scenario that the report leads with: both services if that was run, otherwise the last of which
    something is claimed, otherwise the last."""
    if summary["overlap"]:
        return str(summary["overlap"]["both"])
    names = list(summary["difference"] or summary["scenarios"])
    claimed = {one["scenario"] for one in summary["claims"]}
    return str(next((name for name in reversed(names) if name in claimed), names[-1]))


def lookup(summary: Any, key: str) -> Any:
    """The figure of summary.json at a dotted key; claims are found by id. KeyError if there is none."""
    return _lookup(summary, key.split("."), key)


def context(study: Study, summary: Part, charts: Mapping[str, Picture]) -> dict[str, Any]:
    """Everything that the page's template reads."""
    lead = lead_scenario(summary)
    last_year, last_date = summary["years"][-1], summary["dates"][-1]
    rivals = shown(summary, lead)
    open_now = [name for name, one in summary["services"][lead].items() if one["short_of"] != "closed"]
    return {
        "study": study,
        "s": summary,
        "n": partial(number, summary),
        "span": partial(span, summary),
        "has": partial(has, summary),
        "lookup": partial(lookup, summary),
        "charts": {name: Markup(picture.svg) for name, picture in charts.items()},
        "lead": lead,
        "no_change": NO_CHANGE,
        "rivals": rivals,
        "others": len(summary["difference"]) > len(rivals),
        "columns": [name for name in summary["scenarios"] if name == NO_CHANGE or name in rivals],
        "headlines": [
            {"scenario": name, "claims": found}
            for name in _leading_first(summary, lead)
            if (found := headline_claims(summary, name))
        ],
        "claims_of": {
            (one["scenario"], one["by"]): f"claims.{one['id']}.target"
            for one in summary["claims"]
            if one["kind"] == "pounds" and one["basis"] == "gross"
        },
        "last_year": last_year,
        "last_date": last_date,
        "marches": _marches(summary),
        "open_services": open_now,
        "likelihood": words.likelihood,
        "short_of": SHORT_OF,
        "posts": list(_team_posts(summary, lead)),
        "part_time": _part_time(_team_posts(summary, lead)),
        "routes": ROUTES,
        "overlap_routes": OVERLAP_ROUTES[study.structure.routes],
        "state_names": STATE_NAMES,
        "step_format": step_format,
        **sections(summary, lead),
        **money_context(summary),
        "last_claims": [
            one["id"] for one in summary["claims"] if (one["by"], one["basis"]) == (last_year, "gross")
        ],
        **signs_context(summary, lead),
        "unknowns": [study.parameters[name] for name in UNKNOWNS if name in study.parameters],
        "arms": _arms(study, summary),
        "depends": rows_by_group(summary),
        "moves_most": moves_most(summary),
        "beyond": {name: beyond_the_range(summary, name) for name in summary["difference"]},
        "last_scenario": (summary.get("depends_on") or {"scenarios": [lead]})["scenarios"][-1],
        "groups": by_group(study),
        "impact_of": partial(word_for, study.impacts),
        "value_text": value_text,
        "range_text": range_text,
        "levers": {
            name: [lever_text(one) for one in sorted(study.scenario(name).levers, key=lambda v: v.content)]
            for name in summary["difference"]
        },
        "counted": _counted(summary),
        "outside_claims": [claim for claim in summary["claims"] if claim.get("outside")],
        "version": _version(),
    }


def headline_claims(summary: Part, scenario: str) -> list[Part]:
    """The last claim of children on a date and the last of pounds before costs, for one scenario."""
    claims = [one for one in summary["claims"] if one["scenario"] == scenario]
    children = [one for one in claims if one["kind"] == "children" and "/" not in one["by"]]
    pounds = [one for one in claims if one["kind"] == "pounds" and one["basis"] == "gross"]
    return [max(kind, key=lambda one: str(one["by"])) for kind in (children, pounds) if kind]


def number(summary: Part, key: str, style: str) -> Markup:
    """One figure of summary.json in words, carrying its key and format."""
    text = words.FORMATS[style](lookup(summary, key))
    return Markup('<span class="n" data-key="{}" data-format="{}">{}</span>').format(key, style, text)


def has(summary: Part, key: str) -> bool:
    """Whether there is a figure at a key."""
    try:
        return lookup(summary, key) is not None
    except KeyError:
        return False


def span(summary: Part, key: str, style: str, join: str = "to") -> Markup:
    """The middle nine in ten of an estimate: "4 fewer to 31 fewer", or one figure if both ends read alike."""
    low, high = (number(summary, f"{key}.{part}", style) for part in ("p5", "p95"))
    if join == "to" and low.striptags() == high.striptags():
        return low
    return Markup("{} {} {}").format(low, join, high)


def _lookup(node: Any, parts: Sequence[str], key: str) -> Any:
    if not parts:
        return node
    if isinstance(node, list):
        found = [one for one in node if isinstance(one, dict) and one.get("id") == parts[0]]
        if not found and parts[0].isdigit() and int(parts[0]) < len(node):
            found = [node[int(parts[0])]]
        if found:
            return _lookup(found[0], parts[1:], key)
    if isinstance(node, Mapping):
        # A name may hold dots itself, so the longest that fits comes first.
        for length in range(len(parts), 0, -1):
            name = ".".join(parts[:length])
            if name in node:
                return _lookup(node[name], parts[length:], key)
    raise KeyError(f"summary.json has nothing at '{key}'")


def _targets(summary: Part, kind: str) -> dict[tuple[str, str], float]:
    """Claims of children on a date, or of pounds before costs, by scenario and period."""
    return {
        (one["scenario"], one["by"]): one["target"]
        for one in summary["claims"]
        if one["kind"] == kind and one["basis"] == "gross" and (kind == "pounds" or "/" not in one["by"])
    }


def _marches(summary: Part) -> list[str]:
    """The 31 Marches simulated; the last month end if there is none."""
    return [day for day in summary["dates"] if day[5:7] == "03"] or summary["dates"][-1:]


def _counted(summary: Part) -> dict[str, float]:
    """Children counted on dates within the chart, and in the ``HISTORY`` years before it."""
    series = summary["observed"].get("children looked after", {"values": {}})["values"]
    first = f"{int(summary['dates'][0][:4]) - HISTORY}"
    return {day: value for day, value in series.items() if first <= day <= summary["dates"][-1]}


def _leading_first(summary: Part, lead: str) -> list[str]:
    names = dict.fromkeys((lead, *summary["difference"]))
    return [name for name in names if name in summary["difference"]]


def _team_posts(summary: Part, scenario: str) -> dict[str, Part]:
    """Posts of the services that a scenario opens, by "service|role"; those without posts are left out."""
    services, before = summary["services"][scenario], summary["services"].get(NO_CHANGE, {})
    new = [
        name
        for name, one in services.items()
        if one["short_of"] != "closed" and before.get(name, {}).get("short_of", "closed") == "closed"
    ]
    return {
        group: by_date
        for group, by_date in summary["staffing"][scenario].items()
        if group.split("|")[0] in new and any(one["funded"] for one in by_date.values())
    }


def _part_time(posts: Mapping[str, Part]) -> bool:
    """Whether some number of funded posts is not whole, so that a reader must be told what it counts."""
    return any(one["funded"] % 1 for by_date in posts.values() for one in by_date.values())


def _arms(study: Study, summary: Part) -> list[dict[str, Any]]:
    """Rival bodies of evidence, with what each would mean for the children."""
    return [
        {"name": name, "meaning": study.parameters[name].meaning, "arms": arms}
        for name, arms in summary["arms"].items()
        if name in study.parameters and all(arm["fewer"] for arm in arms)
    ]


def _version() -> str:
    from sim import __version__

    return __version__


def read_summary(folder: Path) -> dict[str, Any]:
    """summary.json of a run folder."""
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found
