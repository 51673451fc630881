def step(x, data, start, end, fresh):
    """To a level below the end's, split in s = sigma / (alpha + sigma), and fresh noise up to it."""
    (alpha, sigma), (alpha1, sigma1) = start, end
    noise = (x - alpha * data) / sigma
    s, s1 = sigma / (alpha + sigma), sigma1 / (alpha1 + sigma1)
    lower = s1 * (1.0 + (s1 / s - 1.0) * ETA)
    down = lower / (1.0 - lower)
    up = math.sqrt(max((sigma1 / alpha1) ** 2 - down**2, 0.0)) if ETA > 0.0 else 0.0
    return alpha1 * (data + down * noise) + fresh(alpha1 * up)
