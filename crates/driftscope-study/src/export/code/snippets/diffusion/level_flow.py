def total(t):
    """alpha + sigma. The steps are made in x / (alpha + sigma), as if the data were not diminished in it."""
    # Where a path ends without noise, the slope of sigma, which is not asked for, may be infinite.
    with np.errstate(divide="ignore"):
        alpha, _, sigma, _, _ = coefficients(scalar(t))
    return float(alpha + sigma)


def level(t):
    """The shares of data and noise in x1 + s (x0 - x1): 1 and s = sigma / (alpha + sigma)."""
    with np.errstate(divide="ignore"):
        sigma = float(coefficients(scalar(t))[2])
    return 1.0, sigma / total(t)
