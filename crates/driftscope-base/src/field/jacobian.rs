//! The Jacobian of a field, and its trace, the divergence.

use super::{Field, Times};

/// Writes `∂v/∂x` at each point of a feature-major batch as `[[vx/x, vx/y], [vy/x, vy/y]]`, and the
/// velocity there.
///
/// A network's comes from the chain rule. Any other's is found
/// by central differences in double precision over twice `step(i)` of the i-th point: the error is
/// of the order of `step²` times the third derivative, 1e-9 of the Jacobian where the field varies
/// over more than 3e4 steps.
pub fn jacobians(
    field: &dyn Field<f64>,
    times: Times<'_>,
    points: &[f64],
    step: impl Fn(usize) -> f64,
    mut write: impl FnMut(usize, [f64; 2], [[f64; 2]; 2]),
) {
    let count = points.len() / 2;
    let blank = || vec![0.0; points.len()];
    let (mut velocities, mut by_x, mut by_y) = (blank(), blank(), blank());
    if field.jacobian(times, points, &mut velocities, [&mut by_x, &mut by_y]) {
        for i in 0..count {
            let row = |row: usize| [by_x[row * count + i], by_y[row * count + i]];
            write(i, [velocities[i], velocities[count + i]], [row(0), row(1)]);
        }
        return;
    }
    // Each point, then moved right, left, up and down, all in one batch.
    let moves = [[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]];
    let all = moves.len() * count;
    let mut moved = vec![0.0; 2 * all];
    let mut moved_times = Vec::with_capacity(all);
    for (k, [right, up]) in moves.into_iter().enumerate() {
        for i in 0..count {
            moved[k * count + i] = points[i] + right * step(i);
            moved[all + k * count + i] = points[count + i] + up * step(i);
            moved_times.push(times.at(i));
        }
    }
    let times = match times {
        Times::Shared(t) => Times::Shared(t),
        Times::Each(_) => Times::Each(&moved_times),
    };
    let mut velocities = vec![0.0; 2 * all];
    field.velocity(times, &moved, &mut velocities);
    let velocity = |k: usize, i: usize, row: usize| velocities[row * all + k * count + i];
    for i in 0..count {
        let slope = |row: usize, column: usize| {
            let [ahead, behind] = [1 + 2 * column, 2 + 2 * column];
            // The width as it came out in this precision.
            let width =
                moved[column * all + ahead * count + i] - moved[column * all + behind * count + i];
            (velocity(ahead, i, row) - velocity(behind, i, row)) / width
        };
        let jacobian = [[slope(0, 0), slope(0, 1)], [slope(1, 0), slope(1, 1)]];
        write(i, [velocity(0, i, 0), velocity(0, i, 1)], jacobian);
    }
}
