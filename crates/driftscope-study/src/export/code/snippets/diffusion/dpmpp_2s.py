def step(x, data, start, end, fresh):
    """E[x1 | x] in the middle of the step in log(alpha / sigma), and ETA of fresh noise."""
    (alpha, sigma), (alpha1, sigma1) = start, end
    k, noise = sigma / alpha, (x - alpha * data) / sigma
    down, up = split(k, sigma1 / alpha1)
    middle = math.sqrt(k * down)
    data, _ = at_level(middle, data + middle * noise)
    return alpha1 * (data + down * (x - alpha * data) / sigma) + fresh(alpha1 * up)
