def step(x, data, start, end):
    """Heun's rule for x / alpha in the level sigma / alpha, along E[x0 | x]."""
    (alpha, sigma), (alpha1, sigma1) = start, end
    k, k1, noise = sigma / alpha, sigma1 / alpha1, (x - alpha * data) / sigma
    _, noise1 = at_level(k1, data + k1 * noise)
    return alpha1 * (x / alpha + 0.5 * (k1 - k) * (noise + noise1))
