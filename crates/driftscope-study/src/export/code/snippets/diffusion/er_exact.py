def integral_points(k, k1):
    """Levels from k1 to k and their weights: Gauss-Legendre in log k, exact to rounding."""
    edges = np.linspace(math.log(k1), math.log(k), max(math.ceil(math.log(k / k1) / 0.5), 1) + 1)
    nodes, weights = np.polynomial.legendre.leggauss(10)
    middles, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * (edges[1] - edges[0])
    levels = np.exp(middles[:, None] + half * nodes)
    return levels, half * weights * levels
