//! What nothing beats at once in cost and in error.

/// The places of `points`, each a cost and an error, that no cheaper or equally cheap one is as accurate as, by rising
/// cost. What is not finite is passed over.
#[must_use]
pub fn pareto(points: &[[f64; 2]]) -> Vec<usize> {
    let finite = |&index: &usize| points[index].iter().all(|x| x.is_finite());
    let mut line: Vec<usize> = (0..points.len()).filter(finite).collect();
    line.sort_by(|&a, &b| {
        let (a, b) = (points[a], points[b]);
        a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1]))
    });
    let mut least = f64::INFINITY;
    line.retain(|&index| {
        let better = points[index][1] < least;
        least = least.min(points[index][1]);
        better
    });
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_falls_and_leaves_out_what_is_beaten() {
        let points = [[4.0, 0.1], [1.0, 3.0], [2.0, 3.0], [1.0, 2.0], [3.0, f64::NAN], [2.0, 1.0]];
        assert_eq!(pareto(&points), [3, 5, 0]);
        assert!(pareto(&[]).is_empty());
    }
}
