def step(x, data, start, end, fresh):
    """alpha1 E[x1 | x] + sigma1 E[x0 | x], in which ETA times the noise of q(x1 | x, x_data) is fresh."""
    (alpha, sigma), (alpha1, sigma1) = start, end
    noise = (x - alpha * data) / sigma
    posterior = max(sigma**2 - (alpha / alpha1 * sigma1) ** 2, 0.0)
    drawn = ETA * sigma1 / sigma * math.sqrt(posterior)
    kept = math.sqrt(max(sigma1**2 - drawn**2, 0.0))
    return alpha1 * data + kept * noise + fresh(drawn)
