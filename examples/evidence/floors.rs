//! How often exact samples, and single pairs of draws, lie within k deviations of the floor.

use driftscope_base::cancel::Cancel;
use driftscope_base::random::{Purpose, stream};
use driftscope_flow::data::{TOYS, Toy, toy};
use driftscope_solve::measure::{CloudDistance, Yardstick, energy_distance, sliced_wasserstein};

/// Prints it for every distribution.
pub fn print() {
    for toy in TOYS {
        floor_of(toy, CloudDistance::SlicedW2, 500, (40, 1_000));
    }
    for toy in TOYS {
        floor_of(toy, CloudDistance::Energy, 500, (10, 200));
    }
    for name in ["two-moons", "checkerboard", "grid"] {
        floor_of(toy(name).expect("a toy"), CloudDistance::SlicedW2, 2_000, (10, 300));
    }
}

/// Over several yardsticks, each its own draw of 16 clouds: confidence is over those.
fn floor_of(toy: &Toy, distance: CloudDistance, count: usize, (yardsticks, seeds): (u64, u64)) {
    const FACTORS: [f64; 2] = [2.903, 2.0];
    let never = Cancel::default();
    let mixture = toy.mixture();
    let draw = |seed: u64, number| mixture.sample(&mut stream(seed, Purpose::Draw, number), count);
    let pairs: Vec<f64> = (0..seeds)
        .map(|k| {
            let [a, b] = [0, 1].map(|number| draw(7_000_000 + k, number));
            match distance {
                CloudDistance::SlicedW2 => sliced_wasserstein(&a, &b),
                CloudDistance::Energy => energy_distance(&a, &b),
            }
        })
        .collect();
    // For each yardstick: shares of seeds within either factor, then of pairs.
    let shares: Vec<[f64; 4]> = (0..yardsticks)
        .map(|y| {
            let yardstick = Yardstick::new(distance, &never, |n| draw(0x0D1F_F5C0 + y, n));
            let yardstick = yardstick.expect("not cancelled");
            let (mut values, mut of) = (Vec::new(), None);
            for seed in 1..=seeds {
                let cloud = draw(1_000_000 * (y + 1) + seed, 0);
                let found = yardstick.measure(&cloud, &never).expect("not cancelled");
                values.push(found.value);
                of = Some(found);
            }
            let of = of.expect("a seed");
            let deviation = (of.spread[1] - of.floor) / FACTORS[0];
            let share = |values: &[f64], factor: f64| {
                let within = |value: &&f64| (**value - of.floor).abs() <= factor * deviation;
                values.iter().filter(within).count() as f64 / values.len() as f64
            };
            let [wide, narrow] = FACTORS;
            [
                share(&values, wide),
                share(&values, narrow),
                share(&pairs, wide),
                share(&pairs, narrow),
            ]
        })
        .collect();
    print!("{}, {}, {count} points, {yardsticks} × {seeds}:", distance.title(), toy.name);
    for (which, name) in
        ["samples 2.9 σ", "samples 2 σ", "pairs 2.9 σ", "pairs 2 σ"].iter().enumerate()
    {
        let of: Vec<f64> = shares.iter().map(|share| share[which]).collect();
        let mean = of.iter().sum::<f64>() / of.len() as f64;
        let least = of.iter().copied().fold(1.0, f64::min);
        let enough = of.iter().filter(|&&share| share >= 0.95).count();
        print!(" {name} {mean:.3} (least {least:.3}; ≥ 0.95: {enough})");
    }
    println!();
}
