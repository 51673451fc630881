def rise(h):
    """1 - exp(-h)."""
    return -math.expm1(-h)
