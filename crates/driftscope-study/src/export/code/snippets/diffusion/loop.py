def diffusion_steps(ARGUMENTS):
    """ABOUT"""
    NODES
    for STEPS:
        CHURN
        start, end = level(t), level(t1)
        (alpha, sigma), (alpha1, sigma1) = start, end
        data = expected_data(t, x)
        CORRECTION
        MAKE
    return x
