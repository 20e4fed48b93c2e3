"""The compiled generator and NumPy's: the same numbers for any address."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.foundations import philox, philox_compiled
from sim.foundations.randomness import Chance, Decision

CHANCE = Chance(seed=2023, draw=1, run=2)
WORDS = st.integers(0, 2**64 - 1).map(np.uint64)
SMALL = st.integers(0, 2)
ROWS = st.lists(st.tuples(SMALL, SMALL, st.integers(0, 21)), max_size=30)


def columns(rows: list[tuple[int, int, int]]) -> list[np.ndarray]:
    """Block, slot and entity of some rows, in memory by row: no column is in one piece."""
    return list(np.array(rows, dtype=np.int64).reshape(-1, 3).T)


@settings(deadline=None)
@given(st.tuples(WORDS, WORDS), ROWS, st.integers(0, 5))
def test_compiled_and_plain_are_the_same_bits(key: philox.Key, rows: list, occurrences: int) -> None:
    plain, compiled = np.empty((len(rows), occurrences)), np.empty((len(rows), occurrences))
    philox.fill_plainly(key, *columns(rows), plain)
    philox_compiled.fill(key, *columns(rows), compiled)
    assert compiled.tobytes() == plain.tobytes()
    for place, (block, slot, entity) in enumerate(rows):
        for occurrence in range(occurrences):
            address = (key, block, slot, entity, occurrence)
            found = philox_compiled.single(*address), philox.single_plainly(*address)
            assert found == (plain[place, occurrence],) * 2


@settings(deadline=None)
@given(st.sampled_from(list(Decision)), ROWS, st.integers(1, 4))
def test_a_table_holds_the_numbers_of_each_address(decision: Decision, rows: list, occurrences: int) -> None:
    block, slot, entity = columns(rows)
    table = CHANCE.table(decision, occurrences, block=block, slot=slot, entity=entity)
    assert table.shape == (len(rows), occurrences)
    for found, (of_block, of_slot, place) in zip(table.tolist(), rows, strict=True):
        for occurrence, number in enumerate(found):
            where = {"block": of_block, "slot": of_slot, "occurrence": occurrence}
            assert number == CHANCE.uniforms(decision, place + 1, **where)[-1]
            assert number == CHANCE.uniform(decision, place, **where)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 1427])
def test_a_whole_column_is_the_stream(n: int) -> None:
    nought, everyone = np.zeros(n, dtype=np.int64), np.arange(n)
    table = CHANCE.table(Decision.CRISIS, 2, block=nought + 7, slot=nought + 3, entity=everyone)
    for occurrence in (0, 1):
        stream = CHANCE.uniforms(Decision.CRISIS, n, block=7, slot=3, occurrence=occurrence)
        assert table[:, occurrence].tobytes() == stream.tobytes()


def test_compiled_code_has_the_ceiling_of_the_plain() -> None:
    ends = [0, 2**11 - 1, 2**63 - 1, 2**63, 2**64 - 2**11, 2**64 - 1]
    for word in (np.uint64(end) for end in ends):
        assert philox_compiled.middle(word) == philox.uniforms(np.array([word]))[0]


PEOPLE = """
import sys
{before}
from hashlib import sha256
import numpy
from sim.foundations import philox
from sim.model.compile import build_circumstances, compile_plan
from tests.worlds import small_bury
study = small_bury()
people = build_circumstances(study, 1, 0)
posts = compile_plan(study, study.scenario("both"), people).posts
columns = [*map(people.families.__getattribute__, people.families.__slots__),
           *map(people.children.__getattribute__, people.children.__slots__)]
columns = [*(numpy.asarray(column).tobytes() for column in columns), repr(posts).encode()]
print(philox.quickest()[0] is philox.fill_plainly, sha256(b"".join(columns)).hexdigest())
"""


def said(code: str) -> list[str]:
    """What another process prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return done.stdout.split()


def test_without_numba_people_and_posts_are_the_same() -> None:
    plain, without = said(PEOPLE.format(before="sys.modules['numba'] = None"))
    compiled, with_it = said(PEOPLE.format(before=""))
    assert (plain, compiled) == ("True", "False")
    assert without == with_it


def test_numba_is_not_imported_before_it_is_needed() -> None:
    rooms = "sim.cli, sim.model.compile, sim.experiment.experiment, sim.report.html"
    assert said(f"import sys, {rooms}; print('numba' in sys.modules)") == ["False"]
