"""tables.xlsx: a cover, a list of contents, notes, and then one named table a sheet.

The same run gives the same bytes: the date inside is that on which the run began.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.report import words
from sim.report.sections import kept_back
from sim.report.sheets import KEPT_BACK, Cell, Part, _Sheet, sheets

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from sim.study.config import Study

NAME = "tables.xlsx"
HEAD_ROW = 4
"""Row, from 0, of each table's headings; above it stand title, note and the way back."""
WIDEST, NARROWEST = 60, 10
"""Widths of columns, in characters."""
LOOKS = {
    "title": {"bold": True, "font_size": 16, "font_color": "#12436D"},
    "heading": {"bold": True, "font_size": 13, "font_color": "#12436D"},
    "head": {
        "bold": True,
        "text_wrap": True,
        "valign": "top",
        "bg_color": "#12436D",
        "font_color": "#FFFFFF",
    },
    "text": {"valign": "top"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "number": {"num_format": "#,##0.00", "valign": "top"},
    "whole": {"num_format": "#,##0", "valign": "top"},
    "kept back": {"align": "right", "valign": "top"},
    "link": {"font_color": "#12436D", "underline": 1},
}


def write_workbook(study: Study, summary: Part, folder: Path, began: str) -> Path:
    """Write tables.xlsx in a run folder; ``began`` is when the run began, as its manifest says."""
    import xlsxwriter

    path = folder / NAME
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        moment = dt.datetime.fromisoformat(began).replace(tzinfo=None)
        title = f"{summary['study']}: tables"
        book.set_properties({"title": title, "author": "caresim", "created": moment})
        looks = {name: book.add_format(look) for name, look in LOOKS.items()}
        found = sheets(study, summary)
        _cover(book, looks, summary, began)
        _contents(book, looks, found)
        _notes(book, looks, summary)
        for sheet in found:
            _table(book, looks, sheet)
    return path


def _cover(book: Workbook, looks: dict[str, Format], summary: Part, began: str) -> None:
    page = _page(book, "Cover", (28, 90))
    page.write_string(0, 0, str(summary["study"]), looks["title"])
    rows = [
        ("Authority", str(summary["authority"])),
        ("Simulated", f"{summary['years'][0][:4]} to {int(summary['years'][-1][:4]) + 1}"),
        ("Scenarios", ", ".join(summary["scenarios"])),
        ("Draws of what is not known", words.whole(summary["draws"])),
        ("Runs of luck for each draw", words.whole(summary["runs"])),
        ("Seed", str(summary["seed"])),
        ("Engine", str(summary["engine"])),
        ("Run began", began),
        ("Schema of summary.json", str(summary["schema"])),
    ]
    for place, (name, text) in enumerate(rows, 2):
        page.write_string(place, 0, name, looks["text"])
        page.write_string(place, 1, text, looks["wrapped"])
    page.write_url(len(rows) + 3, 0, "internal:'Contents'!A1", looks["link"], "Contents")
    page.write_url(len(rows) + 4, 0, "internal:'Notes'!A1", looks["link"], "Notes")


def _contents(book: Workbook, looks: dict[str, Format], found: list[_Sheet]) -> None:
    page = _page(book, "Contents", (24, 90))
    page.write_string(0, 0, "Contents", looks["title"])
    page.write_url(1, 0, "internal:'Cover'!A1", looks["link"], "Back to the cover")
    for place, sheet in enumerate(found):
        page.write_url(3 + place, 0, f"internal:'{sheet.name}'!A1", looks["link"], sheet.name)
        page.write_string(3 + place, 1, sheet.title, looks["wrapped"])


def _notes(book: Workbook, looks: dict[str, Format], summary: Part) -> None:
    page = _page(book, "Notes", (110,))
    page.write_string(0, 0, "Notes", looks["title"])
    page.write_url(1, 0, "internal:'Contents'!A1", looks["link"], "Back to the contents")
    for place, text in enumerate(notes(summary)):
        page.write_string(3 + place, 0, text, looks["wrapped"])


def notes(summary: Part) -> list[str]:
    """How to read the tables."""
    text = [
        "Every figure is also in summary.json, which docs/summary_schema.md describes.",
        "Middle: half of the simulated futures lie below it. Low and high: nine in ten futures lie between "
        "them. Middles of separate rows need not add up; averages do.",
        "Error of the average: the error of simulating so few futures rather than endless ones. It does not "
        "say how good the model is.",
        "A difference is taken within the same draw and run, so both sides have the same families and luck.",
        f"An empty cell: not known, or nothing to count. {KEPT_BACK if kept_back(summary) else ''}".strip(),
        "Money is in the cash of each financial year (1 April to 31 March).",
        "This compares plans. It is not a forecast of the budget and says nothing about any one family.",
    ]
    note = (summary.get("equality") or {}).get("note")
    return [*text, f"Equality: {note}"] if note else text


def _page(book: Workbook, name: str, widths: tuple[int, ...]) -> Worksheet:
    page = book.add_worksheet(name)
    page.hide_gridlines(2)
    for place, width in enumerate(widths):
        page.set_column(place, place, width)
    return page


def _table(book: Workbook, looks: dict[str, Format], sheet: _Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    page.write_string(0, 0, sheet.title, looks["title"])
    page.write_string(1, 0, sheet.note)
    page.write_url(2, 0, "internal:'Contents'!A1", looks["link"], "Back to the contents")
    last = HEAD_ROW + len(sheet.rows)
    options: dict[str, Any] = {
        "name": sheet.table,
        "columns": [{"header": head, "header_format": looks["head"]} for head in sheet.heads],
        "style": "Table Style Light 1",
    }
    page.add_table(HEAD_ROW, 0, last, len(sheet.heads) - 1, options)
    for down, row in enumerate(sheet.rows, HEAD_ROW + 1):
        for across, cell in enumerate(row):
            _write(page, looks, down, across, cell)
    for across, head in enumerate(sheet.heads):
        page.set_column(across, across, _width(head, [row[across] for row in sheet.rows]))
    page.freeze_panes(HEAD_ROW + 1, 1)


def _write(page: Worksheet, looks: dict[str, Format], down: int, across: int, cell: Cell) -> None:
    if cell is None:
        page.write_blank(down, across, None)
    elif isinstance(cell, str):
        long = "wrapped" if len(cell) > WIDEST else "text"
        page.write_string(down, across, cell, looks["kept back" if cell == "c" else long])
    else:
        big = isinstance(cell, int) or abs(cell) >= 1000
        page.write_number(down, across, cell, looks["whole" if big else "number"])


def _width(head: str, column: list[Cell]) -> int:
    """Wide enough for the cells and for the longest word of a heading, which may take several lines."""
    long = max((len(cell) if isinstance(cell, str) else NARROWEST for cell in column), default=0)
    return min(WIDEST, max(NARROWEST, long + 2, max(len(word) for word in head.split()) + 2, len(head) // 3))
