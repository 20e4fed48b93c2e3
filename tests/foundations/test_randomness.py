"""Chance is addressed by what it decides, and its numbers are a published format."""

import subprocess
import sys
from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.foundations.philox import firsts, words
from sim.foundations.philox import uniforms as uniforms_of
from sim.foundations.randomness import (
    Chance,
    Decision,
    parameter_quantile,
    parameter_quantiles,
    year_quantiles,
)

CHANCE = Chance(seed=2023, draw=1, run=2)
FIRST_WORDS = {
    "arrival gap": 0xEF66B74C0AF1231F,
    "arrival kept": 0xA2691E738C549729,
    "referral outcome": 0xC67F4E15C4854ACC,
    "assessment length": 0x8414154D71B3D08D,
    "re-referral": 0xCF4A788C8FAEBC73,
    "significant impairment": 0x9C1DC8E651971B5C,
    "closes to early help": 0x002307C917E991E6,
    "family size": 0x85C1CA5EAB07979D,
    "youngest band": 0xB1A80E88AF20FA70,
    "youngest age": 0xCA7FA7FD09E3B85D,
    "sibling gap": 0xF4D72C49F52E0BE4,
    "pregnancy": 0xFBE0C2BABFE9A1D4,
    "later birth": 0x79BB972B372D3BE3,
    "frailty": 0x6F06F390B34EF4B3,
    "domestic abuse": 0x5A5691B93196FEA5,
    "mental health": 0xC303EFFF10B76A52,
    "substance misuse": 0x002D6D1BC9D475DA,
    "relationship breakdown": 0xABCF6591861AAED9,
    "assessed risk": 0x6EFA81300900A9CD,
    "step up": 0xC1A63CDD3CFACDCA,
    "step down": 0xE509D92CD2194D60,
    "court": 0x070E56679FF1F0E3,
    "no warning": 0x1BF262C4CDD0B8D7,
    "child without warning": 0x57390E9A2F16A756,
    "crisis": 0x8CF09A0995DD6B7F,
    "edge of care": 0xAFB1AD116FA15ECC,
    "sibling joins": 0xAB10A4EEADE16B6A,
    "plan start": 0x9A411663DE2A01AF,
    "stay class": 0xB7AB8AC8F17623AC,
    "stay end": 0x91DD9451C480186F,
    "stay kind": 0x439799C5A8B7B434,
    "placement": 0xD770DF1E867B4450,
    "crisis heard": 0x501F3FFA046DF0F4,
    "offered": 0x389EDF20BDD2F5EC,
    "take-up": 0x1D701FCF6B032C8B,
    "service length": 0xEC3CAA01D9C09D13,
    "opening elapsed": 0x652F8ECC016F3EEE,
    "opening age": 0x6ACEB000F2398055,
    "opening stay": 0x367CDAF4255DF50D,
    "post filled": 0x77DD3599805AA1F0,
    "post stay": 0x5B6040FBA4409771,
    "post agency": 0x75186374A14F90BB,
    "post at opening": 0x2DD7267F7A1FA2E6,
    "post never filled": 0xB32AF2CBA58F6F17,
    "post absence": 0x5AC75737ADC5EFFD,
    "perpetrator at home": 0x0C32300407BD6BB6,
    "panel refuses": 0x1003EEF799A06950,
    "order with kin": 0x1A8B136D07723ECB,
    "placed with kin": 0xAC83E8787798B105,
    "placement breaks down": 0x6239B782FA11AAE0,
    "placement after breakdown": 0x5980B43953229060,
    "shared risk": 0x27B0D40BD86A1689,
    "ethnicity": 0x82CBBC88969D0BBA,
    "sex of child": 0x0653E6F27721B393,
    "disability": 0x72A208D88310083C,
    "entry heard": 0x19809EAAC9EC7A35,
    "earlier plan": 0xB3E0A5B3D9387AB7,
}
"""The first word of each decision for seed 2023, draw 1, run 2. If one changes, so do all results."""

decisions = st.sampled_from(Decision)
small = st.integers(0, 500)
MASK = 2**64 - 1


def philox(key: tuple[int, int], counter: tuple[int, int, int, int]) -> list[int]:
    """Philox-4x64-10 as published: ten rounds on one counter."""
    (k0, k1), (a, b, c, d) = key, counter
    for _ in range(10):
        left, right = 0xD2E7470EE14C6C93 * a, 0xCA5A826395121157 * c
        a, b, c, d = (right >> 64) ^ b ^ k0, right & MASK, (left >> 64) ^ d ^ k1, left & MASK
        k0, k1 = (k0 + 0x9E3779B97F4A7C15) & MASK, (k1 + 0xBB67AE8584CAA73B) & MASK
    return [a, b, c, d]


@pytest.mark.parametrize("decision", Decision)
def test_the_first_word_of_each_decision_is_golden(decision: Decision) -> None:
    assert int(CHANCE.words(decision, 1)[0]) == FIRST_WORDS[decision.value]


def test_every_decision_has_its_own_words() -> None:
    assert list(FIRST_WORDS) == [decision.value for decision in Decision]
    assert len(set(FIRST_WORDS.values())) == len(Decision)


@given(decisions, small, small, small, st.integers(1, 30))
def test_words_are_those_of_the_published_generator(
    decision: Decision, block: int, slot: int, occurrence: int, n: int
) -> None:
    digest = blake2b(f"caresim/1/2023/1/2/{decision.value}".encode(), digest_size=16).digest()
    key = (int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little"))
    expected = [word for i in range(1, n // 4 + 2) for word in philox(key, (i, block, slot, occurrence))]
    words = CHANCE.words(decision, n, block=block, slot=slot, occurrence=occurrence)
    assert words.dtype == np.uint64
    assert words.tolist() == expected[:n]


@given(decisions, small, small)
def test_a_word_does_not_depend_on_how_many_are_asked_for(decision: Decision, n: int, more: int) -> None:
    assert CHANCE.words(decision, n + more)[:n].tolist() == CHANCE.words(decision, n).tolist()


@pytest.mark.parametrize(
    "other",
    [
        Chance(2024, 1, 2).words(Decision.CRISIS, 64),
        Chance(2023, 2, 2).words(Decision.CRISIS, 64),
        Chance(2023, 1, 3).words(Decision.CRISIS, 64),
        CHANCE.words(Decision.EDGE, 64),
        CHANCE.words(Decision.CRISIS, 64, block=1),
        CHANCE.words(Decision.CRISIS, 64, slot=1),
        CHANCE.words(Decision.CRISIS, 64, occurrence=1),
    ],
    ids=["seed", "draw", "run", "decision", "block", "slot", "occurrence"],
)
def test_each_part_of_the_address_gives_other_words(other: np.ndarray) -> None:
    assert not set(CHANCE.words(Decision.CRISIS, 64).tolist()) & set(other.tolist())


def test_an_address_is_never_negative() -> None:
    with pytest.raises(OverflowError):
        CHANCE.words(Decision.CRISIS, 1, slot=-1)


def test_uniforms_lie_strictly_between_0_and_1_even_at_the_ends() -> None:
    ends = uniforms_of(np.array([0, 2**64 - 1], dtype=np.uint64))
    assert ends[0] == 2.0**-54
    assert ends[1] == 1 - 2.0**-53


def test_uniforms_are_the_words_scaled() -> None:
    words = CHANCE.words(Decision.CRISIS, 100, slot=3)
    uniforms = CHANCE.uniforms(Decision.CRISIS, 100, slot=3)
    assert uniforms.tolist() == [((int(word) >> 11) + 0.5) * 2.0**-53 for word in words]


def test_uniforms_are_even() -> None:
    uniforms = CHANCE.uniforms(Decision.ARRIVAL_GAP, 100_000)
    counts = np.histogram(uniforms, bins=100, range=(0, 1))[0]
    assert ((counts - 1000) ** 2 / 1000).sum() < 149  # 0.999 point of chi-squared on 99


def test_different_decisions_are_not_related() -> None:
    columns = np.array([CHANCE.uniforms(decision, 20_000) for decision in Decision])
    related = np.corrcoef(columns) - np.eye(len(columns))
    assert np.abs(related).max() < 5 / np.sqrt(20_000)


def test_each_parameter_has_its_own_quantile() -> None:
    assert parameter_quantile(2023, 1, "services.edge_of_care.caseload") == 0.4560254951152258
    quantiles = {parameter_quantile(2023, draw, name) for draw in range(20) for name in ("a", "b", "c")}
    assert len(quantiles) == 60
    assert all(0 < quantile < 1 for quantile in quantiles)


def test_later_years_do_not_change_earlier_ones() -> None:
    three, five = year_quantiles(2023, 1, "demand", 3), year_quantiles(2023, 1, "demand", 5)
    assert five[:3].tolist() == three.tolist()
    assert three[0] != parameter_quantile(2023, 1, "demand")
    assert three.tolist() == [0.22572496635976175, 0.6229403364812256, 0.44346064405680424]


def test_nothing_touches_the_global_generator() -> None:
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    CHANCE.uniforms(Decision.CRISIS, 10)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_words_are_the_same_in_another_process(hash_seed: str) -> None:
    code = (
        "from sim.foundations.randomness import Chance, Decision;"
        "print(int(Chance(2023, 1, 2).words(Decision.CRISIS, 1)[0]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) == FIRST_WORDS[Decision.CRISIS.value]


def test_the_quantiles_of_many_parameters_are_those_of_each() -> None:
    names = ["demand.outcome", "care.move_later", "effects.overload"]
    together = parameter_quantiles(2023, 4, names)
    assert together == {name: parameter_quantile(2023, 4, name) for name in names}
    assert parameter_quantiles(2023, 4, []) == {}
    key = (np.uint64(5), np.uint64(6))
    assert firsts([key, key])[1] == words(key, 1)[0]
