def load(path):
    """Weight and bias of every layer of a safetensors file."""
    tensors = load_file(path)
    layers = []
    for name in LAYERS:
        weight = array(tensors[name + "weight"])
        layers.append((weight, array(tensors.get(name + "bias", np.zeros(len(weight))))))
    return layers


def network(t, x):
    """What the network predicts, PREDICTED: linear layers with WORD between them."""
FEATURES
    h = lib.concatenate([FIRST, SECOND], 1)
    for weight, bias in MODEL[:-1]:
        h = h @ weight.T + bias
        h = ACTIVATION
    weight, bias = MODEL[-1]
    return h @ weight.T + bias
