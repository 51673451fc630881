def split(k, k1):
    """The level that an ancestral step from k = sigma / alpha to k1 arrives at, and its fresh noise."""
    up = min(ETA * k1 * math.sqrt(max(1.0 - (k1 / k) ** 2, 0.0)), k1)
    return math.sqrt(max(k1**2 - up**2, 0.0)), up
