//! Distances of clouds to a distribution, each beside what perfect samples would have.

use driftscope_base::cancel::{Cancel, Cancelled};
use serde::{Deserialize, Serialize};

use super::distance::{Kept, Projected};
use super::energy::energy_distance;

/// Independent draws of the distribution that samples are compared with. Six would do for the mean;
/// the spread over their pairs needs more.
pub const DRAWS: u64 = 16;
/// Factor of the tolerance interval that holds 95 % of a normal distribution with 95 % confidence, if
/// its standard deviation is known from 16 draws only (two-sided; ISO 16269-6). Pairs share draws and
/// tell less, but exact samples, each a mean over 16 distances, scatter less: docs/errors.md has what it
/// holds.
const TOLERANCE_FACTOR: f64 = 2.903;

/// A distance between clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CloudDistance {
    /// Sliced Wasserstein-2, [`super::sliced_wasserstein`].
    SlicedW2,
    /// Energy distance, [`super::energy_distance`].
    Energy,
}

impl CloudDistance {
    /// Both, in menu order.
    pub const ALL: [Self; 2] = [Self::SlicedW2, Self::Energy];

    /// The name in menus.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::SlicedW2 => "Sliced W2",
            Self::Energy => "Energy distance",
        }
    }
}

/// A distance beside its floor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Floored {
    /// Mean distance of the samples to several independent draws of the same size. One draw would
    /// not do: its own luck moves the figure by half.
    pub value: f64,
    /// Mean distance between those draws, over all pairs.
    pub floor: f64,
    /// Where distances of exact samples lie: the floor less and plus 2.9 times the standard deviation
    /// over the pairs of draws, at least 0.
    pub spread: [f64; 2],
}

impl Floored {
    /// Whether the samples are as near as draws of the distribution are to each other.
    #[must_use]
    pub fn is_at_floor(&self) -> bool {
        (self.spread[0]..=self.spread[1]).contains(&self.value)
    }
}

/// Draws of a distribution, and how far they are from each other.
pub struct Yardstick {
    draws: Draws,
    floor: f64,
    spread: [f64; 2],
}

enum Draws {
    Projected(Vec<Kept>),
    Clouds(Vec<Vec<[f64; 2]>>),
}

impl Yardstick {
    /// Takes [`DRAWS`] clouds from `draw` and measures them against each other.
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` was raised.
    pub fn new(
        distance: CloudDistance,
        cancel: &Cancel,
        draw: impl Fn(u64) -> Vec<[f64; 2]>,
    ) -> Result<Self, Cancelled> {
        let clouds = (0..DRAWS).map(|number| {
            cancel.check()?;
            Ok(draw(number))
        });
        let mut between = Vec::new();
        let draws = match distance {
            CloudDistance::SlicedW2 => {
                let mut draws: Vec<Kept> = Vec::new();
                for cloud in clouds {
                    let cloud = Projected::new(&cloud?);
                    between.extend(draws.iter().map(|draw| cloud.distance_to_kept(draw)));
                    draws.push(Kept::new(&cloud));
                }
                Draws::Projected(draws)
            }
            CloudDistance::Energy => {
                let mut draws: Vec<Vec<[f64; 2]>> = Vec::new();
                for cloud in clouds {
                    let cloud = cloud?;
                    for draw in &draws {
                        cancel.check()?;
                        between.push(energy_distance(draw, &cloud));
                    }
                    draws.push(cloud);
                }
                Draws::Clouds(draws)
            }
        };
        let pairs = between.len() as f64;
        let floor = between.iter().sum::<f64>() / pairs;
        let squares: f64 = between.iter().map(|distance| (distance - floor).powi(2)).sum();
        let deviation = (squares / (pairs - 1.0)).sqrt();
        let reach = TOLERANCE_FACTOR * deviation;
        let spread = [(floor - reach).max(0.0), floor + reach];
        Ok(Self { draws, floor, spread })
    }

    /// Memory that the draws take.
    pub fn bytes(&self) -> usize {
        match &self.draws {
            Draws::Projected(draws) => draws.iter().map(Kept::bytes).sum(),
            Draws::Clouds(draws) => draws.iter().map(|draw| size_of_val(draw.as_slice())).sum(),
        }
    }

    /// The distance of a cloud of the draws' size, which is not empty.
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` was raised.
    pub fn measure(&self, cloud: &[[f64; 2]], cancel: &Cancel) -> Result<Floored, Cancelled> {
        let distances: Vec<f64> = match &self.draws {
            Draws::Projected(draws) => {
                let cloud = Projected::new(cloud);
                draws.iter().map(|draw| cloud.distance_to_kept(draw)).collect()
            }
            Draws::Clouds(draws) => draws
                .iter()
                .map(|draw| {
                    cancel.check()?;
                    Ok(energy_distance(cloud, draw))
                })
                .collect::<Result<_, Cancelled>>()?,
        };
        let value = distances.iter().sum::<f64>() / DRAWS as f64;
        Ok(Floored { value, floor: self.floor, spread: self.spread })
    }
}

#[cfg(test)]
mod tests {
    use driftscope_base::random::{Purpose, stream};
    use driftscope_flow::data::{TOYS, toy};

    use super::*;

    /// How many of 100 seeds of exact samples lie inside the spread.
    fn inside(name: &str, distance: CloudDistance, count: usize) -> usize {
        let mixture = toy(name).expect("a toy").mixture();
        let draw =
            |seed: u64, number| mixture.sample(&mut stream(seed, Purpose::Draw, number), count);
        let never = Cancel::default();
        let yardstick = Yardstick::new(distance, &never, |number| draw(0x0D1F_F5C0, number));
        let yardstick = yardstick.expect("not cancelled");
        (1..=100)
            .filter(|&seed| {
                yardstick.measure(&draw(seed, 0), &never).expect("not cancelled").is_at_floor()
            })
            .count()
    }

    #[test]
    fn exact_samples_lie_inside_the_floors_spread() {
        for distance in CloudDistance::ALL {
            for toy in TOYS {
                for count in [500, 2_000] {
                    let inside = inside(toy.name, distance, count);
                    println!("{}, {}, {count}: {inside} of 100", distance.title(), toy.name);
                    assert!(inside >= 95, "{}, {}", distance.title(), toy.name);
                }
            }
        }
    }

    #[test]
    fn other_samples_lie_above_it() {
        let mixture = toy("two-moons").expect("a toy").mixture();
        let draw = |number| mixture.sample(&mut stream(7, Purpose::Draw, number), 1_000);
        let moved: Vec<[f64; 2]> = draw(99).iter().map(|p| [p[0] + 0.3, p[1]]).collect();
        for distance in CloudDistance::ALL {
            let yardstick = Yardstick::new(distance, &Cancel::default(), draw).expect("runs");
            let measured = yardstick.measure(&moved, &Cancel::default()).expect("not cancelled");
            assert!(measured.value > measured.spread[1], "{measured:?}");
        }
    }
}
