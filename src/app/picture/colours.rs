//! The few colours of a GIF: exact ones where few are enough, otherwise by cuts of the cube of colours
//! through the mean of what varies most (P. Heckbert, Color image quantization for frame buffer display,
//! 1982, with variances in place of extents). The same pixels give the same colours.

use std::collections::HashMap;

/// Bits of red, green and blue by which colours are taken together.
const BITS: u32 = 5;
/// Colours that cover at least one in so many pixels stay as they are.
const COMMON: usize = 200;
/// So many of them at most.
const MOST_COMMON: usize = 32;

/// A few colours, and which of them stands for a colour.
pub struct Colours {
    /// The colours.
    pub palette: Vec<[u8; 3]>,
    exact: HashMap<[u8; 3], u8>,
    /// By the leading bits of a colour.
    nearest: Vec<u8>,
}

/// The mean of the colours that share their leading bits.
#[derive(Clone, Copy)]
struct Bin {
    place: usize,
    count: f64,
    mean: [f64; 3],
}

impl Colours {
    /// At most `most` colours for these pixels.
    pub fn of(pixels: impl Iterator<Item = [u8; 3]>, most: usize) -> Self {
        let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
        // Most pixels are as the one before, and need not be looked up.
        let mut run: Option<([u8; 3], usize)> = None;
        for pixel in pixels {
            match &mut run {
                Some((colour, length)) if *colour == pixel => *length += 1,
                _ => {
                    if let Some((colour, length)) = run.replace((pixel, 1)) {
                        *counts.entry(colour).or_default() += length;
                    }
                }
            }
        }
        if let Some((colour, length)) = run {
            *counts.entry(colour).or_default() += length;
        }
        let mut counted: Vec<([u8; 3], usize)> = counts.into_iter().collect();
        counted.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        let all: usize = counted.iter().map(|(_, count)| count).sum();
        let exact_ones = if counted.len() <= most {
            counted.len()
        } else {
            let common = counted.iter().take_while(|(_, count)| count * COMMON >= all).count();
            common.min(MOST_COMMON).min(most / 2)
        };
        let mut palette: Vec<[u8; 3]> = counted[..exact_ones].iter().map(|(c, _)| *c).collect();
        let exact: HashMap<[u8; 3], u8> = (0_u8..).zip(&palette).map(|(i, c)| (*c, i)).collect();
        let bins = bins(&counted[exact_ones..]);
        for group in cut(&bins, most - exact_ones) {
            palette.push(mean(&group).map(|part| part.round() as u8));
        }
        let mut nearest = vec![0; 1 << (3 * BITS)];
        for bin in &bins {
            let distance = |colour: &[u8; 3]| -> f64 {
                (0..3).map(|k| (f64::from(colour[k]) - bin.mean[k]).powi(2)).sum()
            };
            let best = (0..palette.len())
                .min_by(|&a, &b| distance(&palette[a]).total_cmp(&distance(&palette[b])));
            nearest[bin.place] = best.unwrap_or(0) as u8;
        }
        Self { palette, exact, nearest }
    }

    /// The place in the palette of the colour that stands for this one, which was among the pixels.
    pub fn place(&self, colour: [u8; 3]) -> u8 {
        self.exact.get(&colour).copied().unwrap_or_else(|| self.nearest[bin(colour)])
    }
}

fn bin(colour: [u8; 3]) -> usize {
    colour.iter().fold(0, |place, part| place << BITS | usize::from(part >> (8 - BITS)))
}

fn bins(counted: &[([u8; 3], usize)]) -> Vec<Bin> {
    let mut sums: Vec<(f64, [f64; 3])> = vec![(0.0, [0.0; 3]); 1 << (3 * BITS)];
    for (colour, count) in counted {
        let (sum, parts) = &mut sums[bin(*colour)];
        *sum += *count as f64;
        for (part, own) in parts.iter_mut().zip(colour) {
            *part += *count as f64 * f64::from(*own);
        }
    }
    let filled = sums.into_iter().enumerate().filter(|(_, (count, _))| *count > 0.0);
    filled
        .map(|(place, (count, sum))| Bin { place, count, mean: sum.map(|part| part / count) })
        .collect()
}

fn mean(bins: &[Bin]) -> [f64; 3] {
    let count: f64 = bins.iter().map(|bin| bin.count).sum();
    std::array::from_fn(|k| bins.iter().map(|bin| bin.count * bin.mean[k]).sum::<f64>() / count)
}

/// The direction in which bins vary most, and the sum of the squares there.
fn spread(bins: &[Bin]) -> (usize, f64) {
    let middle = mean(bins);
    let along = |k: usize| -> f64 {
        bins.iter().map(|bin| bin.count * (bin.mean[k] - middle[k]).powi(2)).sum()
    };
    let (k, most) = (0..3)
        .map(|k| (k, along(k)))
        .fold((0, -1.0), |best, own| if own.1 > best.1 { own } else { best });
    (k, most)
}

/// At most `most` groups of bins, each of which varies little.
fn cut(bins: &[Bin], most: usize) -> Vec<Vec<Bin>> {
    if bins.is_empty() || most == 0 {
        return Vec::new();
    }
    let mut groups = vec![(spread(bins), bins.to_vec())];
    while groups.len() < most {
        let widest = (0..groups.len())
            .filter(|&i| groups[i].1.len() > 1)
            .max_by(|&a, &b| groups[a].0.1.total_cmp(&groups[b].0.1));
        let Some(widest) = widest else { break };
        let ((k, _), group) = groups.swap_remove(widest);
        let middle = mean(&group)[k];
        let (low, high): (Vec<Bin>, Vec<Bin>) =
            group.into_iter().partition(|bin| bin.mean[k] < middle);
        if low.is_empty() || high.is_empty() {
            let mut whole = low;
            whole.extend(high);
            groups.push(((k, 0.0), whole));
            if groups.iter().all(|((_, spread), _)| *spread <= 0.0) {
                break;
            }
            continue;
        }
        for part in [low, high] {
            groups.push((spread(&part), part));
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_colours_stay_and_many_are_near() {
        let few = [[1, 2, 3], [200, 10, 90], [1, 2, 3]];
        let colours = Colours::of(few.into_iter(), 255);
        assert_eq!(colours.palette.len(), 2);
        for colour in few {
            assert_eq!(colours.palette[usize::from(colours.place(colour))], colour);
        }
        let many = (0..60_000_u32).map(|i| [(i % 251) as u8, (i / 251) as u8, (i % 83) as u8]);
        // A ground that half of the picture has.
        let pixels = || many.clone().chain(std::iter::repeat_n([17, 19, 23], 60_000));
        let colours = Colours::of(pixels(), 255);
        assert!(colours.palette.len() <= 255);
        assert_eq!(colours.palette[usize::from(colours.place([17, 19, 23]))], [17, 19, 23]);
        let off: f64 = pixels()
            .map(|pixel| {
                let near = colours.palette[usize::from(colours.place(pixel))];
                (0..3).map(|k| f64::from(pixel[k].abs_diff(near[k])).powi(2)).sum::<f64>()
            })
            .sum();
        let rms = (off / 120_000.0).sqrt();
        assert!(rms < 16.0, "{rms}");
    }
}
