//! What this machine can do at best: its own rate of single-precision matrix products.

use std::time::Duration;

use gemm_common::Parallelism;
use serde::Serialize;

use super::timing::best_of;

/// Rates of the `gemm` crate in GFLOP/s, the better one of both shapes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Yardstick {
    /// On one thread.
    pub single_thread: f64,
    /// On all threads of the pool.
    pub all_threads: f64,
}

/// Shapes m × n × k: a large square, and a layer of the default network on a batch.
const SHAPES: [[usize; 3]; 2] = [[512, 512, 512], [8192, 128, 128]];
/// Time for one shape.
const BUDGET: Duration = Duration::from_millis(250);

impl Yardstick {
    /// Measures both, about a second's work.
    pub fn measure() -> Self {
        let rate = |parallelism| {
            SHAPES.map(|shape| rate(shape, parallelism)).into_iter().fold(0.0, f64::max)
        };
        Self {
            single_thread: rate(Parallelism::None),
            all_threads: rate(Parallelism::Rayon(rayon::current_num_threads())),
        }
    }
}

/// GFLOP/s of one product.
fn rate([m, n, k]: [usize; 3], parallelism: Parallelism) -> f64 {
    let values = |count: usize| -> Vec<f32> { (0..count).map(|i| (i % 17) as f32 * 0.1).collect() };
    let (left, right) = (values(m * k), values(k * n));
    let mut product = vec![0.0_f32; m * n];
    let [rows, inner] = [m, k].map(|length| length as isize);
    let product_of = gemm_f32::gemm::f32::get_gemm_fn();
    let best = best_of(BUDGET, || {
        // SAFETY: all three matrices are stored column by column, with as many columns of as many
        // rows as the slices are long: m × k, k × n and m × n.
        unsafe {
            product_of(
                m,
                n,
                k,
                product.as_mut_ptr(),
                rows,
                1,
                false,
                left.as_ptr(),
                rows,
                1,
                right.as_ptr(),
                inner,
                1,
                0.0,
                1.0,
                false,
                false,
                false,
                parallelism,
            );
        }
        std::hint::black_box(&product);
    });
    (2 * m * n * k) as f64 / best.as_secs_f64() / 1e9
}
