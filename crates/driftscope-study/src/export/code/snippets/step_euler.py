        x = x + h * drift(t, x) + g * w
