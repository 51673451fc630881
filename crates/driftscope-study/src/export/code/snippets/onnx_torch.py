def network(t, x):
    """What the network predicts: PREDICTED."""
    return array(RUN(x.numpy(), t.expand(len(x), 1).numpy()))
