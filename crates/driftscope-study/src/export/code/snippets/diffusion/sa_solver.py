def from_data(k, end, nodes):
    """What predictions of the data add to a step from the level k: stochastic Adams in lambda = log(alpha / sigma).
    A node is its level sigma / alpha and the prediction there, the newest first."""
    alpha1, sigma1 = end
    h, rate = math.log(k * alpha1 / sigma1), 1.0 + TAU**2
    places = [math.log(k / node) / h for node, _ in nodes]
    moments = [rise(rate * h)]
    for q in range(1, len(nodes)):
        moments.append(1.0 - q / (rate * h) * moments[-1])
    shares = weights(places, moments)
    if len(nodes) == 2:
        # As diffusers has it: the exact h**2 / 2 in place of what the exponential leaves of it.
        more = rate * (0.5 * h**2 - (rate * h - rise(rate * h)) / rate**2) / (h * abs(places[0] - places[1]))
        shares = shares + np.array([more, -more])
    return alpha1 * sum(share * data for share, (_, data) in zip(shares, nodes))
