"""Networks of others, made and evaluated by PyTorch, for the tests that open them.

    pip install torch onnx onnxscript safetensors numpy
    python3 tests/models/make_models.py

Writes every model beside this file (safetensors by `safetensors.torch.save_file`, ONNX by both exporters of
`torch.onnx.export`, `dynamo=False` and `dynamo=True`), and `expected.json`: the velocity on a path at a few
points and times, computed here from PyTorch's own output by the formulas in `velocity`, in float64. Every model
is trained for some seconds on two moons as this program has them, so that a check of its convention has
something to find. Writes damaged files as well, into `damaged/`. The versions that made the files are in `expected.json`.
"""

import json
import math
import pathlib
import warnings

import numpy as np
import onnx
import torch
from safetensors.torch import save_file
from torch import nn

HERE = pathlib.Path(__file__).parent
DDPM = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))
warnings.filterwarnings("ignore")


def read_moons():
    """`driftscope data two-moons --count 4000`, rounded."""
    rows = np.loadtxt(HERE / "two-moons.csv", delimiter=",", skiprows=1)
    return torch.tensor(rows, dtype=torch.float32)


def path(name, t):
    """alpha, its derivative, sigma, its derivative at t in [0, 1], float64."""
    t = np.asarray(t, dtype=np.float64)
    if name == "linear":
        return t, np.ones_like(t), 1 - t, -np.ones_like(t)
    if name == "gvp":
        a = np.pi * t / 2
        return np.sin(a), np.pi / 2 * np.cos(a), np.cos(a), -np.pi / 2 * np.sin(a)
    u = 1 - t
    level = -0.25 * u * u * 19.9 - 0.5 * u * 0.1
    beta = 0.1 + 19.9 * u
    alpha = np.exp(level)
    sigma = np.sqrt(-np.expm1(2 * level))
    return alpha, alpha * beta / 2, sigma, -alpha * alpha * beta / 2 / sigma


def time_of_ratio(name, ratio):
    """The t of a path at sigma/alpha = ratio."""
    if name == "linear":
        return 1 / (1 + ratio)
    if name == "gvp":
        return np.arctan2(1.0, ratio) * 2 / np.pi
    minus = 0.5 * np.log1p(ratio * ratio)
    # 19.9/4 u^2 + 0.1/2 u = minus
    u = (-0.05 + np.sqrt(0.05**2 + 19.9 * minus)) / (19.9 / 2)
    return 1 - u


class Convention:
    """What a network takes and gives. Times are given by sigma/alpha."""

    def __init__(self, prediction, interpolant, time, scale=1.0, shift=(0.0, 0.0), towards=None, sigma_data=0.5,
                 time_scale=1.0):
        self.prediction, self.interpolant, self.time = prediction, interpolant, time
        self.scale, self.shift, self.sigma_data, self.time_scale = scale, np.array(shift), sigma_data, time_scale
        self.towards = towards or ("noise" if time == "1-t" else "data")

    def metadata(self):
        stated = {"prediction": self.prediction}
        if self.prediction == "edm":
            stated["sigma_data"] = str(self.sigma_data)
        else:
            stated |= {"interpolant": self.interpolant, "time": self.time}
        if self.prediction == "velocity":
            stated["velocity_towards"] = self.towards
        if self.scale != 1.0:
            stated["scale"] = str(self.scale)
        if any(self.shift != 0.0):
            stated["shift"] = " ".join(str(x) for x in self.shift)
        if self.time_scale != 1.0:
            stated["time_scale"] = str(self.time_scale)
        return stated

    def level(self, ratio):
        """alpha, d_alpha, sigma, d_sigma, the network's time."""
        ratio = np.asarray(ratio, dtype=np.float64)
        if self.prediction == "edm" or self.interpolant == "ve":
            one = np.ones_like(ratio)
            times = {"log-snr": -2 * np.log(ratio), "sigma": ratio}
            time = np.log(ratio) / 4 if self.prediction == "edm" else times[self.time]
            return one, 0 * one, ratio, one, self.time_scale * time
        t = time_of_ratio(self.interpolant, ratio)
        if self.time == "index" and self.interpolant == "vp":
            # Between DDPM's levels the logarithm of sigma/alpha is interpolated.
            table = 0.5 * np.log(1 / DDPM - 1)
            index = np.interp(np.log(ratio), table, np.arange(1000))
        else:
            index = 1000 * (1 - t)
        times = {"t": t, "1-t": 1 - t, "index": index, "sigma": ratio, "log-snr": -2 * np.log(ratio)}
        return *path(self.interpolant, t), self.time_scale * times[self.time]

    def target(self, x0, x1, ratio):
        """The network's point and what it should give there, from noise x0 and data x1 (torch)."""
        alpha, d_alpha, sigma, d_sigma, time = (
            torch.tensor(v, dtype=torch.float32)[:, None] for v in self.level(ratio))
        z = (x1 - torch.tensor(self.shift, dtype=torch.float32)) / self.scale
        x = alpha * z + sigma * x0
        if self.prediction == "edm":
            total = sigma**2 + self.sigma_data**2
            skip, out = self.sigma_data**2 / total, sigma * self.sigma_data / total.sqrt()
            return x / total.sqrt(), (z - skip * x) / out, time[:, 0]
        sign = -1.0 if self.towards == "noise" else 1.0
        y = {"velocity": sign * (d_alpha * z + d_sigma * x0), "data": z, "noise": x0, "score": -x0 / sigma}
        return x, y[self.prediction], time[:, 0]

    def weight(self, ratio):
        """Evens out the score's loss."""
        sigma = torch.tensor(self.level(ratio)[2], dtype=torch.float32)[:, None]
        return sigma**2 if self.prediction == "score" else torch.ones_like(sigma)

    def velocity(self, network, to, t, points):
        """The velocity at t on the path `to`: alpha' E[x1|x] + sigma' E[x0|x]."""
        a, da, s, ds = path(to, np.full(len(points), t))
        # In the network's data the noise is larger by 1/scale against them.
        alpha, d_alpha, sigma, d_sigma, time = self.level(s / (a * self.scale))
        z = points / a[:, None] * alpha[:, None] / self.scale - alpha[:, None] * self.shift / self.scale
        alpha, d_alpha, sigma, d_sigma = (v[:, None] for v in (alpha, d_alpha, sigma, d_sigma))
        if self.prediction == "edm":
            total = sigma**2 + self.sigma_data**2
            h = network(z / np.sqrt(total), time)
            data = self.sigma_data**2 / total * z + sigma * self.sigma_data / np.sqrt(total) * h
            noise = (z - data) / sigma
        else:
            h = network(z, time)
            if self.prediction == "velocity":
                h = -h if self.towards == "noise" else h
                w = d_alpha * sigma - alpha * d_sigma
                data, noise = (sigma * h - d_sigma * z) / w, (d_alpha * z - alpha * h) / w
            elif self.prediction == "data":
                data, noise = h, (z - alpha * h) / sigma
            else:
                noise = h if self.prediction == "noise" else -sigma * h
                data = (z - sigma * noise) / alpha
        return da[:, None] * (self.scale * data + self.shift) + ds[:, None] * noise


class Chain(nn.Module):
    """Linear layers with an activation between, as a Sequential called `net`."""

    def __init__(self, activation, inputs, hidden=24, dropout=False):
        super().__init__()
        gap = [nn.Dropout(0.0)] if dropout else []
        self.net = nn.Sequential(
            nn.Linear(inputs, hidden), activation(), *gap, nn.Linear(hidden, hidden), activation(), *gap,
            nn.Linear(hidden, 2))

    def features(self, t):
        return t[:, None]

    def forward(self, x, t):
        return self.net(torch.cat([x, self.features(t)], 1))


class Waves(Chain):
    """The same with sines and cosines of the time."""

    def __init__(self, activation, frequencies, cosines_first, **kwargs):
        super().__init__(activation, 2 + 2 * len(frequencies), **kwargs)
        self.cosines_first = cosines_first
        self.register_buffer("frequencies", torch.tensor(frequencies), persistent=False)

    def features(self, t):
        phase = t[:, None] * self.frequencies
        waves = [phase.cos(), phase.sin()] if self.cosines_first else [phase.sin(), phase.cos()]
        return torch.cat(waves, 1)


class Residual(nn.Module):
    def __init__(self, hidden=24):
        super().__init__()
        self.first = nn.Linear(3, hidden)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(hidden), nn.Linear(hidden, hidden), nn.SiLU(), nn.Linear(hidden, hidden))
            for _ in range(2))
        self.last = nn.Linear(hidden, 2)

    def forward(self, x, t):
        h = self.first(torch.cat([x, t[:, None]], 1))
        for block in self.blocks:
            h = h + block(h)
        return self.last(h)


class Normed(nn.Module):
    """LayerNorm after every layer; the time comes as a column."""

    def __init__(self, hidden=24):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(3, hidden), nn.LayerNorm(hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.LayerNorm(hidden),
            nn.GELU(), nn.Linear(hidden, 2))

    def forward(self, sample, timestep):
        return self.net(torch.cat([sample, timestep.reshape(-1, 1)], 1))


class Film(nn.Module):
    """The time scales and shifts the hidden units; it is an index, taken as a whole number or not."""

    def __init__(self, hidden=32):
        super().__init__()
        half = 8
        self.register_buffer("frequencies", torch.exp(-math.log(10000.0) * torch.arange(half) / half))
        self.time = nn.Sequential(nn.Linear(2 * half, hidden), nn.SiLU(), nn.Linear(hidden, 4 * hidden))
        self.first, self.second = nn.Linear(2, hidden), nn.Linear(hidden, hidden)
        self.last = nn.Linear(hidden, 2)

    def forward(self, x, t):
        phase = t[:, None] * self.frequencies
        a, b, c, d = self.time(torch.cat([phase.cos(), phase.sin()], 1)).chunk(4, 1)
        h = torch.nn.functional.silu(self.first(x) * (1 + a) + b)
        h = torch.nn.functional.silu(self.second(h) * (1 + c) + d)
        return self.last(h)


def frequencies(count):
    return [0.5 * 32 ** (i / (count - 1)) for i in range(count)]


def train(network, convention, seed, steps=2500, batch=256):
    generator = torch.Generator().manual_seed(seed)
    data = read_moons()
    optimiser = torch.optim.Adam(network.parameters(), lr=4e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    network.train()
    for _ in range(steps):
        x1 = data[torch.randint(len(data), (batch,), generator=generator)]
        x0 = torch.randn(batch, 2, generator=generator)
        u = torch.rand(batch, generator=generator).numpy().astype(np.float64)
        if convention.prediction == "edm" or convention.interpolant == "ve":
            ratio = np.exp(np.log(0.01) + u * np.log(80 / 0.01))
        else:
            t = 0.005 + 0.99 * u
            alpha, _, sigma, _ = path(convention.interpolant, t)
            ratio = sigma / alpha
        x, y, time = convention.target(x0, x1, ratio)
        loss = (convention.weight(ratio) * (network(x, time) - y) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    network.eval()
    return loss.item()


def evaluated(network):
    """The network as a function of numpy arrays, in its own precision."""
    dtype = next(network.parameters()).dtype

    def call(x, t):
        with torch.no_grad():
            out = network(torch.tensor(x).to(dtype), torch.tensor(t).to(dtype))
        return out.double().numpy()

    return call


POINTS = np.array([[0.3, -0.7], [1.6, 0.4], [-1.2, 0.9], [0.0, 0.0], [-0.4, -1.5]])
TIMES = [0.1, 0.3, 0.5, 0.8, 0.95]


def damaged():
    """ONNX files that are to be refused, one fault each: tests/models/damaged."""
    from onnx import TensorProto, helper, numpy_helper

    folder = HERE / "damaged"
    folder.mkdir(exist_ok=True)
    stated = {"prediction": "velocity", "interpolant": "linear", "time": "t"}
    f32, i64 = TensorProto.FLOAT, TensorProto.INT64

    def weight(name="w", shape=(2, 2), value=0.5):
        return numpy_helper.from_array(np.full(shape, value, dtype=np.float32), name)

    def sizes(*values):
        return numpy_helper.from_array(np.array(values, dtype=np.int64), "sizes")

    def write(name, nodes, initializers=(), inputs=None, outputs=("out",), metadata=stated, change=None):
        inputs = inputs or [("x", f32, ["n", 2]), ("t", f32, ["n"])]
        graph = helper.make_graph(
            nodes, "network", [helper.make_tensor_value_info(*given) for given in inputs],
            [helper.make_tensor_value_info(out, f32, None) for out in outputs], initializer=list(initializers))
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        for key, value in metadata.items():
            entry = model.metadata_props.add()
            entry.key, entry.value = key, value
        if change:
            change(model)
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString())

    multiply = helper.make_node("MatMul", ["x", "w"], ["out"])
    # As the others, without a fault but for the time, which it does not use.
    write("sound", [multiply], [weight()])
    write("unknown-operator", [helper.make_node("Frobnicate", ["x"], ["out"])])
    write("nan-weight", [multiply], [weight(value=np.nan)])
    write("wrong-widths", [multiply], [weight(shape=(3, 2))])
    write("three-outputs", [multiply], [weight(shape=(2, 3))])
    write("no-operators", [])
    write("huge-constant", [helper.make_node("ConstantOfShape", ["sizes"], ["big"]),
                            helper.make_node("Add", ["x", "big"], ["out"])], [sizes(1 << 40, 1 << 20)])
    write("huge-tile", [helper.make_node("Tile", ["x", "sizes"], ["out"])], [sizes(1 << 30, 1)])
    write("missing-input", [helper.make_node("MatMul", ["y", "w"], ["out"])], [weight()])
    write("missing-output", [multiply], [weight()], outputs=("nothing",))
    write("one-input", [multiply], [weight()], inputs=[("x", f32, ["n", 2])])
    write("three-inputs", [multiply], [weight()],
          inputs=[("x", f32, ["n", 2]), ("t", f32, ["n"]), ("label", i64, ["n"])])
    write("pictures", [helper.make_node("Identity", ["x"], ["out"])],
          inputs=[("x", f32, ["n", 3, 8, 8]), ("t", f32, ["n"])])
    write("no-statement", [multiply], [weight()], metadata={})
    write("wrong-statement", [multiply], [weight()], metadata=stated | {"time": "seconds"})
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Identity", ["v"], ["next"])], "body",
        [helper.make_tensor_value_info("i", i64, []), helper.make_tensor_value_info("go", TensorProto.BOOL, []),
         helper.make_tensor_value_info("v", f32, None)],
        [helper.make_tensor_value_info("on", TensorProto.BOOL, []), helper.make_tensor_value_info("next", f32, None)])
    write("endless-loop", [helper.make_node("Loop", ["", "", "x"], ["out"], body=body)])

    def longer(model):
        model.graph.initializer[0].dims[0] = 1 << 45

    def shorter(model):
        model.graph.initializer[0].raw_data = model.graph.initializer[0].raw_data[:7]

    def elsewhere(model):
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        entry = tensor.external_data.add()
        entry.key, entry.value = "location", "../../../etc/passwd"

    write("huge-weight", [multiply], [weight()], change=longer)
    write("short-weight", [multiply], [weight()], change=shorter)
    write("weights-elsewhere", [multiply], [weight()], change=elsewhere)
    write("infinite", [helper.make_node("Div", ["x", "zero"], ["out"])],
          [numpy_helper.from_array(np.zeros((1, 2), dtype=np.float32), "zero")])

    # Small files that would make a great deal: what each operator is asked for follows from those before.
    def chain(operator, count, first="x", **attributes):
        names = [first] + [f"v{i}" for i in range(1, count)] + ["out"]
        return [helper.make_node(operator, [a] * 2, [b], **attributes) for a, b in zip(names, names[1:])]

    def named(name, *values):
        return numpy_helper.from_array(np.array(values, dtype=np.int64), name)

    node = helper.make_node
    write("doubled", chain("Concat", 40, axis=0))
    write("outer", [node("Reshape", ["x", "tall"], ["a"]), node("Reshape", ["x", "wide"], ["b"]),
                    node("MatMul", ["a", "b"], ["c"]), node("Reshape", ["c", "tall"], ["d"]),
                    node("Reshape", ["c", "wide"], ["e"]), node("MatMul", ["d", "e"], ["out"])],
          [named("tall", -1, 1), named("wide", 1, -1)])
    write("computed-size", [node("Mul", ["s", "s"], ["b"]), node("Mul", ["b", "b"], ["c"]),
                            node("ConstantOfShape", ["c"], ["big"]), node("Add", ["x", "big"], ["out"])],
          [named("s", 3000, 3000)])
    write("size-of-points", [node("Cast", ["x"], ["size"], to=i64), node("Reshape", ["size", "flat"], ["sizes"]),
                             node("ConstantOfShape", ["sizes"], ["out"])], [named("flat", -1)])
    write("long-range", [node("Range", ["from", "to", "by"], ["long"]), node("Cast", ["long"], ["out"], to=f32)],
          [numpy_helper.from_array(np.array(value, dtype=np.int64), name)
           for name, value in (("from", -(1 << 31)), ("to", 1 << 19), ("by", 1))])
    write("deep", chain("Add", 1_100))
    write("no-batch", [multiply], [weight()], inputs=[("x", f32, [0, 2]), ("t", f32, ["n"])])
    write("huge-batch", [multiply], [weight()], inputs=[("x", f32, [1 << 40, 2]), ("t", f32, ["n"])])
    write("given-twice", [multiply, node("Identity", ["x"], ["out"])], [weight()])


def main():
    silu, relu, tanh, softplus, gelu = nn.SiLU, nn.ReLU, nn.Tanh, nn.Softplus, nn.GELU
    gelu_tanh = lambda: nn.GELU(approximate="tanh")
    waves = frequencies(8)
    # name, network, convention, file, further statements
    models = [
        ("silu-velocity", Waves(silu, waves, False), Convention("velocity", "linear", "t"), "safetensors",
         {"activation": "silu", "time_features": "sin-cos"}),
        ("gelu-noise", Waves(gelu, waves, True, dropout=True), Convention("noise", "gvp", "t"), "safetensors",
         {"activation": "gelu", "time_features": "cos-sin"}),
        ("gelu-tanh-data", Chain(gelu_tanh, 3, dropout=True), Convention("data", "linear", "1-t"), "safetensors",
         {"activation": "gelu-tanh"}),
        ("relu-reversed-half", Chain(relu, 3, hidden=32), Convention("velocity", "linear", "1-t"), "safetensors",
         {"activation": "relu"}),
        ("tanh-edm", Chain(tanh, 3, hidden=32), Convention("edm", "ve", "c_noise", scale=1.4), "safetensors",
         {"activation": "tanh"}),
        ("softplus-score-double", Chain(softplus, 3, hidden=32),
         Convention("score", "vp", "log-snr", time_scale=0.1), "safetensors", {"activation": "softplus"}),
        ("residual-torchscript", Residual(), Convention("velocity", "gvp", "t"), "torchscript", {}),
        ("layernorm-dynamo", Normed(), Convention("noise", "vp", "index", time_scale=0.001, scale=0.8,
                                                  shift=(0.2, -0.1)), "dynamo", {}),
        ("film-dynamo", Film(), Convention("noise", "vp", "index"), "dynamo", {}),
        ("film-half-torchscript", Film(), Convention("data", "ve", "sigma"), "torchscript", {}),
    ]
    expected = {"made_by": f"PyTorch {torch.__version__}, onnx {onnx.__version__}", "times": TIMES,
                "points": POINTS.tolist(), "models": {}}
    for seed, (name, network, convention, kind, stated) in enumerate(models):
        torch.manual_seed(seed)
        for module in network.modules():
            if isinstance(module, nn.Linear):
                module.reset_parameters()
        loss = train(network, convention, seed)
        half, double = "half" in name, "double" in name
        stated = convention.metadata() | stated
        file = f"{name}.safetensors" if kind == "safetensors" else f"{name}.onnx"
        if kind == "safetensors":
            weights = {k: v.half() if half else v.double() if double else v.clone()
                       for k, v in network.state_dict().items()}
            beside = name == "relu-reversed-half"
            save_file(weights, HERE / file, metadata={"format": "pt"} if beside else stated)
            if beside:
                lines = [f'{key} = "{value}"' for key, value in stated.items()]
                (HERE / f"{name}.toml").write_text("\n".join(lines) + "\n")
        else:
            export(network, HERE / file, kind, stated, half)
        if half:
            # What the weights are in the file, evaluated in single precision: CPUs differ in half.
            network.half().float()
        if double:
            network.double()
        call = evaluated(network)
        values = {to: [convention.velocity(call, to, t, POINTS).tolist() for t in TIMES]
                  for to in ["linear", "gvp", "vp"]}
        expected["models"][name] = {"file": file, "velocity": values}
        print(f"{name}: loss {loss:.4f}, {(HERE / file).stat().st_size} bytes")
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def export(network, file, kind, stated, half):
    import copy
    network = copy.deepcopy(network)
    dtype = torch.float32
    if half:
        network, dtype = network.half(), torch.float16
    x, t = torch.zeros(4, 2, dtype=dtype), torch.full((4,), 0.5, dtype=dtype)
    names = ["sample", "timestep"] if isinstance(network, Normed) else ["x", "t"]
    if isinstance(network, Normed):
        t = t[:, None]
    if kind == "torchscript":
        torch.onnx.export(network, (x, t), str(file), dynamo=False, input_names=names, output_names=["out"],
                          dynamic_axes={name: {0: "n"} for name in names}, opset_version=17)
    else:
        n = torch.export.Dim("n", min=1, max=65536)
        torch.onnx.export(network, (x, t), str(file), dynamo=True, input_names=names, output_names=["out"],
                          dynamic_shapes=[{0: n}, {0: n}], external_data=False)
    model = onnx.load(file)
    for key, value in stated.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(model, file)


if __name__ == "__main__":
    damaged()
    main()
