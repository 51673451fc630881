def means(t, y, v):
    """E[x1 | y] and E[x0 | y] from the velocity at y on the network's path."""
    return y + (1.0 - t) * v, y - t * v
