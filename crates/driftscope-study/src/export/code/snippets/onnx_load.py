def load(path):
    """The network of an ONNX file."""
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
