def noise_weights(levels, k1):
    """Polynomials in log k, integrated over k from the first level to k1."""
    b = math.log(k1 / levels[0])
    moments = [math.expm1(b)]
    for q in range(1, len(levels)):
        moments.append(math.exp(b) - q / b * moments[-1])
    return levels[0] * weights([math.log(k / levels[0]) / b for k in levels], moments)
