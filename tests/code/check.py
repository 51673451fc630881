"""Runs scripts of `driftscope code` against the libraries they are for, and compares them with `driftscope sample`.

Usage: python tests/code/check.py PROGRAM [--only TARGET] [--name PART]

PROGRAM is the built `driftscope`; the libraries are those of the Python that runs this. A target whose library
is not installed is left out, by name, and so are rows on networks of others (tests/models) without safetensors
or onnxruntime. For every scene and target: the script runs, its end points from given
starts are those of the program to the tolerance of the row, and where the row says so its evaluations are equal
too (where tests/reference_ode.rs repeats the library's counts).
"""

import argparse
import csv
import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from forms import FORMS, make

NEEDS = {
    "torchdiffeq": ["torch", "torchdiffeq", "safetensors"],
    "diffrax": ["jax", "diffrax"],
    "scipy": ["scipy"],
    "diffusers": ["torch", "diffusers", "safetensors"],
    "sit": ["torch", "safetensors"],
    "flow-matching": ["torch", "flow_matching", "torchdiffeq", "safetensors"],
}
TORCH = ["sampler.controller=i-torchdiffeq", "sampler.error_weights=torchdiffeq", "sampler.precision=f64"]
SCIPY = ["sampler.controller=i-scipy", "sampler.precision=f64"]
DIFFRAX = ["sampler.controller=i-diffrax", "sampler.error_weights=torchdiffeq", "sampler.precision=f64"]
EXACT = ["field.kind=exact", "data.name=eight-gaussians"]
FIXED = ["sampler.adaptive=false", "sampler.steps=12"]
DOUBLE = FIXED + ["sampler.precision=f64", "sampler.method=heun3"]
MODELS = Path(__file__).resolve().parent.parent / "models"
# Networks that are made for the check: a word before the colon says how.
VP = ["field.model=trained:vp"]


def of(model):
    """The settings of a network of others."""
    return [f"field.model={MODELS / model}", "data.name=two-moons"]


def form(name):
    """The settings of an ONNX network whose inputs have this form; see forms.py."""
    return [f"field.model=form:{name}", "data.name=two-moons"]


THREE = ["scipy", "torchdiffeq", "diffrax"]

# Name, settings, the targets, how far end points may be apart, and whether evaluations are equal.
ROWS = [
    ("exact dopri5", EXACT + TORCH + ["sampler.rtol=1e-4"], ["torchdiffeq"], 1e-6, True),
    ("exact dopri5 beyond", EXACT + TORCH + ["sampler.end=overshoot"], ["torchdiffeq", "flow-matching"], 1e-6, True),
    ("exact bosh3", EXACT + TORCH + ["sampler.method=bosh3", "sampler.rtol=1e-3"], ["torchdiffeq"], 1e-6, True),
    ("exact dopri5 together", EXACT + TORCH + ["sampler.scope=whole-batch"], ["torchdiffeq"], 1e-6, True),
    ("exact RK45", EXACT + SCIPY, ["scipy"], 1e-6, True),
    ("exact RK23", EXACT + SCIPY + ["sampler.method=bosh3", "sampler.rtol=1e-3"], ["scipy"], 1e-6, True),
    ("exact DOP853", EXACT + SCIPY + ["sampler.method=dop853"], ["scipy"], 1e-6, True),
    ("exact RK45 together", EXACT + SCIPY + ["sampler.scope=whole-batch"], ["scipy"], 1e-6, True),
    ("exact Dopri5", EXACT + DIFFRAX, ["diffrax"], 1e-6, True),
    ("exact Tsit5", EXACT + DIFFRAX + ["sampler.method=tsit5"], ["diffrax"], 1e-6, True),
    ("written-out steps", EXACT + TORCH, ["diffusers", "sit"], 1e-6, True),
    ("written-out steps of SciPy", EXACT + SCIPY, ["diffusers"], 1e-6, True),
    ("written-out PI", EXACT + ["sampler.controller=pi", "sampler.method=tsit5"], ["diffusers"], 1e-6, True),
    ("written-out DOP853", EXACT + ["sampler.method=dop853", "sampler.scope=whole-batch"], ["diffusers"], 1e-6, True),
    ("classical weights elsewhere", EXACT + ["sampler.precision=f64"], ["torchdiffeq", "diffrax"], 1e-4, False),
    ("boxes", ["field.kind=exact", "data.name=checkerboard"] + FIXED + ["sampler.method=rk4"], list(NEEDS), 1e-7, False),
    ("boxes on GVP", ["field.kind=exact", "data.name=checkerboard", "interpolant.kind=gvp"] + FIXED + ["sampler.method=heun"], ["scipy", "torchdiffeq", "diffrax"], 1e-7, False),
    ("ellipses", ["field.kind=exact", "data.name=pinwheel", "interpolant.kind=vp"] + FIXED + ["sampler.method=heun3"], ["scipy", "torchdiffeq", "diffrax", "flow-matching"], 1e-7, False),
    ("points", ["field.kind=exact", "data.points=[[1, 0], [-1, 0.5], [0, 2]]", "data.kernel=0.2", "sampler.precision=f64"] + FIXED, ["scipy", "torchdiffeq", "diffrax"], 1e-7, False),
    ("points in single precision", ["field.kind=exact", "data.points=[[1, 0], [-1, 0.5], [0, 2]]", "data.kernel=0.2"] + FIXED, ["torchdiffeq", "diffrax"], 2e-6, False),
    ("learned Euler", ["sampler.method=euler", "sampler.steps=20", "sampler.precision=f64"], list(NEEDS), 2e-5, True),
    ("learned shifted Euler", ["sampler.method=euler", "sampler.steps=16", "sampler.grid=shifted"], ["diffusers"], 2e-5, True),
    ("learned on GVP", ["interpolant.kind=gvp", "sampler.precision=f64"] + FIXED + ["sampler.method=rk4-38"], ["scipy", "torchdiffeq", "diffrax", "flow-matching"], 2e-5, False),
    ("learned on VP", ["interpolant.kind=vp", "sampler.precision=f64"] + FIXED + ["sampler.method=midpoint"], ["scipy", "torchdiffeq"], 2e-5, False),
    ("trained on VP", VP + FIXED + ["sampler.precision=f64"], THREE, 2e-5, False),
    ("trained on VP, on GVP", VP + FIXED + ["interpolant.kind=gvp", "sampler.precision=f64"], ["scipy"], 2e-5, False),
    ("learned RK45", SCIPY, ["scipy"], 1e-6, True),
    ("learned dopri5", TORCH[:2], ["torchdiffeq", "diffrax"], 1e-3, False),
    ("to noise", EXACT + ["direction=encode"] + FIXED, ["scipy", "torchdiffeq", "diffrax", "diffusers"], 1e-7, False),
    ("van der Pol", ["field.kind=classic", "field.system=van-der-pol", "field.mu=3", "sampler.adaptive=false", "sampler.steps=400"], list(NEEDS), 1e-7, False),
    ("Lotka-Volterra", ["field.kind=classic", "field.system=lotka-volterra", "time.end=1"] + SCIPY, ["scipy"], 1e-5, True),
    ("harmonic", ["field.kind=classic", "field.system=harmonic"] + SCIPY, ["scipy"], 1e-6, True),
    ("stiff cosine", ["field.kind=classic", "field.system=stiff-cosine"] + SCIPY, ["scipy", "diffusers"], 1e-6, True),
    ("decay", ["field.kind=classic", "field.system=decay"] + FIXED, list(NEEDS), 1e-7, False),
    ("stiff linear", ["field.kind=classic", "field.system=stiff-linear", "sampler.adaptive=false", "sampler.steps=300"], ["scipy"], 1e-6, False),
    ("chain, velocity", of("silu-velocity.safetensors") + DOUBLE, list(NEEDS), 1e-7, True),
    ("chain, velocity in single precision", of("silu-velocity.safetensors") + FIXED, ["torchdiffeq", "diffrax"], 2e-6, False),
    ("chain, velocity and beyond the end", of("silu-velocity.safetensors") + TORCH + ["sampler.end=overshoot"], ["torchdiffeq"], 1e-7, True),
    ("chain, velocity by 1 - t, on VP", of("relu-reversed-half.safetensors") + DOUBLE + ["interpolant.kind=vp"], THREE, 1e-7, True),
    ("chain, noise of GVP", of("gelu-noise.safetensors") + DOUBLE, list(NEEDS), 1e-7, True),
    ("chain, noise, RK45", of("gelu-noise.safetensors") + SCIPY, ["scipy", "diffusers"], 1e-6, True),
    ("chain, noise, dopri5", of("gelu-noise.safetensors") + TORCH, ["torchdiffeq"], 1e-6, True),
    ("chain, noise, Dopri5", of("gelu-noise.safetensors") + DIFFRAX, ["diffrax"], 1e-6, True),
    ("chain, data by 1 - t, on GVP", of("gelu-tanh-data.safetensors") + DOUBLE + ["interpolant.kind=gvp"], THREE, 1e-7, True),
    ("chain, score of VP by log-SNR", of("softplus-score-double.safetensors") + DOUBLE, THREE, 1e-7, True),
    ("chain, F of EDM", of("tanh-edm.safetensors") + DOUBLE, list(NEEDS), 1e-7, True),
    ("ONNX with LayerNorm, noise of VP", of("layernorm-dynamo.onnx") + DOUBLE, list(NEEDS), 1e-5, True),
    ("ONNX with LayerNorm, dopri5", of("layernorm-dynamo.onnx") + TORCH + ["sampler.rtol=1e-3", "sampler.atol=1e-4"], ["torchdiffeq", "diffusers"], 1e-3, True),
    ("ONNX with LayerNorm, Dopri5", of("layernorm-dynamo.onnx") + DIFFRAX + ["sampler.rtol=1e-3", "sampler.atol=1e-4"], ["diffrax"], 1e-3, True),
    ("ONNX by the index of DDPM", of("film-dynamo.onnx") + DOUBLE, THREE, 1e-5, True),
    ("ONNX, velocity of GVP", of("residual-torchscript.onnx") + DOUBLE, ["scipy", "torchdiffeq", "flow-matching"], 1e-5, True),
    # onnxruntime calculates in half precision, the program with its weights in single.
    ("ONNX in half precision", of("film-half-torchscript.onnx") + DOUBLE, ["scipy"], 1e-1, True),
]
# Every form of ONNX's inputs: with the steps given, and with times that differ from particle to particle, where
# what single precision leaves of an error sets the steps.
ROWS += [(f"ONNX, {name}", form(name) + DOUBLE, ["scipy", "torchdiffeq", "diffrax"], 1e-6, True) for name in FORMS]
# Diffusion samplers, whose steps are written out for all; tests/code.rs has their settings.
SAMPLERS = ["ddim", "dpm-solver-2", "dpmpp-sde", "edm-heun", "dpmpp-2m", "dpmpp-3m", "unipc-3", "deis-3", "lms-4", "ipndm", "sa-solver"]
DOUBLE_STEPS = FIXED + ["sampler.precision=f64"]
ROWS += [(name, EXACT + DOUBLE_STEPS + [f"sampler.method={name}", "interpolant.kind=vp"], list(NEEDS), 1e-9, True) for name in SAMPLERS]
ROWS += [
    ("DPM++ 2M, a chain of GVP on VP", of("gelu-noise.safetensors") + DOUBLE_STEPS + ["sampler.method=dpmpp-2m", "interpolant.kind=vp"], THREE, 1e-7, True),
    ("DPM++ 2S, a chain of VP on GVP", VP + DOUBLE_STEPS + ["sampler.method=dpmpp-2s", "interpolant.kind=gvp"], THREE, 2e-5, True),
]
ROWS += [
    (f"ONNX, {name}, adaptive", form(name) + ["sampler.rtol=1e-4", "sampler.atol=1e-5", "sampler.precision=f64"], ["diffusers", "diffrax"], 1e-3, False)
    for name in FORMS
]
# Noisy scenes: the law of the end points, by mean and standard deviation of 2,000 of them.
NOISY = [
    ("sigma", EXACT + ["diffusion.form=sigma", "sampler.steps=40"]),
    ("SBDM by Heun", EXACT + ["diffusion.form=sbdm", "diffusion.scheme=heun", "sampler.steps=60", "diffusion.last_step=euler"]),
    ("SRA1", EXACT + ["diffusion.form=constant", "diffusion.scheme=sra1", "sampler.steps=40", "diffusion.last_step=tweedie"]),
    ("sigma, a chain", of("gelu-noise.safetensors") + ["diffusion.form=sigma", "sampler.steps=40"]),
    ("DPM++ SDE", EXACT + FIXED + ["sampler.method=dpmpp-sde", "sampler.eta=1"]),
    ("SA-Solver", EXACT + FIXED + ["sampler.method=sa-solver", "sampler.tau=1"]),
    ("ER-SDE", EXACT + FIXED + ["sampler.method=er-sde"]),
    ("linear diffusion", ["direction=noise", "data.name=rings", "sampler.steps=50"]),
]
STARTS = "x,y\n" + "".join(f"{x},{y}\n" for x, y in [(-1.5, 0.25), (0.4, -0.9), (1.1, 1.3), (0.05, 0.6), (-0.7, -1.8), (2.1, -0.2)])


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))[:200]}: {done.stderr.strip()[-1500:]}")
    return done


def points(text):
    return [(float(row["x"]), float(row["y"])) for row in csv.DictReader(text.splitlines())]


def evaluations(text):
    """The least, mean and most evaluations of a script's last words."""
    words = [line for line in text.splitlines() if line.startswith("evaluations:")][-1]
    return [float(part.split()[-1]) for part in words.removeprefix("evaluations:").split(",")]


def script(program, folder, settings, target):
    command = [program, "code", "--for", target]
    command += [f"--set={setting}" for setting in settings]
    learned = not any(s.startswith(("field.kind", "direction=noise")) for s in settings)
    if learned:
        ending = "onnx" if any(setting.endswith(".onnx") for setting in settings) else "safetensors"
        command += ["--model", str(folder / f"m.{ending}")]
    path = folder / "script.py"
    path.write_text(run(command).stdout)
    return path


def made(program, folder, settings):
    """The settings, with the network that one of them asks for made."""
    done = []
    for setting in settings:
        key, _, value = setting.partition("=")
        how, _, what = value.partition(":")
        if key == "field.model" and how == "trained":
            path = folder / "trained.safetensors"
            run([program, "train", "--data", "two-moons", "--interpolant", what, "--steps", "300", "--hidden", "32", "--out", path])
            setting = f"{key}={path}"
        elif key == "field.model" and how == "form":
            path = folder / f"{what}.onnx"
            make(what, path)
            setting = f"{key}={path}"
        done.append(setting)
    return done


def lacks(settings):
    """What a row needs beside its target's libraries and is not installed."""
    models = " ".join(setting for setting in settings if setting.startswith("field.model="))
    needed = {"safetensors": ".safetensors", "onnxruntime": ".onnx", "onnx": "=form:"}
    if "=form:" in models:
        models += ".onnx"
    return [name for name, mark in needed.items() if mark in models and not importlib.util.find_spec(name)]


def compare(program, folder, settings, target):
    """How far the script's end points are from the program's, and the evaluations of both."""
    settings = made(program, folder, settings)
    (folder / "starts.csv").write_text(STARTS)
    ours = [program, "sample", "--init", str(folder / "starts.csv"), "--out", str(folder / "out")]
    run(ours + [f"--set={setting}" for setting in settings])
    theirs = run([sys.executable, script(program, folder, settings, target), "--starts", str(folder / "starts.csv")])
    wanted = points((folder / "out" / "samples.csv").read_text())
    found = points(theirs.stdout)
    assert len(found) == len(wanted), f"{len(found)} end points, not {len(wanted)}"
    apart = max(abs(a - b) for one, other in zip(found, wanted) for a, b in zip(one, other))
    nfe = json.loads((folder / "out" / "summary.json").read_text())["nfe"]
    return apart, [nfe["min"], nfe["mean"], nfe["max"]], evaluations(theirs.stderr)


def moments(found):
    count = len(found)
    mean = [sum(point[d] for point in found) / count for d in (0, 1)]
    return mean + [(sum((point[d] - mean[d]) ** 2 for point in found) / count) ** 0.5 for d in (0, 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--only", help="this target alone")
    parser.add_argument("--name", help="rows whose name has this in it")
    args = parser.parse_args()
    there = {name for name, needs in NEEDS.items() if all(importlib.util.find_spec(need) for need in needs)}
    for name in sorted(set(NEEDS) - there):
        print(f"{name}: left out, since not all of {', '.join(NEEDS[name])} are installed")
    wanted = there if args.only is None else there & {args.only}
    wrong = done = 0
    for name, settings, targets, within, equal in ROWS:
        if args.name and args.name not in name:
            continue
        if lacks(settings):
            print(f"{name}: left out, since {', '.join(lacks(settings))} is not installed")
            continue
        for target in [target for target in targets if target in wanted]:
            with tempfile.TemporaryDirectory() as folder:
                done += 1
                try:
                    apart, ours, theirs = compare(args.program, Path(folder), settings, target)
                except Exception as error:
                    wrong += 1
                    print(f"FAILED  {name}, {target}: {error}", flush=True)
                    continue
                same = all(abs(a - b) < 0.01 for a, b in zip(ours, theirs))
                good = apart <= within and (same or not equal)
                wrong += not good
                words = f"{apart:.1e} apart, evaluations {theirs} against {ours}"
                print(f"{'ok    ' if good else 'WRONG '}  {name}, {target}: {words}", flush=True)
    for name, settings in NOISY:
        if args.name and args.name not in name:
            continue
        if lacks(settings):
            print(f"{name}: left out, since {', '.join(lacks(settings))} is not installed")
            continue
        for target in sorted(wanted):
            with tempfile.TemporaryDirectory() as folder:
                done += 1
                folder = Path(folder)
                try:
                    ours = [args.program, "sample", "--out", str(folder / "out"), "--set=particles.count=2000"]
                    run(ours + [f"--set={setting}" for setting in settings])
                    theirs = run([sys.executable, script(args.program, folder, settings, target), "--count", "2000"])
                except Exception as error:
                    wrong += 1
                    print(f"FAILED  {name}, {target}: {error}", flush=True)
                    continue
                pair = [moments(points(text)) for text in (theirs.stdout, (folder / "out" / "samples.csv").read_text())]
                apart = max(abs(a - b) for a, b in zip(*pair))
                # Five standard errors of the difference of two means of values spread by 1.5.
                good = apart < 5 * 1.5 * (2 / 2000) ** 0.5
                wrong += not good
                print(f"{'ok    ' if good else 'WRONG '}  {name}, {target}: moments {apart:.2f} apart", flush=True)
    print(f"{done} runs, {wrong} wrong")
    sys.exit(1 if wrong or not done else 0)


if __name__ == "__main__":
    main()
