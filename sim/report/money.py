"""Words for the section on what the saving rests on; every figure is read from summary.json by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Part = Mapping[str, Any]
"""summary.json, or a branch of it."""

LINES = {
    "placements, cashable": "Placements that need not be paid for",
    "placements, other": "Own foster homes, homes with parents, adoption",
    "guardianship allowances": "Allowances to special guardians",
    "staff": "Pay of the services’ staff",
    "partner staff": "Pay of partners’ specialists",
    "set-up": "Setting up",
    "court fees": "Court fees",
    "legal work": "The council’s own legal work",
    "support of returns home": "Support when children go home",
    "work with children in need": "Social work with children in need",
    "work with children on plans": "Social work with children on plans",
    "funding": "Grant for the service",
    "in budget": "Pay of staff that the budget holds already",
}
"""Lines of money, in words."""
KINDS = {
    "cashable": "cash",
    "avoided": "paid for anyway, so no cash",
    "partner": "partners’ staff, on the council’s grant",
    "set aside": "set aside already",
}
"""Kinds of money, in words."""
SUMS = (
    (("placements, cashable", "placements, other", "guardianship allowances", "staff", "partner staff",
      "set-up"), "net", "Saved after costs"),
    (("court fees", "legal work", "support of returns home", "work with children in need",
      "work with children on plans"), "net_with_other", "Saved after costs, with these lines too"),
    (("funding", "in budget"), "net_after_funding", "Saved after costs, with what is set aside"),
)  # fmt: skip
"""Lines that stand together, and the saving that is shown below them."""
STEPS = {
    "claimed": "Claimed",
    "children": "How many children are kept out of care",
    "phasing": "How early in the year",
    "price": "What a year of a child in care costs",
    "gross": "Saved before costs",
    "cost": "What the service costs",
    "net": "Saved after costs",
    "funding": "Set aside already, by grant or budget",
    "net_after_funding": "Saved after costs, with what is set aside",
}
"""Steps from a paper's pounds to ours, in words."""
TOTALS = ("claimed", "gross", "net", "net_after_funding")
"""Steps that are sums, shown in bold."""


def money_context(summary: Part) -> dict[str, Any]:
    """What the section reads besides summary.json; nothing for a summary that has no such branch."""
    found = summary.get("money")
    if not found:
        return {"money_lines": [], "papers_to_ours": {}}
    return {
        "money_lines": [
            {
                "lines": [(line, LINES[line], KINDS[found["kinds"][line]]) for line in lines],
                "sum": total,
                "says": says,
            }
            for lines, total, says in SUMS
        ],
        "papers_to_ours": {name: years for name, years in found["reconciliation"].items() if years},
        "step_words": STEPS,
        "step_totals": TOTALS,
    }
