def velocity(t, x):
    """The drift of the linear diffusion from data to noise, in noising time t."""
    return -0.5 * beta(1.0 - scalar(t)) * x


def velocity_and_score(t, x):
    """The same; the forward process needs no score."""
    return velocity(t, x), 0.0 * x
