"""A quick stand-in for many simulated worlds: each figure as a quadratic function of the coordinates.

Bayesian linear regression with a normal prior on the coefficients, their spread and the noise set by maximum
marginal likelihood (MacKay, "Bayesian interpolation", 1992). Worlds that share their luck share a shift of
their own, so that luck common to many points is not taken for a slope.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

CURVATURE = 0.3
"""How large a product's coefficient is thought to be beside a coordinate's, before any point is seen."""
ROUNDS = 50
"""Rounds of re-estimating spread and noise; they settle within some ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """A fitted quadratic function of ``d`` coordinates for each of ``m`` figures."""

    weights: Floats
    """[features, figures]"""
    scale: Floats
    """[features] how large each weight was thought to be."""
    spans: Floats
    """[spans, features] combinations of the features that the points told apart."""
    along: Floats
    """[figures, spans] variance of a figure along each of them."""
    beyond: Floats
    """[figures] variance along any other, where nothing but the prior is known."""
    noise: Floats
    """[figures] standard deviation of what the function leaves unexplained: luck, and its own lack of fit."""
    explained: Floats
    """[figures] its own variance between the points over theirs, luck included."""

    def mean(self, z: Floats) -> Floats:
        """[points, figures] what is expected at coordinates [points, d]."""
        return np.asarray(features(z) @ self.weights)

    def spread(self, z: Floats) -> Floats:
        """[points, figures] standard deviation of that expectation, from having seen so few points."""
        x = features(z)
        told = (x @ self.spans.T) ** 2
        rest = np.sum((x * self.scale) ** 2, axis=1) - told.sum(axis=1)
        variance = told @ self.along.T + np.outer(np.maximum(rest, 0.0), self.beyond)
        return np.asarray(np.sqrt(variance))

    def slopes(self, z: Floats) -> Floats:
        """[figures, d] slope of each figure in each coordinate at one point [d]."""
        step = 1e-3 * np.eye(len(z))
        return np.asarray(((self.mean(z + step) - self.mean(z - step)) / 2e-3).T)


def features(z: Floats) -> Floats:
    """[points, 1 + d + d (d + 1) / 2] one, the coordinates, and their products."""
    z = np.atleast_2d(z)
    row, column = np.triu_indices(z.shape[1])
    # Squares are centred, so that they do not stand in for the constant.
    products = z[:, row] * z[:, column] - (row == column)
    return np.hstack([np.ones((len(z), 1)), z, products])


def fit(z: Floats, seen: Floats, luck: npt.NDArray[np.int64]) -> Emulator:
    """Fit each figure of ``seen`` [points, figures] at coordinates ``z`` [points, d].

    ``luck`` [points] names the luck that each point was simulated with: points of one luck share a shift.
    """
    x = features(z)
    shifts = np.unique(luck)
    shared = (luck[:, None] == shifts).astype(np.float64)
    shared -= shared.mean(axis=0)
    design = np.hstack([x, shared])
    n_features = x.shape[1]
    weights = np.empty((n_features, seen.shape[1]))
    along, beyond = np.empty((seen.shape[1], min(design.shape))), np.empty(seen.shape[1])
    noise, explained = np.empty(seen.shape[1]), np.empty(seen.shape[1])
    # The constant is not drawn towards nought: it is given a prior a thousand times as wide.
    scale = np.ones(design.shape[1])
    scale[0], scale[1 + z.shape[1] : n_features] = 1e3, CURVATURE
    left, values, right = np.linalg.svd(design * scale, full_matrices=False)
    for figure in range(seen.shape[1]):
        y = seen[:, figure]
        unit = max(float(y.std()), 1e-12)
        found, precision, beta = _evidence(left, values, right, y / unit)
        weights[:, figure] = (found * scale * unit)[:n_features]
        along[figure] = unit**2 / (precision + beta * values**2)
        beyond[figure] = unit**2 / precision
        sigma = beta**-0.5
        noise[figure] = sigma * unit
        explained[figure] = float((x @ weights[:, figure]).var()) / unit**2
    return Emulator(
        weights=weights,
        scale=scale[:n_features],
        spans=right[:, :n_features] * scale[:n_features],
        along=along,
        beyond=beyond,
        noise=noise,
        explained=explained,
    )


def _evidence(left: Floats, values: Floats, right: Floats, y: Floats) -> tuple[Floats, float, float]:
    """Weights of one figure, and by maximum marginal likelihood the precision of their prior and that of the
    noise."""
    n = len(y)
    projected = left.T @ y
    rest = float(y @ y - projected @ projected)
    precision, beta = 1.0, 2.0
    squares = values**2
    for _ in range(ROUNDS):
        shrunk = beta * values * projected / (precision + beta * squares)
        used = float(np.sum(beta * squares / (precision + beta * squares)))
        misfit = rest + float(np.sum((projected - values * shrunk) ** 2))
        precision = used / max(float(shrunk @ shrunk), 1e-12)
        beta = max(n - used, 1.0) / max(misfit, 1e-12)
    shrunk = beta * values * projected / (precision + beta * squares)
    return right.T @ shrunk, precision, beta
