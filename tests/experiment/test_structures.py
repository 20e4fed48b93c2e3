"""What two services count twice, under each structure of their routes."""

from dataclasses import replace

import pytest

from sim.experiment.structures import overlap_by_structure, pair_of, report
from sim.foundations.errors import InputError
from sim.study.config import Study
from sim.study.structure import ROUTES


def test_the_pair_is_two_scenarios_and_their_union(tiny: Study) -> None:
    assert pair_of(tiny) == ("edge of care", "family safeguarding", "both")


def test_a_study_without_a_union_has_no_overlap(tiny: Study) -> None:
    alone = {name: one for name, one in tiny.scenarios.items() if not name.startswith("both")}
    with pytest.raises(InputError, match="no scenario of this study unites two others"):
        pair_of(replace(tiny, scenarios=alone))


def test_each_structure_has_its_row_and_only_the_risks_in_common_change_no_change(tiny: Study) -> None:
    seen: list[tuple[int, int]] = []
    rows = overlap_by_structure(tiny, 1, 1, progress=lambda done, wanted: seen.append((done, wanted)))
    assert tuple(row["routes"] for row in rows) == ROUTES
    for row in rows:
        children = row["children"]
        alone = sum(children[name]["alone"]["mean"] for name in row["scenarios"])
        assert children["overlap"]["mean"] == pytest.approx(alone - children["together"]["mean"])
    assert seen[-1][0] == seen[-1][1]
    text = report(rows)
    assert all(routes in text for routes in ROUTES)
    assert max(len(line) for line in text.splitlines()) < 125
