"""Errors say what, where, and the nearest valid name."""

import pickle

import pytest

from sim.foundations.errors import (
    CaresimError,
    InputError,
    Problem,
    QualityError,
    StoreError,
    did_you_mean,
    nearest,
)


def test_a_problem_reads_place_then_path_then_message() -> None:
    problem = Problem("configs/bury.yaml:9", "services.edge_of_care", "must be at most 1.")
    assert str(problem) == "configs/bury.yaml:9: services.edge_of_care: must be at most 1."


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("", "", "no such file"), "no such file"),
        (Problem("", "a.b", "missing"), "a.b: missing"),
        (Problem("x.yaml:1", "", "not YAML"), "x.yaml:1: not YAML"),
    ],
)
def test_a_problem_leaves_out_what_it_does_not_know(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_an_input_error_lists_every_problem_in_order() -> None:
    error = InputError([Problem("b:2", "", "second file"), Problem("a:1", "", "first file")])
    assert str(error) == "b:2: second file\na:1: first file"
    assert len(error.problems) == 2


def test_an_input_error_of_one_message() -> None:
    error = InputError.of("unknown scenario 'boht'.", path="scenario")
    assert str(error) == "scenario: unknown scenario 'boht'."


def test_an_input_error_survives_the_way_between_processes() -> None:
    error = InputError.of("wrong", "a:1", "b.c")
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems
    assert str(again) == str(error)


def test_an_input_error_needs_problems() -> None:
    with pytest.raises(ValueError, match="at least one Problem"):
        InputError([])
    with pytest.raises(TypeError, match=r"InputError\.of"):
        InputError("a bare message")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "code"), [(CaresimError, 1), (StoreError, 1), (InputError, 2), (QualityError, 3)]
)
def test_each_error_has_its_exit_code(kind: type[CaresimError], code: int) -> None:
    assert issubclass(kind, CaresimError)
    assert kind.exit_code == code


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("edge_of_cre", "edge_of_care"),
        ("Edge of care", "edge_of_care"),
        ("early-help", "early_help"),
        ("astronomy", None),
    ],
)
def test_the_nearest_name(name: str, close: str | None) -> None:
    assert nearest(name, ["early_help", "edge_of_care"]) == close


def test_did_you_mean_is_ready_to_end_a_message() -> None:
    assert did_you_mean("edge_of_cre", ["edge_of_care"]) == " Did you mean 'edge_of_care'?"
    assert did_you_mean("astronomy", ["edge_of_care"]) == ""
    assert did_you_mean("anything", []) == ""
