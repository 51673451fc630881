def velocity_and_score(t, x):
    """Velocity and score at time t, a number or a column [n, 1], of the points x [n, 2].

    The network was trained on another path. Both are noise levels of the same data: the point is taken to
    the time of equal alpha / sigma there, and its expected data and noise give the velocity here.
    """
    t = scalar(t)
    alpha, d_alpha, sigma, d_sigma, _ = coefficients(t)
    there = lib.clip(time_of_level(alpha, sigma), 0.0, None)
    a, _, s, _, _ = trained_coefficients(there)
    noisy = sigma > alpha
    y = x * (lib.where(noisy, s, a) / lib.where(noisy, sigma, alpha))
    data, noise = means(there, y, network(there, y))
    return d_alpha * data + d_sigma * noise, -noise / sigma


def velocity(t, x):
    """The velocity alone."""
    return velocity_and_score(t, x)[0]
