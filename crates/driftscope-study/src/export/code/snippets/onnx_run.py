def run(points, times):
    """The network's output at NumPy's points [n, 2] and times [n, 1], in its own precision."""
    return MODEL.run([OUTPUT], {INPUTS})[0]
