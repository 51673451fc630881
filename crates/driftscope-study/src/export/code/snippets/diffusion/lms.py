def noise_weights(levels, k1):
    """Adams-Bashforth on the grid as it is: polynomials in the level k, integrated from the first to k1."""
    length = k1 - levels[0]
    places = [(k - levels[0]) / length for k in levels]
    return length * weights(places, [1.0 / (q + 1) for q in range(len(levels))])
