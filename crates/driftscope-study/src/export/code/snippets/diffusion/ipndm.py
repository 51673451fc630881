def noise_weights(levels, k1):
    """Adams-Bashforth's weights of equal steps, whatever the steps are."""
    adams = [[1.0], [1.5, -0.5], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24]]
    return [(k1 - levels[0]) * share for share in adams[len(levels) - 1]]
