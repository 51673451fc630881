def velocity_and_score(t, x):
    """Velocity and score at time t, a number or a column [n, 1], of the points x [n, 2].

    The network was trained on another path. Both are noise levels of the same data: the point is taken to
    the time of equal alpha / sigma there, and its expected data and noise give the velocity here.
    """
    t = scalar(t)
    alpha, d_alpha, sigma, d_sigma, _ = coefficients(t)
    there = lib.clip(time_of_level(alpha, sigma), 0.0, None)
    a, d_a, s, d_s, _ = trained_coefficients(there)
    y = x * ((a + s) / (alpha + sigma))
    v = network(there, y)
    determinant = a * d_s - s * d_a
    data = (d_s * y - s * v) / determinant
    noise = (a * v - d_a * y) / determinant
    return d_alpha * data + d_sigma * noise, -noise / sigma


def velocity(t, x):
    """The velocity alone."""
    return velocity_and_score(t, x)[0]
