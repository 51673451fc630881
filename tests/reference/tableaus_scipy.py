"""Runs the tableaus of tests/tableaus in SciPy and writes tests/reference/tableaus_scipy.json.

Made with SciPy 1.17.1, NumPy and Python's tomllib, in double precision. Pairs are subclasses of
scipy.integrate._ivp.rk.RungeKutta with A, B, C and E, driven step by step as solve_ivp drives RK45, without
dense output; the others take equal steps in a loop. `nfev` is SciPy's own count.

    python tests/reference/tableaus_scipy.py
"""

import json
import tomllib
from fractions import Fraction
from pathlib import Path

import numpy as np
import scipy
from scipy.integrate._ivp.rk import RungeKutta

HERE = Path(__file__).parent
PROBLEMS = json.loads((HERE / "problems.json").read_text())
MEANS = np.array(PROBLEMS["gm8_means"]).reshape(8, 2)
VARIANCE = PROBLEMS["gm8_std"] ** 2
# The order of the lower of the two answers, from the literature.
LOWER = {"bogacki-shampine": 2, "cash-karp": 4, "fehlberg": 4, "verner": 5}


def mixture(t, x):
    """The velocity that carries N(0, 1) at t = 0 to the mixture at t = 1 along x_t = t x_1 + (1 - t) x_0."""
    variance = t * t * VARIANCE + (1 - t) ** 2
    away = x - t * MEANS
    exponent = -0.5 * (away**2).sum(axis=1) / variance
    weight = np.exp(exponent - exponent.max())
    weight /= weight.sum()
    slope = (t * VARIANCE - (1 - t)) / variance
    return weight @ (MEANS + slope * away)


FIELDS = {
    "decay": lambda t, y: -y,
    "harmonic": lambda t, y: np.array([y[1], -y[0]]),
    "stiffcos": lambda t, y: -50.0 * (y - np.cos(t)),
    "gm8_single0": mixture,
}


def number(entry):
    return float(Fraction(entry)) if isinstance(entry, str) else float(entry)


def tableau(path):
    file = tomllib.loads(path.read_text())
    stages = len(file["b"])
    a = np.zeros((stages, stages))
    for i, row in enumerate(file["a"]):
        a[i, : len(row)] = [number(entry) for entry in row]
    c, b = (np.array([number(entry) for entry in file[key]]) for key in ("c", "b"))
    b_hat = np.array([number(entry) for entry in file["b_hat"]]) if "b_hat" in file else None
    return a, b, c, b_hat


def fixed(name, problem, steps):
    a, b, c, _ = tableau(name)
    field, t0, t1 = FIELDS[problem], *PROBLEMS[problem]["t"]
    y, h = np.array(PROBLEMS[problem]["y0"]), (t1 - t0) / steps
    for step in range(steps):
        t, slopes = t0 + step * h, []
        for i in range(len(b)):
            point = y + h * sum((a[i, j] * slopes[j] for j in range(i)), np.zeros_like(y))
            slopes.append(field(t + c[i] * h, point))
        y = y + h * sum(weight * slope for weight, slope in zip(b, slopes))
    return {"kind": "fixed", "n_steps": steps, "y": y.tolist(), "nfev": steps * len(b)}


def adaptive(path, problem, rtol, atol):
    a, b, c, b_hat = tableau(path)
    error = b - b_hat
    if b[-1] == 0 and (a[-1] == b).all() and c[-1] == 1:
        # SciPy evaluates the slope at the answer itself.
        a, b, c = a[:-1, :-1], b[:-1], c[:-1]
    else:
        error = np.append(error, 0.0)

    class Pair(RungeKutta):
        A, B, C, E = a, b, c, error
        order, n_stages = LOWER[path.stem] + 1, len(b)
        error_estimator_order = LOWER[path.stem]

    t0, t1 = PROBLEMS[problem]["t"]
    solver = Pair(FIELDS[problem], t0, np.array(PROBLEMS[problem]["y0"]), t1, rtol=rtol, atol=atol)
    accepted = 0
    while solver.status == "running":
        message = solver.step()
        assert solver.status != "failed", message
        accepted += 1
    # Two for the first step, then every attempt evaluates each stage but the first, and the answer.
    attempts, rest = divmod(solver.nfev - 2, len(b))
    assert rest == 0
    return {
        "kind": "adaptive",
        "rtol": rtol,
        "atol": atol,
        "y": solver.y.tolist(),
        "nfev": solver.nfev,
        "accepted": accepted,
        "rejected": attempts - accepted,
    }


def main():
    records = []
    for path in sorted((HERE.parent / "tableaus").glob("*.toml")):
        for problem in FIELDS:
            about = {"tableau": path.stem, "problem": problem}
            for steps in (40, 90):
                records.append(about | fixed(path, problem, steps))
            if path.stem in LOWER:
                for rtol, atol in ((1e-3, 1e-6), (1e-5, 1e-8), (1e-8, 1e-10)):
                    records.append(about | adaptive(path, problem, rtol, atol))
    assert scipy.__version__ == "1.17.1", scipy.__version__
    text = ",\n".join(json.dumps(record) for record in records)
    (HERE / "tableaus_scipy.json").write_text(f"[\n{text}\n]\n")
    print(len(records), "records;", sum(r.get("rejected", 0) for r in records), "rejected attempts")


main()
