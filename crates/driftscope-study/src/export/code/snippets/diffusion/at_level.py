def at_level(k, scaled):
    """E[x1 | x] and E[x0 | x] where the level sigma / alpha is k and the point over alpha `scaled`."""
    time = TIME
    alpha, sigma = level(time)
    data = expected_data(time, alpha * scaled)
    return data, alpha * (scaled - data) / sigma
