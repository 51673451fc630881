class Chain(nn.Module):
    """The network: linear layers with WORD between them."""

    def __init__(self, shapes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(inputs, outputs, dtype=DTYPE) for outputs, inputs in shapes)

    def forward(self, t, x):
FEATURES
        h = torch.cat([FIRST, SECOND], 1)
        for layer in self.layers[:-1]:
            h = layer(h)
            h = ACTIVATION
        return self.layers[-1](h)


def load(path):
    """The network of a safetensors file."""
    tensors = load_file(path)
    chain = Chain([tensors[name + "weight"].shape for name in LAYERS])
    for name, layer in zip(LAYERS, chain.layers):
        weight = tensors[name + "weight"]
        bias = tensors.get(name + "bias", torch.zeros(len(weight)))
        layer.load_state_dict({"weight": weight, "bias": bias})
    return chain.eval()


def network(t, x):
    """What the network predicts: PREDICTED."""
    with torch.no_grad():
        return MODEL(t, x)
