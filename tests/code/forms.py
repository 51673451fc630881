"""ONNX networks of every form of input that `driftscope` takes, made by hand for `check.py`.

Each is a velocity on the linear path; what differs is how its time comes in. Made with the package `onnx`.
"""

import numpy as np

# As ONNX numbers its types.
F32, I64 = 1, 7
WEIGHT = np.array([[0.9, -0.4], [0.3, 0.8]])
STATED = {"prediction": "velocity", "interpolant": "linear", "time": "t"}

# Name: the points' shape and type, the time's shape and type (none where it is a third column), statements.
FORMS = {
    "scalar": ((["n", 2], F32), ([], F32), {}),
    "single": ((["n", 2], F32), ([1], F32), {}),
    "together": ((["n", 3], F32), None, {}),
    "batch-of-4": (([4, 2], F32), ([4, 1], F32), {}),
    "batch-of-4-scalar": (([4, 2], F32), ([], F32), {}),
    "whole": ((["n", 2], F32), (["n", 1], I64), {"time": "index"}),
}


def make(name, path):
    """Writes tanh(x W) (1 + t), or tanh((x, t) W) where both come together."""
    from onnx import helper, numpy_helper, save

    (shape, kind), time, stated = FORMS[name]
    weight = WEIGHT if time else np.vstack([WEIGHT, [[0.5, -0.6]]])
    given = [helper.make_tensor_value_info("x", kind, shape)]
    nodes = [helper.make_node("MatMul", ["x", "w"], ["h"])]
    if time is None:
        nodes.append(helper.make_node("Tanh", ["h"], ["out"]))
    else:
        given.append(helper.make_tensor_value_info("t", time[1], time[0]))
        nodes += [
            helper.make_node("Tanh", ["h"], ["s"]),
            helper.make_node("Cast", ["t"], ["number"], to=kind),
            helper.make_node("Mul", ["number", "rate"], ["scaled"]),
            helper.make_node("Add", ["scaled", "one"], ["factor"]),
            helper.make_node("Mul", ["s", "factor"], ["out"]),
        ]
    rate = 0.001 if stated.get("time") == "index" else 1.0
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    constants = {"w": weight} if time is None else {"w": weight, "rate": np.array(rate), "one": np.array(1.0)}
    graph = helper.make_graph(
        nodes, "network", given, [helper.make_tensor_value_info("out", kind, [shape[0], 2])],
        initializer=[numpy_helper.from_array(value.astype(dtype), key) for key, value in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    for key, value in (STATED | stated).items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    save(model, path)
