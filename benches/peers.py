#!/usr/bin/env python3
"""The workloads of `driftscope bench` under torchdiffeq (PyTorch) and diffrax (JAX), on this machine.

    pip install torch torchdiffeq jax diffrax equinox numpy
    python benches/peers.py assets/models/two-moons.safetensors

Two threads, the default network as trained, milliseconds, best of several runs, compiled where the
peer can compile. Sizes may follow the model's name.
"""
import json, os, struct, sys, time

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=true intra_op_parallelism_threads=2")
import jax, jax.numpy as jnp, numpy as np, torch

torch.set_num_threads(2)
MODEL = sys.argv[1]
SIZES = [int(a) for a in sys.argv[2:]] or [1, 512, 2048, 10000]


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


def best(run, budget=1.0):
    run()
    begun, shortest = time.perf_counter(), float("inf")
    while time.perf_counter() - begun < budget or shortest == float("inf"):
        start = time.perf_counter()
        run()
        shortest = min(shortest, time.perf_counter() - start)
    return 1e3 * shortest


# PyTorch
tW, tB, tF = [torch.tensor(w) for w in W], [torch.tensor(b) for b in B], torch.tensor(FREQ)


class Net(torch.nn.Module):
    nfe = 0

    def forward(self, t, x):
        self.nfe += 1
        phase = t * tF
        features = torch.cat([torch.sin(phase), torch.cos(phase)])
        h = x @ tW[0][:, :2].T + (tB[0] + tW[0][:, 2:] @ features)
        for w, b in zip(tW[1:], tB[1:]):
            h = torch.nn.functional.linear(torch.nn.functional.silu(h), w, b)
        return h


@torch.inference_mode()
def torch_rows(n):
    from torchdiffeq import odeint

    net, x0 = Net(), torch.randn(n, 2, generator=torch.Generator().manual_seed(0))
    span = torch.tensor([0.0, 1.0])

    def solve(method, **kw):
        return lambda: odeint(net, x0, span, method=method, **kw)

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
        ("torch Euler 100", best(solve("euler", options={"step_size": 0.01})), 100),
        ("torch RK4 25", best(solve("rk4", options={"step_size": 0.04})), 100),
        ("torch DOPRI5 whole batch", best(dopri), nfe),
        ("torch Euler–Maruyama 100", best(em), 100),
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


def jax_rows(n):
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
        ("diffrax Euler 100", best(lambda: ready(euler(x0))), 100),
        ("diffrax Heun 50 (100 evaluations)", best(lambda: ready(rk4(x0))), 100),
        ("diffrax DOPRI5 whole batch", best(lambda: ready(whole(x0))), nfe_whole),
        ("diffrax DOPRI5 per particle (vmap)", best(lambda: ready(each(x0))), nfe_each),
        ("JAX Euler–Maruyama 100", best(lambda: ready(em(x0, key))), 100),
    ]


def training():
    """Steps per second of the default training: batch 512, Adam, EMA."""
    sizes = [(66, 128), (128, 128), (128, 128), (128, 2)]
    net = torch.nn.ModuleList([torch.nn.Linear(a, b) for a, b in sizes])
    ema = [p.detach().clone() for p in net.parameters()]
    adam = torch.optim.Adam(net.parameters(), lr=2e-3)

    def step():
        x1, x0, t = torch.randn(512, 2), torch.randn(512, 2), torch.rand(512, 1)
        phase = t * tF
        h = torch.cat([t * x1 + (1 - t) * x0, torch.sin(phase), torch.cos(phase)], 1)
        for i, layer in enumerate(net):
            h = layer(torch.nn.functional.silu(h) if i else h)
        loss = ((h - (x1 - x0)) ** 2).sum(1).mean()
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        with torch.no_grad():
            torch._foreach_lerp_(ema, list(net.parameters()), 1e-3)

    for _ in range(20):
        step()
    begun, n = time.perf_counter(), 0
    while time.perf_counter() - begun < 3:
        step()
        n += 1
    return n / (time.perf_counter() - begun)


print(f"torch {torch.__version__}, jax {jax.__version__}")
for n in SIZES:
    for name, ms, nfe in torch_rows(n) + jax_rows(n):
        print(f"{n:7d}  {name:36s} {ms:9.2f} ms  {nfe:6.1f} evaluations", flush=True)
print(f"training on PyTorch: {training():.0f} steps/s")
