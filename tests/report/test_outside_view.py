"""The outside view on the page and on the terminal."""

import copy

import pytest

from sim.report.html import render
from sim.report.terminal import fell_elsewhere
from sim.report.words import number
from tests.report.hand_made import hand_made, toy_study


def with_outside(**changes: object) -> dict:
    found = hand_made()
    claim = found["claims"][0]
    claim["outside"] = None if changes.get("none") else claim["outside"] | changes
    return found


def cell(found: dict) -> str:
    """The last cell of the claim's row, without tags."""
    import re

    page = render(toy_study(), found)
    row = page[page.index("Every claim, and in how many") :]
    row = row[row.index("<tbody>") : row.index("</tr>", row.index("<tbody>"))]
    return " ".join(re.sub("<[^>]*>", " ", row.rsplit("<td", 1)[1].split(">", 1)[1]).split())


def test_a_published_share_stands_beside_the_chance() -> None:
    assert cell(with_outside()) == "4.4"
    assert cell(with_outside(elsewhere=None, at_least=4.35)) == "at least 4.35"
    assert cell(with_outside(elsewhere=None)) == "not published"


def test_the_section_gives_the_fall_and_both_simulated_shares() -> None:
    page = render(toy_study(), with_outside())
    section = page[page.index('id="outside"') : page.index('id="assumptions"')]
    for key in ("outside.fall", "outside.simulated.no change.chance", "outside.simulated.both.chance"):
        assert f'data-key="claims.both-children.{key}"' in section


def test_without_any_there_is_no_column() -> None:
    page = render(toy_study(), with_outside(none=True))
    assert "As great a fall elsewhere" not in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "; the number fell so far in 4.4 of 100 like authorities over 3 years"),
        (
            {"elsewhere": None, "at_least": 4.35},
            "; the number fell so far in 4.35 or more of 100 like authorities over 3 years",
        ),
        ({"elsewhere": None}, ""),
        ({"none": True}, ""),
    ],
)
def test_the_terminal_says_it_too(changes: dict, said: str) -> None:
    assert fell_elsewhere(copy.deepcopy(with_outside(**changes)["claims"][0])) == said


def test_a_number_as_published() -> None:
    assert (number(4.35), number(4.4), number(4.0), number(None)) == ("4.35", "4.4", "4", "not known")
