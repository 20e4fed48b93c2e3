"""tables.xlsx opened again: what stands in it is what summary.json says, one named table a sheet."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sim.report.sheets import SPECS, sheets
from sim.report.workbook import HEAD_ROW, notes, write_workbook
from tests.report.early import early_signs, watched
from tests.report.hand_made import BOTH, DATES, EDGE, hand_made, toy_study

BEGAN = "2026-01-02T03:04:05+00:00"
TOP = HEAD_ROW + 1
FRONT = ["Cover", "Contents", "Notes"]


def watched_claims() -> dict[str, Any]:
    """One claim with a sign, and none with posts filled; one that is settled beforehand."""
    return early_signs(watched("first", 0.5, tells=True, filled=False), watched("second", None))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    summary = hand_made() | {"early_signs": watched_claims()}
    path = write_workbook(toy_study(), summary, tmp_path_factory.mktemp("run"), BEGAN)
    return openpyxl.load_workbook(path)


def rows(book: openpyxl.Workbook, name: str) -> list[dict[str, Any]]:
    """A sheet's table as dictionaries by heading."""
    found = list(book[name].iter_rows(min_row=TOP, values_only=True))
    return [dict(zip(found[0], row, strict=True)) for row in found[1:]]


def test_it_opens_with_cover_contents_and_notes(book: openpyxl.Workbook) -> None:
    assert book.sheetnames[:3] == FRONT
    assert [name for name, *_ in SPECS] + ["Assumptions"] == book.sheetnames[3:]
    contents = book["Contents"]
    links = {cell.value: cell.hyperlink.location for (cell,) in contents["A4:A60"] if cell.hyperlink}
    assert list(links) == book.sheetnames[3:]
    assert all(place == f"'{name}'!A1" for name, place in links.items())
    notes = " ".join(str(cell.value) for (cell,) in book["Notes"]["A1:A40"] if cell.value)
    assert "No rate differs between these groups in the model." in notes


def test_every_sheet_has_one_named_table_with_a_frozen_heading(book: openpyxl.Workbook) -> None:
    names = []
    for sheet in book.worksheets[3:]:
        assert len(sheet.tables) == 1, sheet.title
        (table,) = sheet.tables.values()
        names.append(table.name)
        assert re.fullmatch(r"[A-Z][A-Za-z]+", table.name)
        assert table.ref == f"A{TOP}:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}"
        assert sheet.freeze_panes == f"B{TOP + 1}"
        assert not sheet.merged_cells.ranges
        heads = [cell.value for cell in sheet[TOP]]
        assert len(set(heads)) == len(heads)
        assert [column.name for column in table.tableColumns] == heads
        assert all(10 <= one.width <= 61.5 for one in sheet.column_dimensions.values())
    assert len(set(names)) == len(names)


def test_headings_carry_units(book: openpyxl.Workbook) -> None:
    for sheet in book.worksheets[3:]:
        heads = [str(cell.value) for cell in sheet[TOP]]
        for head in heads:
            if head.startswith(("Middle", "Average", "Low", "High")):
                assert ", " in head, (sheet.title, head)
        if any(head.endswith("unit of the row") for head in heads):
            assert "Unit" in heads


def test_figures_are_those_of_the_summary(book: openpyxl.Workbook) -> None:
    numbers = hand_made()
    found = next(r for r in rows(book, "Fewer") if (r["Scenario"], r["Date"]) == (BOTH, DATES[-1]))
    expected = numbers["difference"][BOTH][DATES[-1]]
    assert found["Middle, children"] == expected["p50"]
    assert found["Low (5th percentile), children"] == expected["p5"]
    assert len(rows(book, "Children")) == 4 * 36
    steps = [r for r in rows(book, "Waterfall") if (r["Scenario"], r["Service"]) == (BOTH, EDGE)]
    assert [r["Step"] for r in steps] == [s["step"] for s in numbers["waterfall"][BOTH][EDGE]]
    assert [r["Unit"] for r in steps][-2:] == ["child-years", "pounds"]
    assert len(rows(book, "Assumptions")) == len(toy_study().parameters)


def test_the_staffing_sheet_splits_service_from_role(book: openpyxl.Workbook) -> None:
    first = rows(book, "Staffing")[0]
    assert (first["Service"], first["Role"]) == ("edge of care", "manager")
    assert (first["Funded, posts"], first["Absent, posts"]) == (3, 0.1)


def test_small_numbers_are_kept_back(book: openpyxl.Workbook) -> None:
    found = [r for r in rows(book, "Equality") if r["Group"] == "black"]
    assert len(found) == 8
    assert all(set(list(r.values())[4:]) == {"c"} for r in found)
    shown = next(r for r in rows(book, "Equality") if (r["Scenario"], r["Group"]) == (BOTH, "white"))
    assert shown["Average, children"] == 140
    assert shown["Fewer: middle, children"] == 3


def test_kept_back_is_explained_only_where_there_is_one() -> None:
    numbers = hand_made()
    note = next(sheet.note for sheet in sheets(toy_study(), numbers) if sheet.name == "Equality")
    assert note.startswith("c: kept back")
    assert any("c: kept back" in text for text in notes(numbers))
    for by_dimension in numbers["equality"]["scenarios"].values():
        by_dimension["ethnicity"]["black"] = by_dimension["ethnicity"]["white"]
    note = next(sheet.note for sheet in sheets(toy_study(), numbers) if sheet.name == "Equality")
    assert "kept back" not in note + " ".join(notes(numbers))


def test_placement_stability_has_a_sheet(book: openpyxl.Workbook) -> None:
    found = rows(book, "Placement stability")
    assert {r["Measure"] for r in found} == {"started", "use"}
    assert {r["Unit"] for r in found} == {"families"}
    assert len(found) == 4 * 3 * 2


def test_units_stand_beside_mixed_measures(book: openpyxl.Workbook) -> None:
    units = {r["Measure"]: r["Unit"] for r in rows(book, "Safety")}
    assert units["kinship pounds"] == "pounds"
    assert units["care applications"] == "families"
    assert units["re-entries"] == "children"
    panel = {r["Measure"]: r["Unit"] for r in rows(book, "Panel")}
    assert (panel["days to decision"], panel["refused criteria"]) == ("days", "families")
    assert {panel["referred from child in need"], panel["referred from in care"]} == {"families"}


def test_a_blank_mitigation_is_said_to_be_blank() -> None:
    (sheet,) = (one for one in sheets(toy_study(), hand_made()) if one.name == "Risks")
    assert [row[3] for row in sheet.rows] == ["a strategy", "left blank in the paper"]


def test_what_the_summary_lacks_has_no_sheet() -> None:
    numbers = {key: part for key, part in hand_made().items() if key not in ("panel", "equality", "overlap")}
    names = {sheet.name for sheet in sheets(toy_study(), numbers | {"vacancy": {}})}
    assert not names & {"Panel", "Equality", "Overlap", "Vacancies"}
    assert {"Children", "Safety", "Assumptions"} <= names


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    found = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        found.append(write_workbook(toy_study(), hand_made(), tmp_path / name, BEGAN).read_bytes())
    assert found[0] == found[1]


def test_early_signs_have_a_row_for_each_figure_that_is_told_of(book: openpyxl.Workbook) -> None:
    found = rows(book, "Early signs")
    told = [(one["Claim"], one["Posts"], one["What it is"], one["Figure"]) for one in found]
    begun, spent = "families begun in Edge of Care since the start", "spent on placements since the start"
    as_they_are, filled = "With posts as they are", "With every post filled, which nobody could do"
    obvious, best = "children looked after, for comparison", "best pick, where nothing is a sign"
    assert told == [
        ("first", as_they_are, "first sign", begun),
        ("first", as_they_are, best, spent),
        ("first", as_they_are, obvious, "children looked after"),
        ("first", filled, best, spent),
        ("first", filled, obvious, "children looked after"),
        ("second", as_they_are, "nothing to wait for", None),
    ]
    first = found[0]
    assert (first["Warns when"], first["Threshold, in the unit of the row"], first["Month"]) == (
        "fewer than",
        9,
        "2024-03-31",
    )
    assert (first["False comfort, 0 to 1"], first["False alarm, 0 to 1"]) == (0.1, 0.15)
    assert (first["Futures"], first["Part of the claim watched for, 0 to 1"]) == (240, 0.5)
