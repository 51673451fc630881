        x = x + g * w
        first = drift(t, x)
        second = drift(t1, x + h * first)
        x = x + 0.5 * h * (first + second)
