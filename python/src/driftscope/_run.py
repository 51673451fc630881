"""Solving a scene and evaluating its field."""

import csv
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import _program, _scene


@dataclass(frozen=True)
class Run:
    """What came of a scene.

    Attributes:
        samples: end points, shape (n, 2).
        times: the times at which positions were kept, shape (k,).
        trajectories: positions at these times, shape (n, k, 2); NaN after a particle stopped.
        steps: every attempted step as a structured array: ``particle`` (-1 for a step of all), ``attempt``,
            ``t``, ``h``, ``error_ratio`` (NaN where there is no estimate), ``accepted``, ``nfe`` (all
            evaluations so far); ``None`` if the log was left out.
        summary: totals, settings in force and the scene, as ``summary.json`` has them.
    """

    samples: np.ndarray
    times: np.ndarray
    trajectories: np.ndarray
    steps: np.ndarray | None
    summary: dict

    @property
    def status(self) -> str:
        """``complete``, or why the solve stopped early."""
        return self.summary["status"]

    @property
    def nfe(self) -> dict:
        """Evaluations of the field per particle: mean, least and greatest."""
        return self.summary["nfe"]


@dataclass(frozen=True)
class Field:
    """A field at given points; parts that it does not have are NaN.

    Attributes:
        velocity: shape (n, 2).
        score: ``∇ log p_t``, shape (n, 2).
        noise: ``E[x0 | x_t]``, shape (n, 2).
        diffusion: D(t), shape (n,).
        log_density: log p_t, shape (n,).
        alpha, d_alpha, sigma, d_sigma: the interpolant at the points' times, shape (n,).
    """

    velocity: np.ndarray
    score: np.ndarray
    noise: np.ndarray
    diffusion: np.ndarray
    log_density: np.ndarray
    alpha: np.ndarray
    d_alpha: np.ndarray
    sigma: np.ndarray
    d_sigma: np.ndarray


def run(scene=None, settings=None, *, starts=None, noise=None, keyframes: int = 65, log: bool = True) -> Run:
    """Solves a scene.

    Args:
        scene: see the package.
        settings: a mapping of keys to values, put over the scene, such as ``{"sampler.rtol": 1e-3}``.
        starts: starting points, shape (n, 2); they set the number of particles.
        noise: the normals of an SDE's steps, shape (steps, n, 2).
        keyframes: positions kept of each trajectory, at most, from 2 to 100 000.
        log: whether the attempted steps are kept.

    Raises:
        Refused: if the scene or a setting is refused.
    """
    with tempfile.TemporaryDirectory(prefix="driftscope-") as name:
        folder = Path(name)
        out = folder / "out"
        given = ["sample", *_scene.arguments(scene, settings, folder), "--keyframes", keyframes, "--out", out]
        if starts is not None:
            given += ["--init", _points(folder / "starts.csv", "x,y", starts)]
        if noise is not None:
            given += ["--noise", _noise(folder / "noise.csv", noise)]
        if not log:
            given.append("--no-log")
        _program.call(given)
        summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
        samples = _table(out / "samples.csv")
        times, trajectories = _trajectories(_table(out / "trajectories.csv"), len(samples["x"]))
        steps = _steps(_table(out / "steps.csv")) if log else None
        return Run(np.column_stack([samples["x"], samples["y"]]), times, trajectories, steps, summary)


def field(points, t, scene=None, settings=None) -> Field:
    """Evaluates a scene's field in double precision.

    Args:
        points: shape (n, 2).
        t: one time for all points, or shape (n,).
        scene, settings: as for :func:`run`.

    Raises:
        Refused: if the scene, a setting or a time is refused.
    """
    points = _pairs(points)
    times = np.broadcast_to(np.asarray(t, dtype=float), (len(points),))
    with tempfile.TemporaryDirectory(prefix="driftscope-") as name:
        folder = Path(name)
        rows = np.column_stack([points, times])
        path = _points(folder / "points.csv", "x,y,t", rows)
        out = folder / "field.csv"
        _program.call(["field", *_scene.arguments(scene, settings, folder), "--points", path, "--out", out])
        table = _table(out)

    def pair(a, b):
        return np.column_stack([table[a], table[b]])

    single = {name: table[name] for name in ("diffusion", "log_density", "alpha", "d_alpha", "sigma", "d_sigma")}
    return Field(velocity=pair("vx", "vy"), score=pair("sx", "sy"), noise=pair("nx", "ny"), **single)


def _pairs(points) -> np.ndarray:
    points = np.asarray(points, dtype=float)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"points have the shape {points.shape}: (n, 2) is needed")
    return points


def _points(path: Path, header: str, points) -> Path:
    points = np.asarray(points, dtype=float)
    columns = header.count(",") + 1
    if points.ndim != 2 or points.shape[1] != columns:
        raise ValueError(f"points have the shape {points.shape}: (n, {columns}) is needed")
    np.savetxt(path, points, fmt="%.17g", delimiter=",", header=header, comments="")
    return path


def _noise(path: Path, noise) -> Path:
    noise = np.asarray(noise, dtype=float)
    if noise.ndim != 3 or noise.shape[2] != 2:
        raise ValueError(f"noise has the shape {noise.shape}: (steps, n, 2) is needed")
    step, particle = np.indices(noise.shape[:2]).reshape(2, -1)
    rows = np.column_stack([step, particle, noise.reshape(-1, 2)])
    np.savetxt(path, rows, fmt=["%d", "%d", "%.17g", "%.17g"], delimiter=",", header="step,particle,zx,zy", comments="")
    return path


def _table(path: Path) -> dict:
    """Columns by name; empty cells are NaN, ``all`` is -1, ``true`` is 1."""
    words = {"": np.nan, "all": -1.0, "true": 1.0, "false": 0.0}
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        header = next(rows)
        cells = [[words[cell] if cell in words else float(cell) for cell in row] for row in rows]
    columns = np.array(cells, dtype=float).reshape(-1, len(header)).T
    return dict(zip(header, columns))


def _trajectories(table: dict, count: int):
    times, place = np.unique(table["t"], return_inverse=True)
    particle = table["particle"].astype(int)
    # In the order in which they were passed: t falls where the scene goes to the noise.
    if len(times) > 1 and table["t"][0] > table["t"][np.flatnonzero(particle == particle[0])[-1]]:
        times, place = times[::-1], len(times) - 1 - place
    trajectories = np.full((count, len(times), 2), np.nan)
    trajectories[particle, place] = np.column_stack([table["x"], table["y"]])
    return times, trajectories


def _steps(table: dict) -> np.ndarray:
    kinds = [
        ("particle", np.int64),
        ("attempt", np.int64),
        ("t", np.float64),
        ("h", np.float64),
        ("error_ratio", np.float64),
        ("accepted", np.bool_),
        ("nfe", np.int64),
    ]
    steps = np.empty(len(table["t"]), dtype=kinds)
    for name, _ in kinds:
        steps[name] = table[name]
    return steps
