    if len(slopes) == 2:
        bend = (slopes[0] - slopes[1]) / sum(rises)
        ahead = ahead + phi_2(whole) * (slopes[0] + rises[0] * bend) - KAPPA * phi_3(whole) * bend
