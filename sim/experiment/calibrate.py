"""Calibration: where the parameters may lie together, given what was counted before the start.

Simulated worlds are costly and noisy, so a quick stand-in is fitted to them (``sim.experiment.emulator``) and
asked instead. Three waves, each simulated where the one before could not rule points out (history matching:
Craig and others 1997; Vernon, Goldstein and Bower 2010); then a sample from the posterior by elliptical slice
sampling (Murray, Adams and MacKay 2010), which needs no tuning under a normal prior; then the sample is
simulated itself, so that what the stand-in got wrong is seen. Worlds share luck: point after point meets the
same families.
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import ndtri
from scipy.stats import qmc

from sim.experiment.emulator import Emulator, fit
from sim.experiment.executors import execute
from sim.experiment.manifest import identity
from sim.experiment.solve_conference import run_arm, trial_plan
from sim.experiment.store import replacing
from sim.experiment.targets import Target, targets_of
from sim.experiment.trial import Trial, run_trial
from sim.foundations.errors import InputError
from sim.foundations.randomness import generator
from sim.model.compile import build_circumstances
from sim.model.effects import solved_multiplier
from sim.results.estimates import NO_CHANGE
from sim.results.measures import index_of
from sim.results.shapes import early
from sim.study.calibration import PLACES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sim.study.config import Study

    Floats = NDArray[np.float64]
    Progress = Callable[[int, int], None]

WAVES = 3
WIDER = 2.0
"""How much wider than the targets' tolerance points are looked for before the last wave."""
IMPLAUSIBLE = 3.0
"""Tolerances from its target at which a figure rules a point out (Pukelsheim's three sigma rule)."""
TRIAL_FAMILIES = 300
"""Families of the conference trial's control arm at each point."""
LEAST = 1e-3
"""Figures are met on the scale of logarithms; none counts as smaller than this."""
STEPS = 400
"""Steps of each chain of the sampler: several times as many as a chain needs to forget where it began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How much work a calibration is."""

    points: int = 2048
    """Worlds simulated in each wave; a power of two spreads them best."""
    rows: int = 256
    """Rows of the sample."""
    lucks: int = 32
    """Sets of luck that the points of a wave share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Simulates the figures of one point with one luck; what a worker process is given."""

    study: Study
    targets: tuple[Target, ...]
    points: Floats
    """[points, directions]; NaN for the parameters as they are written."""

    def __call__(self, point: int, luck: int) -> Floats:
        """[targets] figures of one point."""
        row = tuple(self.points[point])
        written = dataclasses.replace(self.study, calibration=None)
        study = written if np.isnan(row).any() else self.study.calibrated_at(row)
        given = build_circumstances(study, 0, luck)
        trial = run_trial(study, Trial(scenario=NO_CHANGE, draw=0, run=luck), given=given)
        index, shapes = index_of(study.clock), early(trial.log, trial.plan, study.clock)
        arm = run_arm(
            trial_plan(study, TRIAL_FAMILIES, given), solved_multiplier(given.values), offered=False
        )
        rest = iter((arm.in_care, arm.proceedings))
        return np.array(
            [
                one.simulated(index, trial.measures, shapes) if one.measure or one.shape else next(rest)
                for one in self.targets
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What a calibration found."""

    targets: tuple[Target, ...]
    names: tuple[str, ...]
    """Directions, in the order of the coordinates."""
    centre: Floats
    """[directions] where prior times likelihood is greatest."""
    sample: Floats
    """[rows, directions]"""
    prior_figures: Floats
    """[points, targets] figures of the first wave, which the prior alone placed."""
    written_figures: Floats
    """[lucks, targets] figures of the parameters as they are written."""
    centre_figures: Floats
    """[lucks, targets] figures of the centre."""
    sample_figures: Floats
    """[rows, targets] figures of the sample, each row with a luck."""
    information: Floats
    """[directions, directions] what the targets say about the coordinates, at the centre; the prior is 1."""
    left: tuple[float, ...]
    """Share of the points of each wave that were not ruled out."""
    noise: Floats
    """[targets] luck and lack of fit of one world, on the scale of logarithms."""
    bias: Floats
    """[targets] what the stand-in has wrong on average over the sample, on the scale of logarithms."""


def calibrate(
    study: Study,
    setting: Setting | None = None,
    jobs: int = 1,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Fitted:
    """Calibrate a study. The same study and setting give the same sample, whatever the number of jobs.

    With a ``folder`` finished worlds are kept there, and a calibration that was stopped goes on from them.
    Raises ``InputError`` for a study without directions or without counts.
    """
    setting = setting or Setting()
    if study.calibration is None:
        raise InputError.of("this study has no 'calibration' with directions that could be moved")
    names = tuple(one.name for one in study.calibration.directions)
    study = dataclasses.replace(
        study,
        scenarios={NO_CHANGE: study.scenario(NO_CHANGE)},
        parameters={**study.parameters, **study.calibration.written},
    )
    targets = targets_of(study)
    bench = Bench(study=study, targets=targets, setting=setting, jobs=jobs, folder=folder, progress=progress)
    random = generator(study.seed, "calibration")
    goal, tolerance = goals(targets)
    z = prior_points(setting.points, len(names), random)
    simulated, lucks, left = [], [], []
    for wave in range(WAVES):
        figures = bench.figures(f"wave-{wave + 1}", z, wave)
        simulated.append((z, figures))
        lucks.append(bench.lucks(len(z)))
        emulator = fitted(simulated[-2:], lucks[-2:])
        here = posterior(emulator, goal, tolerance)
        left.append(float(np.mean(implausibility(emulator, goal, tolerance, z) < IMPLAUSIBLE)))
        if wave < WAVES - 1:
            wide = posterior(emulator, goal, WIDER * tolerance)
            z = slice_sample(wide, len(names), setting.points, random)
    sample = np.round(slice_sample(here, len(names), setting.rows, random), PLACES)
    centre = np.round(likeliest(here, sample.mean(axis=0)), PLACES)
    sample_figures = bench.figures("sample", sample, WAVES)
    both = np.stack([np.full(len(names), np.nan), centre])
    ends = bench.figures("centre", np.repeat(both, setting.lucks, axis=0), WAVES + 1)
    slopes = emulator.slopes(centre) / tolerance[:, None]
    return Fitted(
        targets=targets,
        names=names,
        centre=centre,
        sample=sample,
        prior_figures=simulated[0][1],
        written_figures=ends[: setting.lucks],
        centre_figures=ends[setting.lucks :],
        sample_figures=sample_figures,
        information=slopes.T @ slopes,
        left=tuple(left),
        noise=emulator.noise,
        bias=np.mean(logs(sample_figures) - emulator.mean(sample), axis=0),
    )


def goals(targets: tuple[Target, ...]) -> tuple[Floats, Floats]:
    """[targets] each, on the scale of logarithms: what was counted, and the tolerance."""
    counted = np.array([one.counted for one in targets])
    return logs(counted), np.array([one.tolerance for one in targets]) / np.maximum(counted, LEAST)


def logs(figures: Floats) -> Floats:
    """Figures on the scale of logarithms."""
    return np.asarray(np.log(np.maximum(figures, LEAST)))


def prior_points(n: int, d: int, random: np.random.Generator) -> Floats:
    """[n, d] coordinates spread evenly over the prior (a scrambled Sobol sequence)."""
    even = qmc.Sobol(d, scramble=True, rng=random).random(n)
    return np.asarray(ndtri(np.clip(even, 1e-6, 1 - 1e-6)))


def fitted(simulated: list[tuple[Floats, Floats]], lucks: list[NDArray[np.int64]]) -> Emulator:
    """The stand-in for some waves."""
    z = np.concatenate([points for points, _ in simulated])
    return fit(z, logs(np.concatenate([figures for _, figures in simulated])), np.concatenate(lucks))


def implausibility(emulator: Emulator, goal: Floats, tolerance: Floats, z: Floats) -> Floats:
    """[points] tolerances by which the worst-met figure misses, the stand-in's own doubt allowed for."""
    spread = np.hypot(tolerance, emulator.spread(z))
    return np.asarray(np.max(np.abs(emulator.mean(z) - goal) / spread, axis=1))


def posterior(emulator: Emulator, goal: Floats, tolerance: Floats) -> Callable[[Floats], Floats]:
    """The log of the likelihood of the counts at points [points, directions]: [points]."""

    def log_likelihood(z: Floats) -> Floats:
        return np.asarray(-0.5 * np.sum(((emulator.mean(z) - goal) / tolerance) ** 2, axis=1))

    return log_likelihood


def likeliest(log_likelihood: Callable[[Floats], Floats], begin: Floats) -> Floats:
    """[directions] where prior times likelihood is greatest, searched from a point.

    Figures bend, so the mean of a sample need not meet what every row of it meets; this point does.
    """

    def misfit(z: Floats) -> float:
        return float(0.5 * z @ z - log_likelihood(z[None])[0])

    return np.asarray(minimize(misfit, begin, method="L-BFGS-B").x)


def slice_sample(
    log_likelihood: Callable[[Floats], Floats], d: int, rows: int, random: np.random.Generator
) -> Floats:
    """[rows, d] a sample from a standard normal prior times a likelihood, by elliptical slice sampling.

    Every row is the end of a chain of its own, begun at a point of the prior, so rows owe each other nothing.
    """
    z = random.standard_normal((rows, d))
    level = log_likelihood(z)
    for _ in range(STEPS):
        other = random.standard_normal((rows, d))
        height = level + np.log(random.random(rows))
        angle = random.random(rows) * 2 * np.pi
        low, high = angle - 2 * np.pi, angle.copy()
        going = np.arange(rows)
        moved, reached = z.copy(), level.copy()
        while len(going):
            turn = angle[going, None]
            moved[going] = z[going] * np.cos(turn) + other[going] * np.sin(turn)
            reached[going] = log_likelihood(moved[going])
            going = going[reached[going] <= height[going]]
            # The bracket shrinks towards where the last point was, which is always allowed.
            below = angle[going] < 0
            low[going] = np.where(below, angle[going], low[going])
            high[going] = np.where(below, high[going], angle[going])
            angle[going] = low[going] + (high[going] - low[going]) * random.random(len(going))
        z, level = moved, reached
    return z


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where worlds are simulated, and kept once they are."""

    study: Study
    targets: tuple[Target, ...]
    setting: Setting
    jobs: int
    folder: Path | None
    progress: Progress | None

    def lucks(self, n: int) -> NDArray[np.int64]:
        """[n] which luck each point meets, dealt out so that none goes with a coordinate."""
        dealt = generator(self.study.seed, "luck of points").permutation(n)
        return np.asarray(dealt % self.setting.lucks)

    def figures(self, name: str, points: Floats, part: int) -> Floats:
        """[points, targets] simulated figures; those in the folder are not simulated again."""
        found = self.kept(name, points)
        lucks = self.lucks(len(points))
        missing = np.flatnonzero(np.isnan(found[:, 0]))
        tasks = [(int(point), int(lucks[point])) for point in missing]
        world = World(study=self.study, targets=self.targets, points=points)
        sizes = [self.setting.points] * WAVES + [self.setting.rows, 2 * self.setting.lucks]
        done = sum(sizes[:part]) + len(points) - len(tasks)
        for count, ((point, _), figures) in enumerate(execute(world, tasks, self.jobs), 1):
            found[point] = figures
            if count % KEEP_EVERY == 0 or count == len(tasks):
                self.keep(name, points, found)
            if self.progress is not None:
                self.progress(done + count, sum(sizes))
        return found

    def file(self, name: str, points: Floats) -> Path | None:
        """Where the worlds of these points are kept; others of the same name are another calibration's."""
        if self.folder is None:
            return None
        made_by = identity(self.study, (NO_CHANGE,)) + repr(self.targets)
        digest = hashlib.sha256(points.tobytes() + made_by.encode()).hexdigest()[:12]
        return self.folder / f"{name}-{digest}.npy"

    def kept(self, name: str, points: Floats) -> Floats:
        """[points, targets] what the folder holds; NaN for what it does not."""
        file = self.file(name, points)
        if file is not None and file.is_file():
            found = np.load(file)
            if found.shape == (len(points), len(self.targets)):
                return np.asarray(found)
        return np.full((len(points), len(self.targets)), np.nan)

    def keep(self, name: str, points: Floats, found: Floats) -> None:
        """Write what was found so far, whole or not at all."""
        file = self.file(name, points)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            with replacing(file) as beside, beside.open("wb") as stream:
                np.save(stream, found)


KEEP_EVERY = 32
"""Worlds between one writing to the folder and the next."""
