def velocity(t, x):
    """The network's velocity at time t, a number or a column [n, 1], of the points x [n, 2]."""
    t = scalar(t)
    return OUTPUT


def velocity_and_score(t, x):
    """The same with the score, s = -E[x0 | x] / sigma."""
    t = scalar(t)
    alpha, d_alpha, sigma, d_sigma, _ = coefficients(t)
    v = velocity(t, x)
    noise = (alpha * v - d_alpha * x) / (alpha * d_sigma - sigma * d_alpha)
    return v, -noise / sigma
