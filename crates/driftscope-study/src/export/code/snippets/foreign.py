def velocity_and_score(t, x):
    """Velocity and score at time t, a number or a column [n, 1], of the points x [n, 2].

    The network's noise levels are those of the same data: the point is taken to the one of equal
    alpha / sigma there, and the expected data and noise that the network tells of give the velocity here.
    """
    t = scalar(t)
    alpha, d_alpha, sigma, d_sigma, _ = coefficients(t)
    CONVERSION
    return VELOCITY, -noise / lib.clip(s / shrink, 1e-5, None)


def velocity(t, x):
    """The velocity alone."""
    return velocity_and_score(t, x)[0]
