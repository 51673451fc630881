def outside(points, times):
    """The same for JAX, which puts an axis of particles before the others where it maps over them."""
    points, times = np.asarray(points), np.asarray(times)
    output = RUN(points.reshape(-1, 2), times.reshape(-1, 1))
    return output.reshape(points.shape).astype(points.dtype)


def network(t, x):
    """What the network predicts, PREDICTED, calculated outside of JAX."""
    times = jnp.broadcast_to(t, (len(x), 1))
    return jax.pure_callback(outside, jax.ShapeDtypeStruct(x.shape, x.dtype), x, times, vmap_method="broadcast_all")
