def churned(t, x, fresh):
    """The time and point after more noise, S_CHURN over all steps, at levels sigma / alpha from S_MIN to S_MAX."""
    alpha, sigma = level(t)
    k = sigma / alpha if alpha > 0.0 else math.inf
    if not (math.isfinite(k) and S_MIN <= k <= S_MAX):
        return t, x
    raised = k * (1.0 + min(S_CHURN / (len(GRID) - 1), math.sqrt(2.0) - 1.0))
    # A path that starts with some data left has no level beyond its first.
    time = max(float(time_at(1.0, raised)), 0.0)
    alpha_up, sigma_up = level(time)
    raised = min(raised, sigma_up / alpha_up if alpha_up > 0.0 else math.inf)
    more = S_NOISE * math.sqrt(max(raised**2 - k**2, 0.0))
    return time, alpha_up / alpha * x + fresh(alpha_up * more)
