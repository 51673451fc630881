def error_ratio(error, x, y):
    """The error in units of the tolerance: of every particle, or the same for all of them."""
    scaled = (error / (ATOL + RTOL * np.maximum(abs(x), abs(y)))) ** 2
    if WHOLE_BATCH:
        gathered = scaled.max() if LARGEST else scaled.mean()
        return np.full(len(x), math.sqrt(gathered))
    return np.sqrt(scaled.max(1) if LARGEST else scaled.mean(1))


def first_step(x, slope):
    """Hairer, Norsett & Wanner, Solving ODEs I, II.4."""
    interval = END - START
    if FIRST_STEP is not None:
        return np.full(len(x), min(FIRST_STEP, interval))
    state, steep = error_ratio(x, x, x), error_ratio(slope, x, x)
    probe = np.where((state < 1e-5) | (steep < 1e-5), 1e-6, 0.01 * state / np.maximum(steep, 1e-300))
    probe = np.minimum(probe, interval)
    after = field_of_each(START + probe, x + probe[:, None] * slope)
    curved = error_ratio(after - slope, x, x) / probe
    steepest = np.maximum(steep, curved)
    step = np.where(steepest <= 1e-15, np.maximum(1e-3 * probe, 1e-6), (0.01 / np.maximum(steepest, 1e-300)) ** EXPONENT)
    return np.minimum(np.minimum(100.0 * probe, step), interval)


def next_factor(ratio, accepted, after_rejection, history):
    """By how much the controller wants the next step to differ."""
    p, i, d = COEFFICIENTS
    safe = np.maximum(ratio, 1e-300)
    wanted = SAFETY * safe ** (-(p + i + d) * EXPONENT)
    wanted = wanted * history[0] ** ((p + 2.0 * d) * EXPONENT) * history[1] ** (-d * EXPONENT)
    wanted = np.where(ratio == 0.0, MAX_FACTOR, wanted)
    if CONTROLLER == "i-torchdiffeq":
        low, high = np.where(ratio < 1.0, 1.0, MIN_FACTOR), MAX_FACTOR
    elif CONTROLLER == "i-scipy":
        low = np.where(accepted, 0.0, MIN_FACTOR)
        high = np.where(accepted & after_rejection, 1.0, MAX_FACTOR)
    else:
        low = np.where(accepted, 1.0 if CONTROLLER == "i-diffrax" else MIN_FACTOR, MIN_FACTOR)
        high = np.where(accepted, MAX_FACTOR, SAFETY)
    return np.minimum(np.maximum(wanted, low), high)


def adaptive_steps(x):
    """An embedded Runge-Kutta pair whose error sets the steps, of every particle or of all together; the last
    step is cut to land on the end."""
    x, t = x.copy(), np.full(len(x), START)
    slope = field_of_each(t, x)
    h = np.maximum(np.minimum(first_step(x, slope), MAX_STEP), MIN_STEP)
    after_rejection = np.zeros(len(x), bool)
    history = np.ones((2, len(x)))
    for _ in range(MAX_ATTEMPTS):
        on = np.flatnonzero(t < END)
        if len(on) == 0:
            return x
        start, begin, length = x[on], t[on], np.minimum(h[on], END - t[on])
        k = [slope[on]]
        for c, row in zip(C[1:], A[1:]):
            inner = start + length[:, None] * sum(a * s for a, s in zip(row, k))
            k.append(field_of_each(begin + c * length, inner, on))
        answer = start + length[:, None] * sum(b * s for b, s in zip(B, k))
        ratio = error_ratio(length[:, None] * sum(e * s for e, s in zip(ERROR, k)), start, answer)
        THIRD
        small = ratio <= 1.0 if CONTROLLER == "i-torchdiffeq" else ratio < 1.0
        accepted = small | (KEEP_LEAST & (length <= MIN_STEP))
        factor = next_factor(ratio, accepted, after_rejection[on], history[:, on])
        after_rejection[on] = ~accepted
        good = on[accepted]
        remembered = np.maximum(ratio[accepted], 1e-4)
        history[:, good] = np.stack([remembered, history[0, good]])
        ends = np.where(length >= END - begin, END, begin + length)
        x[good], t[good] = answer[accepted], ends[accepted]
        if LAST_IS_FIRST:
            slope[good] = k[-1][accepted]
        else:
            more = good[t[good] < END]
            slope[more] = field_of_each(t[more], x[more], more)
        h[on] = np.maximum(np.minimum(length * factor, MAX_STEP), MIN_STEP)
    raise SystemExit(f"{(t < END).sum()} particles have not arrived after {MAX_ATTEMPTS} attempts")
