def integral_points(k, k1):
    """Levels from k1 to k and their weights: left sums, as published."""
    width = (k - k1) / INTEGRAL_POINTS
    return k1 + width * np.arange(INTEGRAL_POINTS), width
