def fixed_steps(x):
    """An explicit Runge-Kutta method written out: k_i = f(t + c_i h, x + h sum a_ij k_j), x + h sum b_i k_i."""
    for t, t1 in zip(GRID[:-1], GRID[1:]):
        h, k = t1 - t, []
        for c, row in zip(C, A):
            inner = x
            for a, slope in zip(row, k):
                if a != 0.0:
                    inner = inner + h * a * slope
            k.append(field(t + c * h, inner))
        for b, slope in zip(B, k):
            if b != 0.0:
                x = x + h * b * slope
    return x
