class Network(nn.Module):
    """v(x, t): the point, the sines and the cosines of the time go through linear layers with SiLU between them."""

    def __init__(self, sizes, frequencies):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(inputs, outputs) for outputs, inputs in sizes)
        self.register_buffer("frequencies", frequencies, persistent=False)

    def forward(self, t, x):
        # The phase in double precision, so that the field is smooth in t.
        phase = t * self.frequencies
        times = torch.cat([torch.sin(phase), torch.cos(phase)], -1).to(x.dtype)
        h = torch.cat([x, times.expand(len(x), times.shape[-1])], 1)
        for layer in self.layers[:-1]:
            h = nn.functional.silu(layer(h))
        return self.layers[-1](h)


def load(path):
    """The network of a safetensors file: layers.0.weight [outputs, inputs], layers.0.bias, and so on."""
    tensors = load_file(path)
    with safe_open(path, "pt") as file:
        frequencies = [float(f) for f in file.metadata()["time_frequencies"].split()]
    sizes = [tensors[f"layers.{i}.weight"].shape for i in range(len(tensors) // 2)]
    module = Network(sizes, torch.tensor(frequencies, dtype=torch.float64))
    module.load_state_dict(tensors)
    return module.to(DTYPE).eval()


def network(t, x):
    """The velocity on the path that the network was trained on."""
    with torch.no_grad():
        return MODEL(t, x)
