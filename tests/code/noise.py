"""Runs a script of `driftscope code` whose diffusion sampler draws noise, and writes that noise down.

Usage: python tests/code/noise.py SCRIPT STARTS.csv NOISE.csv

The end points go to standard output, and the normals to a table for `driftscope sample --noise`, with which the
program makes the same steps.
"""

import importlib.util
import sys

import numpy as np

make_rng = np.random.default_rng
draws = {}  # Of every step: what it draws, and what the first part shares with the whole, if it has two.


class Recorder:
    """A generator that remembers in which step of `diffusion_steps` a normal is drawn."""

    def __init__(self, seed):
        self.rng = make_rng(seed)

    def standard_normal(self, shape):
        z = self.rng.standard_normal(shape)
        frame, shared = sys._getframe(), None
        while frame.f_code.co_name != "diffusion_steps":
            shared = frame.f_locals.get("shared", shared)
            frame = frame.f_back
        step = frame.f_globals["GRID"].index(frame.f_locals["t1"]) - 1
        draws.setdefault(step, ([], shared))[0].append(z)
        return z


def main():
    script, starts, table = sys.argv[1:]
    spec = importlib.util.spec_from_file_location("script", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    np.random.default_rng = Recorder
    sys.argv = [script, "--starts", starts]
    module.main()
    twice = any(shared is not None for _, shared in draws.values())
    with open(table, "w") as file:
        print("step,particle,draw,zx,zy", file=file)
        for step, (normals, shared) in draws.items():
            if shared is not None:
                # The program's table has the noise of the point in between first.
                whole, own = normals
                normals = [shared * whole + np.sqrt(1.0 - shared**2) * own, whole]
            for draw, z in enumerate(normals, int(twice and shared is None)):
                for particle, (x, y) in enumerate(z):
                    print(f"{step},{particle},{draw},{float(x)!r},{float(y)!r}", file=file)


main()
