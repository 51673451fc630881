def coefficients(t):
    """alpha and its derivative, sigma and its derivative, and their product; t = 0 is noise, t = 1 data."""
    return t, 1.0, 1.0 - t, -1.0, t - 1.0
