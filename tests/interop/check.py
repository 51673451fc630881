"""Runs the lines of docs/interop.md against the program, both ways.

Usage: python tests/interop/check.py [PROGRAM]

PROGRAM is `driftscope`, by default the one on the path. Every block of Python in the document is run as it
stands, in a folder of its own: what it writes the program has to open, with the velocities of the module that
was written; what the program writes the block has to read, with the program's velocities. A block whose
libraries are not installed is left out, by name; NumPy and safetensors are needed at least.
"""

import csv
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parent.parent / "docs" / "interop.md"
MODELS = HERE.parent / "models"
POINTS = np.array([[0.3, -0.7], [1.6, 0.4], [-1.2, 0.9], [0.0, 0.0], [-0.4, -1.5]])
TIMES = [0.1, 0.5, 0.9]


def blocks():
    """Language and lines of every fenced block."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)


def block(beginning, language="python"):
    """The one block that has this in it."""
    found = [text for kind, text in blocks() if kind == language and beginning in text]
    assert len(found) == 1, f"{len(found)} blocks of {language} with {beginning!r}"
    return found[0]


def program_velocities(program, model):
    """What the program says of a model file at every point and time."""
    rows = "".join(f"{float(x)!r},{float(y)!r},{t!r}\n" for t in TIMES for x, y in POINTS)
    command = [program, "field", "--points", "-", "--out", "-", "--set", f"field.model={model}"]
    done = subprocess.run(command, input="x,y,t\n" + rows, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr.strip()
    table = list(csv.DictReader(io.StringIO(done.stdout)))
    return np.array([[float(row["vx"]), float(row["vy"])] for row in table])


def agree(found, wanted, within):
    apart = np.abs(np.asarray(found, np.float64) - wanted).max()
    assert apart <= within, f"velocities {apart:.1e} apart"
    assert np.abs(wanted).max() > 0.1, "a network that says nothing"
    return f"velocities {apart:.1e} apart"


def torch_velocities(module):
    import torch

    x = torch.tensor(POINTS, dtype=torch.float32)
    with torch.no_grad():
        return torch.cat([module(x, torch.full((len(x),), t)) for t in TIMES]).numpy()


def torch_module():
    """A network of x and t that no block makes, and its layers."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 32), nn.SiLU(), nn.Linear(32, 32), nn.SiLU(), nn.Linear(32, 2))

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net

        def forward(self, x, t):
            return self.net(torch.cat([x, t[:, None]], 1))

    return Model().eval(), net


def run(text, **names):
    exec(compile(text, str(DOCUMENT), "exec"), names)
    return names


def chain_in(program):
    """A chain of PyTorch's as safetensors."""
    module, net = torch_module()
    run(block("save_file(net.state_dict()"), net=net)
    return agree(torch_velocities(module), program_velocities(program, "flow.safetensors"), 2e-6)


def onnx_in(program, exporter):
    """A module through one of PyTorch's exporters, with its statements in the file."""
    import torch

    module, _ = torch_module()
    names = {"torch": torch, "model": module}
    dynamo = block("dynamo=True")
    # Its first lines make the inputs that the other exporter takes too.
    inputs, _, _ = dynamo.partition("torch.onnx.export")
    run(dynamo if exporter else inputs + block("dynamo=False"), **names)
    run(block("metadata_props"))
    return agree(torch_velocities(module), program_velocities(program, "flow.onnx"), 2e-6)


def without_statements(name):
    """An ONNX file of the tests that says nothing of itself, as flow.onnx."""
    import onnx

    file = onnx.load(MODELS / name)
    del file.metadata_props[:]
    onnx.save(file, "flow.onnx")


def refused(program):
    try:
        program_velocities(program, "flow.onnx")
    except AssertionError as error:
        assert "does not say its `prediction`" in str(error), error
    else:
        raise AssertionError("a file that says nothing of itself is opened")


def statements_in_the_file(program):
    """The statements in an ONNX file, and then the same beside it."""
    without_statements("residual-torchscript.onnx")
    refused(program)
    run(block("metadata_props"))
    inside = program_velocities(program, "flow.onnx")
    without_statements("residual-torchscript.onnx")
    Path("flow.toml").write_text(block("prediction =", "toml"))
    return agree(program_velocities(program, "flow.onnx"), inside, 0.0)


def written(program):
    """The program's own network, as it writes it."""
    command = [program, "code", "--for", "scipy", "--model", "model.safetensors"]
    subprocess.run(command, check=True, capture_output=True)


def torch_out(program):
    """The program's file in PyTorch."""
    import torch

    written(program)
    network = run(block("class Network(nn.Module)"))["network"]
    x = torch.tensor(POINTS, dtype=torch.float32)
    with torch.no_grad():
        found = torch.cat([network(torch.tensor(t), x) for t in TIMES]).numpy()
    return agree(found, program_velocities(program, "model.safetensors"), 1e-5)


def numpy_out(program):
    """The program's file in NumPy."""
    written(program)
    velocity = run(block("import numpy as np"))["velocity"]
    found = np.concatenate([velocity(t, POINTS) for t in TIMES])
    return agree(found, program_velocities(program, "model.safetensors"), 1e-5)


# What is checked, the libraries that it needs, and how.
CHECKS = [
    ("a chain from PyTorch", ["torch", "safetensors"], chain_in),
    ("ONNX by torch.export", ["torch", "onnx", "onnxscript"], lambda program: onnx_in(program, True)),
    ("ONNX by TorchScript", ["torch", "onnx"], lambda program: onnx_in(program, False)),
    ("what an ONNX file is to say", ["onnx"], statements_in_the_file),
    ("the program's file in PyTorch", ["torch", "safetensors"], torch_out),
    ("the program's file in NumPy", ["safetensors"], numpy_out),
]


def main():
    program = shutil.which(sys.argv[1] if len(sys.argv) > 1 else "driftscope")
    assert program, "no program driftscope here; give its path"
    program = str(Path(program).resolve())
    lines = [text for kind, text in blocks() if kind == "python"]
    assert len(lines) == len(CHECKS), f"{len(lines)} blocks of Python, {len(CHECKS)} checks"
    wrong = done = 0
    for name, needs, check in CHECKS:
        lacking = [need for need in needs if not importlib.util.find_spec(need)]
        if lacking:
            print(f"LEFT OUT  {name}: {', '.join(lacking)} is not installed", flush=True)
            continue
        done += 1
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                print(f"ok        {name}: {check(program)}", flush=True)
            except Exception as error:
                wrong += 1
                print(f"WRONG     {name}: {error}", flush=True)
            os.chdir(HERE)
    print(f"{done} of {len(CHECKS)} run, {wrong} wrong")
    sys.exit(1 if wrong or not done else 0)


if __name__ == "__main__":
    main()
