#!/usr/bin/env python3
"""The workloads of `driftscope bench` here, under torchdiffeq (PyTorch) and under diffrax (JAX), in
alternation on this machine, so that a machine that is slow for a while is slow for all.

    pip install torch torchdiffeq jax diffrax equinox numpy
    cargo build --release
    python benches/peers.py target/release/driftscope 1 512 2048 10000 100000

Two threads, the default network as trained, milliseconds, the best of several rounds. PyTorch's network
and loss are compiled, not torchdiffeq's loops; JAX compiles all of a solve and of a training step. Sizes
may be left out (all five), or replaced by the word `training` for that alone. Prints the tables of
docs/performance.md.
"""
import json, os, struct, subprocess, sys, time

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=true intra_op_parallelism_threads=2")
import jax, jax.numpy as jnp, numpy as np, torch

torch.set_num_threads(2)
PROGRAM = sys.argv[1]
SIZES = [int(a) for a in sys.argv[2:] if a != "training"]
if len(sys.argv) == 2:
    SIZES = [1, 512, 2048, 10000, 100000]
ROUNDS = 3
MODEL = os.path.join(os.path.dirname(__file__), "..", "assets", "models", "two-moons.safetensors")


def load(path):
    with open(path, "rb") as f:
        head = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        body = f.read()
    meta = head.pop("__metadata__", {})
    dtypes = {"F32": np.float32, "F64": np.float64}
    tensors = {
        k: np.frombuffer(body[slice(*v["data_offsets"])], dtypes[v["dtype"]]).reshape(v["shape"])
        for k, v in head.items()
    }
    return tensors, meta


tensors, _ = load(MODEL)
layers = sorted({int(k.split(".")[1]) for k in tensors if k.startswith("layers.")})
W = [tensors[f"layers.{i}.weight"] for i in layers]
B = [tensors[f"layers.{i}.bias"] for i in layers]
FREQ = next((v for k, v in tensors.items() if "freq" in k), None)
if FREQ is None:
    FREQ = 0.5 * 32.0 ** (np.arange(32) / 31)
FREQ = FREQ.astype(np.float32).ravel()


def best(run, budget=0.5):
    begun, shortest = time.perf_counter(), float("inf")
    while time.perf_counter() - begun < budget or shortest == float("inf"):
        start = time.perf_counter()
        run()
        shortest = min(shortest, time.perf_counter() - start)
    return 1e3 * shortest


# PyTorch
tW, tB, tF = [torch.tensor(w) for w in W], [torch.tensor(b) for b in B], torch.tensor(FREQ)


@torch.compile
def velocity(t, x):
    phase = t * tF
    features = torch.cat([torch.sin(phase), torch.cos(phase)])
    h = x @ tW[0][:, :2].T + (tB[0] + tW[0][:, 2:] @ features)
    for w, b in zip(tW[1:], tB[1:]):
        h = torch.nn.functional.linear(torch.nn.functional.silu(h), w, b)
    return h


class Net(torch.nn.Module):
    nfe = 0

    def forward(self, t, x):
        self.nfe += 1
        return velocity(t, x)


def torch_cases(n):
    from torchdiffeq import odeint

    net, x0 = Net(), torch.randn(n, 2, generator=torch.Generator().manual_seed(0))
    span = torch.tensor([0.0, 1.0])

    def solve(method, **kw):
        return torch.inference_mode()(lambda: odeint(net, x0, span, method=method, **kw))

    @torch.inference_mode()
    def em():
        x, h = x0, 0.96 / 99
        for k in range(99):
            t = torch.tensor(k * h)
            v = net(t, x)
            s = (t * v - x) / (1 - t)
            d = 1 - float(t)
            x = x + h * (v + d * s) + (2 * d * h) ** 0.5 * torch.randn_like(x)
        t = torch.tensor(0.96)
        v = net(t, x)
        return x + 0.04 * (v + 0.04 * (t * v - x) / (1 - t))

    dopri = solve("dopri5", atol=1e-6, rtol=1e-3)
    net.nfe = 0
    dopri()
    nfe = net.nfe
    return [
        ("Euler 100", "torchdiffeq euler", solve("euler", options={"step_size": 0.01}), 100),
        ("RK4 25", "torchdiffeq rk4", solve("rk4", options={"step_size": 0.04}), 100),
        ("DOPRI5 whole batch", "torchdiffeq dopri5", dopri, nfe),
        ("Euler–Maruyama 100", "PyTorch", em, 100),
    ]


# JAX
jW, jB, jF = [jnp.array(w) for w in W], [jnp.array(b) for b in B], jnp.array(FREQ)


def jnet(t, x, _=None):
    phase = t * jF
    features = jnp.concatenate([jnp.sin(phase), jnp.cos(phase)])
    h = x @ jW[0][:, :2].T + (jB[0] + jW[0][:, 2:] @ features)
    for w, b in zip(jW[1:], jB[1:]):
        h = jax.nn.silu(h) @ w.T + b
    return h


def jax_cases(n):
    import diffrax

    x0 = jnp.array(np.random.default_rng(0).standard_normal((n, 2)), jnp.float32)
    term = diffrax.ODETerm(jnet)

    def fixed(solver, dt):
        return jax.jit(lambda x: diffrax.diffeqsolve(term, solver, 0.0, 1.0, dt, x, max_steps=None).ys)

    control = diffrax.PIDController(rtol=1e-3, atol=1e-6)

    def adaptive(x):
        s = diffrax.diffeqsolve(term, diffrax.Dopri5(), 0.0, 1.0, None, x, stepsize_controller=control, max_steps=None)
        return s.ys, s.stats["num_steps"]

    whole, each = jax.jit(adaptive), jax.jit(jax.vmap(adaptive))

    @jax.jit
    def em(x, key):
        h = 0.96 / 99

        def step(x, k):
            t = k * h
            v = jnet(t, x)
            d = 1 - t
            z = jax.random.normal(jax.random.fold_in(key, k), x.shape)
            return x + h * (v + d * (t * v - x) / (1 - t)) + jnp.sqrt(2 * d * h) * z, None

        x, _ = jax.lax.scan(step, x, jnp.arange(99))
        v = jnet(0.96, x)
        return x + 0.04 * (v + 0.04 * (0.96 * v - x) / 0.04)

    ready = jax.block_until_ready
    euler, rk4 = fixed(diffrax.Euler(), 0.01), fixed(diffrax.Heun(), 0.02)
    nfe_whole = 6 * int(whole(x0)[1][()]) + 2
    nfe_each = 6 * float(np.mean(each(x0)[1])) + 2
    key = jax.random.PRNGKey(0)
    return [
        ("Euler 100", "diffrax Euler", lambda: ready(euler(x0)), 100),
        ("RK4 25", "diffrax Heun, 50 steps", lambda: ready(rk4(x0)), 100),
        ("DOPRI5 whole batch", "diffrax Dopri5", lambda: ready(whole(x0)), nfe_whole),
        ("DOPRI5 per particle", "diffrax Dopri5 under vmap", lambda: ready(each(x0)), nfe_each),
        ("Euler–Maruyama 100", "JAX", lambda: ready(em(x0, key)), 100),
    ]


SIZES_OF_LAYERS = [(66, 128), (128, 128), (128, 128), (128, 2)]


# The default training, or that of a flow map u(x, s, t) by MeanFlow: batch 512, Adam, EMA. A flow map has the
# features of t - s beside those of s; half of a batch has s = t, the other half needs the derivative of u along
# the sample's own velocity.
BATCH, STILL = 512, 256


def layer_sizes(flow_map):
    return [(130 if flow_map else 66, 128), (128, 128), (128, 128), (128, 2)]


def torch_training(flow_map):
    net = torch.nn.ModuleList([torch.nn.Linear(a, b) for a, b in layer_sizes(flow_map)])
    ema = [p.detach().clone() for p in net.parameters()]
    adam = torch.optim.Adam(net.parameters(), lr=2e-3)

    def u(x, *times):
        phases = [t * tF for t in times]
        h = torch.cat([x, *(f(phase) for phase in phases for f in (torch.sin, torch.cos))], 1)
        for i, layer in enumerate(net):
            h = layer(torch.nn.functional.silu(h) if i else h)
        return h

    @torch.compile
    def loss(x1, x0, t):
        return ((u(t * x1 + (1 - t) * x0, t) - (x1 - x0)) ** 2).sum(1).mean()

    @torch.compile
    def loss_of_map(x1, x0, s, lasts):
        x, v = s * x1 + (1 - s) * x0, x1 - x0
        with torch.no_grad():
            at = (x[STILL:], s[STILL:], lasts[STILL:])
            one = torch.ones_like(at[1])
            _, rises = torch.func.jvp(u, at, (v[STILL:], one, -one))
            target = torch.cat([v[:STILL], v[STILL:] + at[2] * rises])
        return ((u(x, s, lasts) - target) ** 2).sum(1).mean()

    def step():
        x1, x0, t = torch.randn(BATCH, 2), torch.randn(BATCH, 2), torch.rand(BATCH, 1)
        adam.zero_grad(set_to_none=True)
        if flow_map:
            lasts = torch.rand(BATCH, 1) * (1 - t)
            lasts[:STILL] = 0
            loss_of_map(x1, x0, t, lasts).backward()
        else:
            loss(x1, x0, t).backward()
        adam.step()
        with torch.no_grad():
            torch._foreach_lerp_(ema, list(net.parameters()), 1e-3)

    return step


def jax_training(flow_map):
    """All of a step in one jitted function."""
    key = jax.random.key(0)
    sizes = layer_sizes(flow_map)
    net = [(jax.random.normal(key, s) * s[0] ** -0.5, jnp.zeros(s[1])) for s in sizes]
    zero = jax.tree.map(jnp.zeros_like, net)
    moved = lambda old, new, decay: jax.tree.map(lambda a, b: decay * a + (1 - decay) * b, old, new)

    def u(net, x, *times):
        phases = [t * jF for t in times]
        h = jnp.concatenate([x, *(f(phase) for phase in phases for f in (jnp.sin, jnp.cos))], 1)
        for i, (weight, bias) in enumerate(net):
            h = (jax.nn.silu(h) if i else h) @ weight + bias
        return h

    def loss(net, x, v, t):
        return ((u(net, x, t) - v) ** 2).sum(1).mean()

    def loss_of_map(net, x, v, s, lasts):
        at = (x[STILL:], s[STILL:], lasts[STILL:])
        one = jnp.ones_like(at[1])
        _, rises = jax.jvp(lambda *at: u(net, *at), at, (v[STILL:], one, -one))
        target = jnp.concatenate([v[:STILL], v[STILL:] + at[2] * rises])
        return ((u(net, x, s, lasts) - jax.lax.stop_gradient(target)) ** 2).sum(1).mean()

    @jax.jit
    def step(state, key):
        net, ema, mean, square, done = state
        key, *keys = jax.random.split(key, 5)
        x1, x0 = (jax.random.normal(k, (BATCH, 2)) for k in keys[:2])
        t = jax.random.uniform(keys[2], (BATCH, 1))
        x, v = t * x1 + (1 - t) * x0, x1 - x0
        if flow_map:
            lasts = (jax.random.uniform(keys[3], (BATCH, 1)) * (1 - t)).at[:STILL].set(0)
            gradient = jax.grad(loss_of_map)(net, x, v, t, lasts)
        else:
            gradient = jax.grad(loss)(net, x, v, t)
        done = done + 1
        mean = moved(mean, gradient, 0.9)
        square = moved(square, jax.tree.map(jnp.square, gradient), 0.999)
        rate = 2e-3 * jnp.sqrt(1 - 0.999**done) / (1 - 0.9**done)
        change = lambda p, m, s: p - rate * m / (jnp.sqrt(s) + 1e-8)
        net = jax.tree.map(change, net, mean, square)
        return (net, moved(ema, net, 0.999), mean, square, done), key

    kept = [(net, net, zero, zero, 0.0), key]

    def run():
        kept[:] = step(*kept)
        kept[0][4].block_until_ready()

    return run


def rate(step, seconds=2):
    """Steps per second."""
    begun, n = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        step()
        n += 1
    return n / (time.perf_counter() - begun)


def ours(*arguments):
    command = [PROGRAM, "bench", "--json", "--only", *arguments]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


print(f"torch {torch.__version__}, jax {jax.__version__}; the best of {ROUNDS} rounds")
if SIZES:
    print("| solver | particles | ms here | of gemm | ms there | times as fast |")
    print("| --- | --- | --- | --- | --- | --- |")
gemm = []
for n in SIZES:
    peers = torch_cases(n) + jax_cases(n)
    here, there = {}, {}
    for _, _, run, _ in peers:
        run()
    for _ in range(ROUNDS):
        report = ours("solves", "--particles", str(n))
        gemm.append(report["gemm_gflops"])
        for row in report["solves"]:
            name = row["solver"]
            if name not in here or row["milliseconds"] < here[name]["milliseconds"]:
                here[name] = row
        for name, peer, run, nfe in peers:
            there[name, peer] = (min(best(run), there.get((name, peer), (1e9,))[0]), nfe)
    yardstick = max(g["single_thread" if n == 1 else "all_threads"] for g in gemm)
    for name, row in here.items():
        mine, evaluations = row["milliseconds"], row["mean_nfe"]
        # Adaptive whole-batch runs are compared per evaluation, since controllers differ.
        fair = lambda nfe: evaluations / nfe if name == "DOPRI5 whole batch" else 1.0
        rivals = [(ms * fair(nfe), ms, peer) for (of, peer), (ms, nfe) in there.items() if of == name]
        for scaled, ms, peer in sorted(rivals):
            print(
                f"| {name} | {n} | {mine:.3g} | {row['gflops'] / yardstick:.0%} "
                f"| {ms:.3g} ({peer}) | {scaled / mine:.2f} |",
                flush=True,
            )
for threads in ["single_thread", "all_threads"] if gemm else []:
    rates = [g[threads] for g in gemm]
    print(f"gemm, {threads}: {min(rates):.0f} to {max(rates):.0f} GFLOP/s in {len(rates)} measurements")
trainings = {"flow matching": (False, "training"), "MeanFlow": (True, "mean_flow")}
for title, (flow_map, key) in trainings.items():
    peers = {"PyTorch": torch_training(flow_map), "JAX": jax_training(flow_map)}
    for step in peers.values():
        rate(step, 0.5)
    rates = {"here": [], **{name: [] for name in peers}}
    for _ in range(ROUNDS):
        rates["here"].append(ours("training")[f"{key}_steps_per_second"])
        for name, step in peers.items():
            rates[name].append(rate(step))
    for name, of in rates.items():
        print(f"training by {title}, {name}: {min(of):.0f} to {max(of):.0f} steps/s", flush=True)
