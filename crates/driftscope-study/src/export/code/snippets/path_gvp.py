def coefficients(t):
    """alpha and its derivative, sigma and its derivative, and their product; t = 0 is noise, t = 1 data."""
    half_pi = math.pi / 2
    alpha, sigma = lib.sin(half_pi * t), lib.sin(half_pi * (1.0 - t))
    return alpha, half_pi * sigma, sigma, -half_pi * alpha, -half_pi * alpha * sigma
