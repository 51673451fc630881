
    def fresh(size):
        return size * rng.standard_normal(starts.shape) if size > 0.0 else 0.0

