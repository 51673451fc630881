def gaussians(x, alpha, sigma):
    """For every point and Gaussian: the log of its share (a constant left out), E[x1 | x] and E[x0 | x] / sigma."""
    variance = alpha**2 * KERNEL**2 + sigma**2
    noise_x = (x[:, 0:1] - alpha * MEANS[:, 0]) / variance
    noise_y = (x[:, 1:2] - alpha * MEANS[:, 1]) / variance
    log_share = -0.5 * variance * (noise_x**2 + noise_y**2)
    data_x = MEANS[:, 0] + alpha * KERNEL**2 * noise_x
    data_y = MEANS[:, 1] + alpha * KERNEL**2 * noise_y
    return log_share, data_x, data_y, noise_x, noise_y
