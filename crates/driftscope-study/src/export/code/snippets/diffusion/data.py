def expected_data(t, x):
    """E[x1 | x]: x is alpha E[x1 | x] + sigma E[x0 | x], and its velocity the same of their derivatives."""
    POINT
    alpha, d_alpha, sigma, _, product = (float(c) for c in coefficients(scalar(t)))
    return (product * x - sigma**2 * field(t, x)) / (alpha * product - sigma**2 * d_alpha)
