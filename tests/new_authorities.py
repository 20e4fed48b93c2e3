"""Two made-up authorities: a small one with many figures, a large one with how many children live there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.study.anew.writing import written

RUTLEIGH: dict[str, Any] = {
    "children aged 0 to 17": ("children", {"2023-06-30": 9000, "2024-06-30": 9200}),
    "children looked after": ("children", {"2024-03-31": 50, "2025-03-31": 54}),
    "children looked after by age": (
        "children",
        {"2025-03-31": {"under 1": 4, "1-4": 8, "5-9": 10, "10-15": 20, "16-17": 12}},
    ),
    "children looked after by placement": (
        "children",
        {"2025-03-31": {"fostered": 40, "children's home": 6, "with parents": 5}},
    ),
    "unaccompanied children looked after": ("children", {"2025-03-31": 0}),
    "unaccompanied entries": ("children", {"2024/25": 0}),
    "entries": ("children", {"2022/23": 18, "2023/24": 22, "2024/25": 20}),
    "entries by age": (
        "children",
        {"2024/25": {"under 1": 4, "1-4": 3, "5-9": 3, "10-15": 6, "16-17": 4}},
    ),
    "entries by legal status": (
        "children",
        {"2024/25": {"interim care order": 8, "voluntary agreement": 10}},
    ),
    "exits": ("children", {"2024/25": 18}),
    "exits by kind": ("children", {"2024/25": {"returned home": 6, "age 18": 6}}),
    "referrals": ("children", {"2023/24": 440, "2024/25": 460}),
    "re-referrals": ("per cent", {"2024/25": 20}),
    "plans started": ("children", {"2024/25": 50}),
    "plans open": ("children", {"2025-03-31": 40}),
    "care applications per 10,000 children": ("per 10,000 children", {"2024/25": 10}),
    "social worker vacancies": ("per cent", {"2024-09-30": 10}),
    "social worker turnover": ("per cent", {"2024-09-30": 12}),
    "weekly cost of a children's home": ("pounds a week", {"2024/25": 6525}),
}
"""Series of the small one: unit and values."""
GREATSHIRE: dict[str, Any] = {"children aged 0 to 17": ("children", {"2024-06-30": 120000})}
"""Series of the large one."""


def table_of(authority: str, series: Mapping[str, Any]) -> str:
    """A table as it is written in a file."""
    entries = {
        name: {"meaning": f"Made up: {name}.", "unit": unit, "source": "Made up.", "values": values}
        for name, (unit, values) in series.items()
    }
    return written({"observed": {authority: entries}})


def write_table(folder: Path, authority: str, series: Mapping[str, Any]) -> Path:
    """A table in a folder."""
    path = folder / f"{authority.lower()}-figures.yaml"
    path.write_text(table_of(authority, series), encoding="utf-8")
    return path
