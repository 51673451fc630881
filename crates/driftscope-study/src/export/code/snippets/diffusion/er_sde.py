def noisiness(k):
    """How noisy the SDE is at the level k = sigma / alpha."""
    return k * (np.exp(k**0.3) + 10.0)


def step(x, nodes, start, end, fresh):
    """A step of the extended reverse-time SDE, with the last data predictions extrapolated in the level.
    A node is a level sigma / alpha and the prediction there, the newest first."""
    (alpha, sigma), (alpha1, sigma1) = start, end
    k, k1 = sigma / alpha, sigma1 / alpha1
    ratio, length = noisiness(k1) / noisiness(k), k1 - k
    ahead = (1.0 - ratio) * nodes[0][1]
    slopes = [(new - old) / (after - before) for (after, new), (before, old) in zip(nodes, nodes[1:])]
    levels, widths = integral_points(k, k1)
    first, second = (np.sum(widths * (levels - k) ** q / noisiness(levels)) for q in (0, 1))
    if slopes:
        ahead = ahead + (length + noisiness(k1) * first) * slopes[0]
    if len(slopes) == 2:
        bend = 2.0 * (slopes[0] - slopes[1]) / (k - nodes[2][0])
        ahead = ahead + (0.5 * length**2 + noisiness(k1) * second) * bend
    drawn = math.sqrt(max(k1**2 - (ratio * k) ** 2, 0.0))
    return alpha1 * (ratio * x / alpha + ahead) + fresh(alpha1 * drawn)
