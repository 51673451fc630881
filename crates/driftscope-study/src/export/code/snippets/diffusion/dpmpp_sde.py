def step(x, data, start, end, fresh):
    """E[x1 | x] in the middle of the step in log(alpha / sigma), with ETA of fresh noise there and at the end."""
    (alpha, sigma), (alpha1, sigma1) = start, end
    k, k1, noise = sigma / alpha, sigma1 / alpha1, (x - alpha * data) / sigma
    middle = math.sqrt(k * k1)
    # Brownian motion in k: what the first part shares with the whole.
    shared = math.sqrt((k - middle) / (k - k1))
    whole, own = fresh(float(ETA > 0.0)), fresh(float(ETA > 0.0))
    down, up = split(k, middle)
    first = shared * whole + math.sqrt(1.0 - shared**2) * own
    data, _ = at_level(middle, data + down * noise + up * first)
    down, up = split(k, k1)
    return alpha1 * (data + down * (x - alpha * data) / sigma + up * whole)
