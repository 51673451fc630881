def gaussians(x, alpha, sigma):
    """For every point and Gaussian: the log of its share (a constant left out), E[x1 | x] and E[x0 | x] / sigma."""
    xx = alpha**2 * COVARIANCES[:, 0] + sigma**2
    xy = alpha**2 * COVARIANCES[:, 1]
    yy = alpha**2 * COVARIANCES[:, 2] + sigma**2
    determinant = xx * yy - xy * xy
    dx = x[:, 0:1] - alpha * MEANS[:, 0]
    dy = x[:, 1:2] - alpha * MEANS[:, 1]
    noise_x = (yy * dx - xy * dy) / determinant
    noise_y = (xx * dy - xy * dx) / determinant
    log_share = LOG_WEIGHTS - 0.5 * lib.log(determinant) - 0.5 * (dx * noise_x + dy * noise_y)
    data_x = MEANS[:, 0] + alpha * (COVARIANCES[:, 0] * noise_x + COVARIANCES[:, 1] * noise_y)
    data_y = MEANS[:, 1] + alpha * (COVARIANCES[:, 1] * noise_x + COVARIANCES[:, 2] * noise_y)
    return log_share, data_x, data_y, noise_x, noise_y
