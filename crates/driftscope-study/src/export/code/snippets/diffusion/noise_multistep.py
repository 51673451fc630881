def step(x, nodes, start, end):
    """x1 = alpha1 (x / alpha + sum_j w_j e_j), e the last noise predictions.
    A node is a level sigma / alpha and the prediction there, the newest first."""
    (alpha, _), (alpha1, sigma1) = start, end
    w = noise_weights([k for k, _ in nodes], sigma1 / alpha1)
    return alpha1 * (x / alpha + sum(share * e for share, (_, e) in zip(w, nodes)))
