        g1 = math.sqrt(2.0 * diffusion(t1))
        area = 0.5 * (w + math.sqrt(h / 3.0) * normal())
        first = drift(t, x)
        second = drift(t + 0.75 * h, x + 0.75 * h * first + 1.5 * g1 * area)
        x = x + h * (first + 2.0 * second) / 3.0 + g1 * w + (g - g1) * area
