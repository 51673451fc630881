def noise_weights(levels, k1):
    """Twice the noise prediction, less the one before."""
    return [(k1 - levels[0]) * share for share in ([2.0, -1.0] if len(levels) == 2 else [1.0])]
