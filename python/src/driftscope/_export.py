"""PyTorch modules as models that the program opens."""

from pathlib import Path

#: Activations by the name of their class in ``torch.nn``, as a file names them.
ACTIVATIONS = {"SiLU": "silu", "ReLU": "relu", "Tanh": "tanh", "Softplus": "softplus"}
#: Layers that change nothing once a network is trained.
SILENT = ("Dropout", "Identity", "Sequential", "ModuleList")


def export(module, path, *, prediction: str, interpolant: str = "linear", time: str = "t", **said) -> Path:
    """Writes a PyTorch module as safetensors or ONNX, whichever ``path`` ends in.

    Args:
        module: for ``.onnx`` any module that is called with points of shape (n, 2) and times of shape (n,) or
            (n, 1), or with both side by side, (n, 3); for ``.safetensors`` a chain of linear layers with one
            activation between them.
        path: the file.
        prediction: ``velocity``, ``data``, ``noise``, ``score`` or ``edm``.
        interpolant: ``linear``, ``gvp``, ``vp`` or ``ve``.
        time: what goes in as the time: ``t``, ``1-t``, ``index``, ``sigma``, ``log-snr`` or ``c_noise``.
        said: what else the file is to say, such as ``scale=2.0`` or ``time_features="sin-cos"``; the
            documentation of the program has the table.

    Returns:
        The path.

    Raises:
        ValueError: if the module is none that such a file can hold.
    """
    path = Path(path)
    metadata = {"prediction": prediction, "interpolant": interpolant, "time": time, **said}
    if path.suffix == ".safetensors":
        _safetensors(module, path, metadata)
    elif path.suffix == ".onnx":
        _onnx(module, path, metadata)
    else:
        raise ValueError(f"{path}: a model ends in .safetensors or .onnx")
    return path


def _words(metadata: dict) -> dict:
    """Everything as text: lists with blanks between their items."""

    def word(value):
        return " ".join(str(item) for item in value) if isinstance(value, (list, tuple)) else str(value)

    return {key: word(value) for key, value in metadata.items() if value is not None}


def _safetensors(module, path: Path, metadata: dict) -> None:
    from safetensors.torch import save_file

    activation = _activation_of(module)
    if activation is not None:
        metadata.setdefault("activation", activation)
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in module.state_dict().items()}
    save_file(tensors, str(path), metadata=_words(metadata))


def _activation_of(module):
    """The activation between the linear layers of a chain; none where the module does not say it."""
    found = set()
    for layer in module.modules():
        kind = type(layer).__name__
        if layer is module or kind == "Linear" or kind.startswith(SILENT):
            continue
        if kind == "GELU":
            found.add("gelu-tanh" if layer.approximate == "tanh" else "gelu")
        elif kind in ACTIVATIONS:
            found.add(ACTIVATIONS[kind])
        elif next(layer.parameters(recurse=False), None) is not None:
            raise ValueError(f"a safetensors file holds linear layers alone, and this module has a {kind}: write .onnx")
    if len(found) > 1:
        raise ValueError(f"a chain has one activation, and this module has {', '.join(sorted(found))}: write .onnx")
    return found.pop() if found else None


def _onnx(module, path: Path, metadata: dict) -> None:
    import onnx
    import torch

    was_training = module.training
    module.eval()
    try:
        names, inputs = _inputs_of(module)
        dynamic = {name: {0: "n"} for name in (*names, "out")}
        torch.onnx.export(
            module,
            inputs,
            str(path),
            dynamo=False,
            input_names=list(names),
            output_names=["out"],
            dynamic_axes=dynamic,
            opset_version=17,
        )
    finally:
        module.train(was_training)
    file = onnx.load(str(path))
    for key, value in _words(metadata).items():
        entry = file.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(file, str(path))


def _inputs_of(module):
    """How the module is called: the names of its inputs, and an example of each."""
    import torch

    parameter = next(module.parameters(), None)
    kind = {"dtype": parameter.dtype, "device": parameter.device} if parameter is not None else {}
    points, times = torch.zeros(4, 2, **kind), torch.full((4,), 0.5, **kind)
    ways = [
        (("x", "t"), (points, times)),
        (("x", "t"), (points, times[:, None])),
        (("xt",), (torch.cat([points, times[:, None]], 1),)),
    ]
    with torch.no_grad():
        for names, inputs in ways:
            try:
                out = module(*inputs)
            except (RuntimeError, TypeError, IndexError, ValueError):
                continue
            if getattr(out, "shape", None) == (4, 2):
                return names, inputs
    raise ValueError("the module answers (n, 2) neither to points (n, 2) and times (n,) or (n, 1), nor to (n, 3)")
