def run_by_time(points, times):
    """The same for points at times of their own: the network takes one time for all."""
    output = np.zeros_like(points)
    for time in np.unique(times):
        at = times[:, 0] == time
        output[at] = RUN(points[at], times[at])
    return output
