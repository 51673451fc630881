# log(sigma / alpha) of the 1000 noise levels of DDPM, beta from 1e-4 to 0.02.
LOG_ALPHA = 0.5 * np.cumsum(np.log1p(-np.linspace(1e-4, 0.02, 1000)))
LEVELS = scalar(0.5 * np.log(np.expm1(-2.0 * LOG_ALPHA)))


def index_of(log_ratio):
    """The index of a noise level, linear between those of the table."""
    above = lib.clip(lib.searchsorted(LEVELS, log_ratio), 1, len(LEVELS) - 1)
    low, high = LEVELS[above - 1], LEVELS[above]
    return above - 1 + (log_ratio - low) / (high - low)
