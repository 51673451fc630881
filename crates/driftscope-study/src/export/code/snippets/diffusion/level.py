def level(t):
    """alpha and sigma at t."""
    # Where a path ends without noise, the slope of sigma, which is not asked for, may be infinite.
    with np.errstate(divide="ignore"):
        alpha, _, sigma, _, _ = coefficients(scalar(t))
    return float(alpha), float(sigma)
