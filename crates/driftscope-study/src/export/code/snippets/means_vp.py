def means(t, y, v):
    """E[x1 | y] and E[x0 | y] from the velocity at y on the network's path."""
    alpha, _, sigma, _, _ = coefficients(t)
    noise = sigma * (y - 2.0 / beta(t) * v)
    return (y - sigma * noise) / alpha, noise
