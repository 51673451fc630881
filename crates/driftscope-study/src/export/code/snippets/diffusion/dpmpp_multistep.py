def step(x, nodes, start, end, fresh):
    """The last data predictions, extrapolated in lambda = log(alpha / sigma); ETA above 0 makes it an SDE.
    A node is a level sigma / alpha and the prediction there, the newest first."""
    (alpha, sigma), (alpha1, sigma1) = start, end
    h = math.log(sigma / alpha * alpha1 / sigma1)
    whole = (1.0 + ETA) * h
    ahead = rise(whole) * nodes[0][1]
    # Rises in lambda over the steps before, in units of this one, and slopes of the prediction.
    rises = [math.log(before / after) / h for (after, _), (before, _) in zip(nodes, nodes[1:])]
    slopes = [(new - old) / r for (_, new), (_, old), r in zip(nodes, nodes[1:], rises)]
    if len(slopes) == 1:
        ahead = ahead + SHARE * slopes[0]
    BEND
    return sigma1 / sigma * math.exp(-ETA * h) * x + alpha1 * ahead + fresh(sigma1 * math.sqrt(rise(2.0 * ETA * h)))
