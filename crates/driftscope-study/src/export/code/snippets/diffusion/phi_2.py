def phi_2(h):
    """1 - rise(h) / h, by its series where that loses digits."""
    return h / 2.0 - h**2 / 6.0 + h**3 / 24.0 if abs(h) < 1e-4 else 1.0 - rise(h) / h
