def time_of_level(alpha, sigma):
    """The time at which the path that the network was trained on has this alpha / sigma."""
    return lib.arctan2(alpha, sigma) / (math.pi / 2)
