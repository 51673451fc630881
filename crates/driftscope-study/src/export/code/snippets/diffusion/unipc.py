def from_data(k, end, nodes):
    """What predictions of the data add to a step from the level k: that at its start, and UniPC's weights of the
    differences of the others to it. A node is a level sigma / alpha and the prediction there."""
    alpha1, sigma1 = end
    h = math.log(k * alpha1 / sigma1)
    (_, data), *others = nodes
    places = [math.log(k / other) / h for other, _ in others]
    scale, g, factorial, conditions = B_OF_H, rise(h) / h - 1.0, 1.0, []
    for q in range(1, len(others) + 1):
        factorial *= q
        conditions.append(factorial * g / scale)
        g = -g / h - 1.0 / (factorial * (q + 1))
    # One alone has 1 / 2, as published, whatever its condition says.
    shares = [0.5] if len(others) == 1 else weights(places, conditions)
    differences = sum(share / r * (other - data) for share, r, (_, other) in zip(shares, places, others))
    return alpha1 * (rise(h) * data - scale * differences)
