def posterior(x, alpha, sigma):
    """E[x1 | x] and E[x0 | x] / sigma of every point."""
    PARTS
    shares = softmax(log_share)
    data = lib.stack([(shares * data_x).sum(1), (shares * data_y).sum(1)], 1)
    noise = lib.stack([(shares * noise_x).sum(1), (shares * noise_y).sum(1)], 1)
    return data, noise


def velocity_and_score(t, x):
    """The exact velocity and score at time t, a number or a column [n, 1], of the points x [n, 2]."""
    t = scalar(t)
    alpha, d_alpha, sigma, _, product = coefficients(t)
    data, noise = posterior(x, alpha, sigma)
    return d_alpha * data + product * noise, -noise


def velocity(t, x):
    """The exact velocity."""
    return velocity_and_score(t, x)[0]
