def step(x, data, start, end, fresh):
    """E[x0 | x] in the middle of the step in log(alpha / sigma), and ETA of fresh noise."""
    (alpha, sigma), (alpha1, sigma1) = start, end
    k, noise = sigma / alpha, (x - alpha * data) / sigma
    down, up = split(k, sigma1 / alpha1)
    middle = math.sqrt(k * down)
    _, noise = at_level(middle, data + middle * noise)
    return alpha1 * (x / alpha + (down - k) * noise) + fresh(alpha1 * up)
