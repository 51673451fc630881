def weights(places, moments):
    """Weights w with sum_j w_j places_j**q = moments_q: exact for polynomials, if moments are integrals of powers."""
    return np.linalg.solve(np.vander(places, increasing=True).T, moments)
