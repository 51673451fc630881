def beta(t):
    """beta of the variance-preserving SDE: 20 at noise, 0.1 at data."""
    return 0.1 + 19.9 * (1.0 - t)


def coefficients(t):
    """alpha and its derivative, sigma and its derivative, and their product; t = 0 is noise, t = 1 data."""
    u = 1.0 - t
    log_alpha = -0.25 * u * u * 19.9 - 0.5 * u * 0.1
    alpha = lib.exp(log_alpha)
    sigma = lib.sqrt(-lib.expm1(2.0 * log_alpha))
    product = -alpha * alpha * 0.5 * beta(t)
    return alpha, alpha * 0.5 * beta(t), sigma, product / sigma, product
