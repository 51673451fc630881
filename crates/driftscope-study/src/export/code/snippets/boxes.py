def along_axis(x, low, high, alpha, sigma):
    """One axis of a uniform box: the log of its share, E[x1 | x] and E[x0 | x]."""
    middle = (x - 0.5 * alpha * (low + high)) / sigma
    width = alpha * (high - low) / sigma + 0.0 * middle
    below, above = middle - 0.5 * width, middle + 0.5 * width
    # In the lower tail, where logarithms of the normal distribution function are exact.
    flip = middle > 0
    a, b = lib.where(flip, -above, below), lib.where(flip, -below, above)
    narrow = width < 1e-3
    wide = lib.where(narrow, 1.0 + 0.0 * width, width)
    b = lib.where(narrow, a + 1.0, b)
    log_share = log_ndtr(b) + lib.log1p(-lib.exp(log_ndtr(a) - log_ndtr(b)))
    log_root = 0.5 * math.log(2.0 * math.pi)
    noise = lib.exp(-0.5 * a * a - log_share - log_root) - lib.exp(-0.5 * b * b - log_share - log_root)
    noise = lib.where(flip, -noise, noise)
    # A box much narrower than the noise: the first terms of the series.
    noise = lib.where(narrow, middle - middle * width * width / 12.0, noise)
    log_density = lib.where(narrow, -0.5 * middle * middle - log_root, log_share - lib.log(wide))
    shift = lib.where(narrow, middle * width / 12.0, (middle - noise) / wide)
    return log_density, 0.5 * (low + high) + shift * (high - low), noise


def boxes(x, alpha, sigma):
    """For every point and box: the log of its share (a constant left out), E[x1 | x] and E[x0 | x] / sigma."""
    log_x, data_x, noise_x = along_axis(x[:, 0:1], LOWS[:, 0], HIGHS[:, 0], alpha, sigma)
    log_y, data_y, noise_y = along_axis(x[:, 1:2], LOWS[:, 1], HIGHS[:, 1], alpha, sigma)
    log_share = BOX_LOG_WEIGHTS + log_x + log_y + math.log(2.0 * math.pi) - 2.0 * lib.log(lib.zeros_like(log_x) + sigma)
    return log_share, data_x, data_y, noise_x / sigma, noise_y / sigma
