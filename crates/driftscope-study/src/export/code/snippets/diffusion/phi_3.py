def phi_3(h):
    """phi_2(h) / h - 1 / 2, by its series where that loses digits."""
    return -h / 6.0 + h**2 / 24.0 - h**3 / 120.0 if abs(h) < 1e-4 else phi_2(h) / h - 0.5
