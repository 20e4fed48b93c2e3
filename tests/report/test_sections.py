"""The sections on staff, panel, safety and groups of children: there when summary.json has them, and true."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from copy import deepcopy
from typing import Any

import pytest

from sim.model.terms import ROUTE_NAMES
from sim.report.html import OVERLAP_ROUTES, ROUTES, pictures, render
from sim.report.sections import (
    EARLY_HELP,
    MOST_SHOWN,
    PANEL,
    ROUTE_GROUPS,
    SAFETY,
    STEPS,
    TRIED,
    shown,
)
from sim.report.words import FORMATS, few, more
from sim.study import structure
from sim.study.claims import SUBJECTS
from sim.study.variants import BEST
from tests.report.hand_made import BOTH, DATES, EDGE, NO_CHANGE, YEARS, e, hand_made, parameter, toy_study
from tests.report.hand_made import SAFETY as MADE_SIGNS
from tests.report.hand_made import STEPS as MADE_STEPS
from tests.report.hand_made import TRIED as MADE_TRIED

HTML = "{http://www.w3.org/1999/xhtml}"
OWN = {
    "panel": ("panel",),
    "plans": ("plans",),
    "specialists": ("specialists",),
    "early-help": ("early_help",),
    "waterfalls": ("waterfall",),
    "safety": ("safety", "safety_more"),
    "cohorts": ("cohorts",),
    "equality": ("equality",),
}
"""Sections by their anchor, with the keys of summary.json that they are made from."""


def page(numbers: dict[str, Any]) -> ET.Element:
    return ET.fromstring(render(toy_study(), numbers))


def ids(root: ET.Element) -> set[str]:
    return {str(node.get("id")) for node in root.iter(f"{HTML}h2")}


def links(root: ET.Element) -> set[str]:
    nav = root.find(f".//{HTML}nav")
    assert nav is not None
    return {str(node.get("href"))[1:] for node in nav.iter(f"{HTML}a")}


def said(root: ET.Element) -> str:
    return " ".join("".join(root.itertext()).split())


def first_rows(root: ET.Element) -> dict[str, list[str]]:
    """Cells of the first row with each name; the leading scenario's tables come first."""
    found: dict[str, list[str]] = {}
    for row in root.iter(f"{HTML}tr"):
        found.setdefault(said(row[0]), [said(cell) for cell in row[1:]])
    return found


@pytest.fixture(scope="module")
def whole() -> ET.Element:
    return page(hand_made())


def test_every_section_is_there_with_its_link(whole: ET.Element) -> None:
    assert set(OWN) | {"staffing", "waits"} <= ids(whole)
    assert links(whole) <= ids(whole)
    assert set(OWN) <= links(whole)


@pytest.mark.parametrize("section", [one for one in OWN if one != "safety"])
def test_no_section_without_its_part_of_the_summary(section: str) -> None:
    numbers = {key: part for key, part in hand_made().items() if key not in OWN[section]}
    root = page(numbers)
    assert section not in ids(root) | links(root)
    assert set(OWN) - {section} <= ids(root)


def test_a_summary_of_the_first_schema_still_makes_a_page() -> None:
    numbers = hand_made()
    for key in ("against", "lines", "specialists", "panel", "caseload", "early_help", "vacancy", "reviews",
                "placements", "placement_stability", "plans", "waterfall", "safety_more", "cohorts",
                "equality"):  # fmt: skip
        del numbers[key]
    for by_service in numbers["services"].values():
        for one in by_service.values():
            for measure in ("interrupted", "given_up", "interrupted_days"):
                del one[measure]
    for by_role in numbers["staffing"].values():
        for by_date in by_role.values():
            for states in by_date.values():
                del states["absent"]
    root = page(numbers)
    assert {"staffing", "waits", "safety"} <= ids(root)
    assert not set(OWN) - {"safety"} & ids(root)


def test_a_paper_that_leaves_its_mitigation_blank_is_told_of(whole: ET.Element) -> None:
    text = said(whole)
    assert "‘Paper on edge of care’ names a risk: nobody comes. Against it, it sets: a strategy." in text
    assert (
        "‘Paper on family safeguarding’ names a risk: nobody comes. It leaves its mitigation blank." in text
    )
    for subject in SUBJECTS:
        assert f"Edge of care on {subject}. Family safeguarding on {subject}." in text


def test_a_study_without_papers_has_no_word_of_them() -> None:
    for numbers in (hand_made() | {"papers": []}, {k: v for k, v in hand_made().items() if k != "papers"}):
        other = said(page(numbers))
        assert "paper" not in other.split("Staffing", 1)[1].split("How the run was made")[0]


def test_staffing_shows_every_month_and_state(whole: ET.Element) -> None:
    keys = {str(node.get("data-key")) for node in whole.iter()}
    for day in DATES:
        for state in ("funded", "permanent", "agency", "induction", "vacant", "absent"):
            assert f"staffing.{BOTH}.edge of care|manager.{day}.{state}" in keys
    # Early help's key workers are there with no change too, and are no part of the plan.
    assert not any(key.startswith(f"staffing.{BOTH}.early help") for key in keys)


def test_vacancies_are_told_in_children_and_pounds(whole: ET.Element) -> None:
    text = said(whole)
    assert (
        "if every post had been filled at once and nobody had left: 3 fewer than with the vacancies" in text
    )
    keys = {str(node.get("data-key")) for node in whole.iter()}
    assert f"vacancy.{BOTH}.gross_total.p50" in keys
    assert f"vacancy.{BOTH}.net.2025/26.p50" in keys
    # Each proposal by itself, and all side by side.
    assert "Family safeguarding. Children looked after on 31 March 2026 if every post" in text
    rows = first_rows(whole)
    assert rows["Both services"][0] in text
    assert "What the vacancies cost each scenario, all years" in text


def test_a_review_says_how_often_the_specialists_are_let_go(whole: ET.Element) -> None:
    text = said(whole)
    assert "On 31 March 2025 Family safeguarding is reviewed against no change." in text
    assert "at least 26 fewer children looked after" in text
    assert "these posts end on 1 April 2025: substance worker, mental health worker." in text
    assert "In 30 of 100 futures that falls short and they are let go." in text
    numbers = hand_made()
    numbers["reviews"][next(iter(numbers["reviews"]))]["family safeguarding"] |= {
        "kind": "pounds", "asked": 587_000.0, "found": numbers["vacancy"][BOTH]["net_total"]}  # fmt: skip
    assert "saved at least £587,000 after costs over the financial years then ended" in said(page(numbers))


def test_small_groups_are_kept_back(whole: ET.Element) -> None:
    rows = first_rows(whole)
    assert rows["Black"] == ["c"] * 5
    assert rows["White"][:2] == ["140", "140"]
    assert "No rate differs between these groups in the model." in said(whole)


def test_an_unknown_step_of_the_waterfall_is_said_to_be_unknown() -> None:
    numbers = hand_made()
    steps = numbers["waterfall"][BOTH][EDGE]
    next(one for one in steps if one["step"] == "cashable pounds")["value"] = None
    rows = [row for row in page(numbers).iter(f"{HTML}tr") if said(row[0]) == STEPS["cashable pounds"]]
    assert [[said(cell) for cell in row[2:]] == ["not known"] * 2 for row in rows] == [True, False]


def test_differences_say_more_or_fewer() -> None:
    numbers = hand_made()
    numbers["safety_more"][BOTH]["2025/26"]["re-entries"] = e(4.0)
    rows = first_rows(page(numbers))
    assert rows[SAFETY["re-entries"][0]] == ["10", "10", "2 more to 6 more"]
    assert (few(0), few(0.2), few(3.6), more(2), more(-1), more(0)) == (
        "none", "fewer than 1", "4", "2 more", "1 fewer", "no difference",
    )  # fmt: skip


def test_wide_tables_keep_to_the_scenarios_with_claims() -> None:
    numbers = hand_made()
    what_ifs = [f"what if {n}" for n in range(9)]
    for name in what_ifs:
        numbers["scenarios"].insert(1, name)
        for key in ("children_looked_after", "difference", "difference_year_average", "saving",
                    "saving_total", "services", "staffing", "entries", "safety", "safety_more",
                    "variance"):  # fmt: skip
            numbers[key] = {name: numbers[key][BOTH]} | numbers[key]
        numbers["against"][name] = BOTH
        numbers["quality"]["monte_carlo_error"][name] = 0.5
    assert BOTH in shown(numbers, BOTH)
    assert len(shown(numbers, BOTH)) <= MOST_SHOWN
    study = toy_study()
    for name in what_ifs:
        study.scenarios[name] = study.scenarios[BOTH].rename(name)
    root = ET.fromstring(render(study, numbers))
    for table in root.iter(f"{HTML}table"):
        head = [said(cell) for cell in table.iter(f"{HTML}th") if cell.get("scope") == "col"]
        assert not any("What if" in text for text in head)
    every = next(t for t in root.iter(f"{HTML}table") if said(t).startswith("Every plan"))
    assert all(f"What if {n}" in said(every) for n in range(9))


def test_room_goes_to_the_leading_scenario_then_to_claims() -> None:
    numbers = hand_made()
    assert shown(numbers, BOTH) == [EDGE, "family safeguarding", BOTH]
    more_of = {"difference": dict.fromkeys(("a", "b", "c", "d"), 0), "against": {"a": "b"}}
    assert shown(more_of | {"claims": [{"scenario": "d"}]}, "c") == ["b", "c", "d"]
    assert shown(more_of | {"claims": []}, "a") == ["a", "b", "c"]


def test_a_range_whose_ends_read_alike_is_said_once() -> None:
    numbers = hand_made()
    numbers["safety_more"][BOTH]["2025/26"]["re-entries"] = e(0.0, 0.2)
    rows = first_rows(page(numbers))
    assert rows[SAFETY["re-entries"][0]][-1] == "no difference"


def test_words_cover_what_the_schema_names() -> None:
    assert set(STEPS) == {step for step, *_ in MADE_STEPS}
    assert set(SAFETY) == set(MADE_SIGNS) - {"plans started", "crises not heard"}
    assert set(TRIED) == set(MADE_TRIED)
    numbers = hand_made()
    assert set(PANEL) == set(numbers["panel"][BOTH]["2023/24"])
    assert set(EARLY_HELP) == set(numbers["early_help"][NO_CHANGE]["2023/24"])
    assert all(style in FORMATS for table in (PANEL, EARLY_HELP, SAFETY) for _, style in table.values())


def table(root: ET.Element, start: str) -> tuple[list[str], dict[str, list[str]]]:
    """Headings of the first table whose caption begins so, and its cells by the first of each row."""
    one = next(found for found in root.iter(f"{HTML}table") if said(found).startswith(start))
    first, *rest = one.iter(f"{HTML}tr")
    return [said(cell) for cell in first], {said(row[0]): [said(cell) for cell in row[1:]] for row in rest}


def test_savings_show_what_partners_pay() -> None:
    numbers = hand_made()
    numbers["cost_lines"][BOTH][YEARS[0]]["partner staff"] = e(44_000.0)
    numbers["saving"][BOTH][YEARS[0]]["net_if_partners_pay"] = e(-7_000.0)
    heads, rows = table(page(numbers), "Both services: savings and costs")
    assert heads[-2:] == ["Partner staff, part of cost", "After costs, if partners pay"]
    assert rows["2023 to 2024"][-2:] == ["£44,000", "−£7,000"]
    assert rows["All years"][-2:] == ["£18,000", "£600,000"]
    del numbers["saving_total"][BOTH]["net_if_partners_pay"]
    assert table(page(numbers), "Both services: savings and costs")[0] == heads[:-2]


def test_the_overlap_is_said_to_be_of_one_structure_of_three(whole: ET.Element) -> None:
    text = said(whole)
    assert "one structure of three" in text
    assert "Here each service works mainly on its own route into care. caresim overlap gives" in text
    assert tuple(OVERLAP_ROUTES) == structure.ROUTES
    other = ET.fromstring(render(toy_study().restructure(routes="both"), hand_made()))
    assert "Here each service works on both routes into care." in said(other)


def test_cohorts_stand_beside_no_change_by_kind_of_route() -> None:
    numbers = hand_made()
    numbers["cohorts"][NO_CHANGE]["1-4"]["entries"]["court"] = e(9.0)
    root = page(numbers)
    heads, rows = table(root, "Planned entries")
    assert (heads, rows["1-4"]) == (["Age", "Court: no change", "Court: both"], ["9", "6"])
    heads, _ = table(root, "Unplanned entries")
    assert len(heads) == 1 + 2 * 3
    assert table(root, "Unaccompanied entries")[0][1:] == ["Unaccompanied: no change", "Unaccompanied: both"]
    assert sorted(route for group in ROUTE_GROUPS.values() for route in group) == sorted(ROUTE_NAMES)
    assert list(ROUTES) == [route for group in ROUTE_GROUPS.values() for route in group]


def test_cohorts_are_split_by_service_where_anything_changed() -> None:
    numbers = hand_made()
    sums = numbers["cohorts"][BOTH]["1-4"]["by_service"]
    sums[EDGE] |= {"averted": e(7.0), "delayed": e(3.0), "days_avoided": e(1200.0)}
    nothing = {"mean": 0.0, "p5": 0.0, "p50": 0.0, "p95": 0.0, "error": 0.0}
    sums["neither"] = dict.fromkeys(sums["neither"], nothing)
    _, rows = table(page(numbers), "What changes by who worked")
    assert rows["1-4: edge of care"] == ["7", "3", "1,200"]
    assert "1-4: neither" not in rows
    assert "1-4: both" in rows


def test_kept_back_is_explained_only_where_there_is_one(whole: ET.Element) -> None:
    assert "c: kept back" in said(whole)
    numbers = hand_made()
    for by_dimension in numbers["equality"]["scenarios"].values():
        by_dimension["ethnicity"]["black"] = by_dimension["ethnicity"]["white"]
    assert "kept back" not in said(page(numbers))


def test_plans_open_and_started_stand_beside_no_change() -> None:
    numbers = hand_made()
    numbers["plans"][NO_CHANGE][DATES[-1]] = e(231.0)
    numbers["safety"][EDGE][YEARS[-1]]["plans started"] = e(77.0)
    root = page(numbers)
    heads, rows = table(root, "Children on child protection plans")
    assert heads == ["Date", "No change", "Edge of care", "Family safeguarding", "Both services"]
    assert rows["31 March 2026"] == ["231", "200", "200", "200"]
    _, rows = table(root, "Children who start a child protection plan")
    assert rows["2025 to 2026"] == ["10", "77", "10", "10"]
    assert "Family safeguarding on plans." in said(root)


def test_placement_stability_has_a_line_where_there_is_any() -> None:
    numbers = hand_made()
    numbers["placement_stability"][BOTH][YEARS[-1]] = {"started": e(4.0), "use": e(2.25)}
    text = "In 2025 to 2026, families: 4 began; 2.5 in the work on an average month end."
    assert text in said(page(numbers))
    numbers["placement_stability"][BOTH][YEARS[-1]] = {"started": {"mean": 0.0}, "use": {"mean": 0.0}}
    assert "later work with long placements" not in said(page(numbers))


def test_places_that_work_with_placements_takes_are_told_as_in_use() -> None:
    numbers = hand_made()
    now = {**numbers["services"][BOTH][EDGE]["by_year"][YEARS[-1]], "use": e(3.0), "held": e(11.0)}
    numbers["services"][BOTH][EDGE]["by_year"][YEARS[-1]] = now
    assert "On average 11 of 20 places were in use" in said(page(numbers))
    del now["held"]  # a run made before it was counted
    assert "On average 3 of 20 places were in use" in said(page(numbers))


def test_the_panel_says_who_referred() -> None:
    rows = first_rows(page(hand_made()))
    assert rows["Referred by child in need teams"] == ["8"] * 3
    assert rows["Referred after an entry, to return home"] == ["1"] * 3


def test_safety_says_what_it_cannot_count(whole: ET.Element) -> None:
    assert "What these signs cannot count: harm to a child at home." in said(whole)
    assert "Holding back has a price" not in said(whole)
    study = toy_study()
    study.parameters["routes.after_crisis_passed"] = parameter("routes.after_crisis_passed", 0.1)
    found = said(ET.fromstring(render(study, hand_made())))
    assert "Holding back has a price in it only through the rate of entries without warning after a" in found


def test_sentences_are_whole(whole: ET.Element) -> None:
    for paragraph in whole.iter(f"{HTML}p"):
        text = said(paragraph)
        assert not re.search(r"\bNone\b|\bUndefined\b|\{|\}| ,|\.\.", text), text


def test_the_reading_that_moves_the_answer_most_stands_among_the_unknowns() -> None:
    from sim.report.depends import moves_most

    summary = hand_made()
    assert moves_most(summary) == "depends_on.rows.arm-x"
    summary["depends_on"]["rows"][1]["scenarios"][summary["depends_on"]["scenarios"][-1]]["fewer"]["more"][
        "mean"
    ] = -30.0
    assert moves_most(summary) == "depends_on.rows.arm-x"
    summary["depends_on"]["rows"] = summary["depends_on"]["rows"][:1]
    assert moves_most(summary) is None


def test_a_reading_that_lies_outside_the_range_stands_in_the_headline() -> None:
    from sim.report.depends import beyond_the_range

    summary = hand_made()
    last = summary["depends_on"]["scenarios"][-1]
    own = summary["difference"][last][summary["depends_on"]["date"]]
    fewer = summary["depends_on"]["rows"][1]["scenarios"][last]["fewer"]
    fewer["mean"] = own["p95"]
    assert beyond_the_range(summary) is None
    assert "Outside these ranges" not in said(page(summary))
    fewer["mean"] = own["p95"] + 20
    assert beyond_the_range(summary) == "depends_on.rows.arm-x"
    assert "Outside these ranges" in said(page(summary))
    assert "It lasts" in said(page(summary))
    # That all goes well is no rival reading.
    summary["depends_on"]["rows"][1]["group"] = BEST
    assert beyond_the_range(summary) is None
    summary["depends_on"]["rows"][1]["group"] = "Rival evidence"
    # A service alone whose rival lies outside its own range says so too.
    before = said(page(summary)).count("Outside these ranges")
    alone = summary["depends_on"]["scenarios"][0]
    summary["claims"].append({**summary["claims"][0], "id": "one alone", "scenario": alone})
    rival = summary["depends_on"]["rows"][1]["scenarios"][alone]["fewer"]
    rival["mean"] = summary["difference"][alone][summary["depends_on"]["date"]]["p95"] + 20
    rival["more"]["mean"] = 99.0
    assert beyond_the_range(summary, alone) == "depends_on.rows.arm-x"
    assert beyond_the_range(summary, "no such scenario") is None
    assert said(page(summary)).count("Outside these ranges") == before + 1


def test_the_picture_of_what_it_rests_on_shows_what_moves_the_answer_farthest_first() -> None:
    from sim.report.depends_figure import MOST, tornado

    found = hand_made()["depends_on"]
    own, moved = found["rows"]
    rows = [own]
    for number in range(MOST + 3):
        one = deepcopy(moved) | {"id": f"row-{number}", "label": f"Row {number}"}
        for parts in one["scenarios"].values():
            parts["fewer"]["more"]["mean"] = (-1) ** number * 0.5 * number
        rows.append(one)
    picture = tornado(found | {"rows": rows})
    assert picture is not None
    shown = re.findall(r"Row (\d+):", picture.description)
    assert [int(one) for one in shown] == list(range(MOST + 2, 2, -1))
    assert picture.svg.startswith("<svg")
    assert tornado(found | {"rows": [own]}) is None


def test_the_picture_of_what_it_rests_on_is_in_the_report() -> None:
    assert "depends" in pictures(hand_made())
