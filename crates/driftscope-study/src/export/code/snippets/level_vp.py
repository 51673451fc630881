def time_of_level(alpha, sigma):
    """The time at which the path that the network was trained on has this alpha / sigma."""
    ratio = sigma / lib.clip(alpha, 1e-9, None)
    minus_log_alpha = 0.5 * lib.log1p(ratio * ratio)
    root = lib.sqrt(0.05 * 0.05 + 19.9 * minus_log_alpha)
    return 1.0 - 2.0 * minus_log_alpha / (0.05 + root)
