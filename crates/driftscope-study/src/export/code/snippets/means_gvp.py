def means(t, y, v):
    """E[x1 | y] and E[x0 | y] from the velocity at y on the network's path."""
    half_pi = math.pi / 2
    alpha, sigma = lib.sin(half_pi * t), lib.sin(half_pi * (1.0 - t))
    return alpha * y + sigma / half_pi * v, sigma * y - alpha / half_pi * v
