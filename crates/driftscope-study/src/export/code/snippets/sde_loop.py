def drift(t, x):
    """v + D s."""
    v, s = field_and_score(t, x)
    return v + diffusion(t) * s


def noisy_steps(x, normal):
    """The noisy steps and the last one; `normal` draws as many standard normals as x has numbers."""
    for t, t1 in zip(GRID[:-1], GRID[1:]):
        h = t1 - t
        g = math.sqrt(2.0 * diffusion(t))
        w = math.sqrt(h) * normal()
STEP
LAST
    return x
