//! Line charts on logarithmic axes, as SVG.

use std::fmt::Write;
use std::ops::RangeInclusive;

/// Size of the picture, in pixels.
const SIZE: [f64; 2] = [760.0, 500.0];
/// Room left, top, right and bottom of the plot.
const MARGINS: [f64; 4] = [76.0, 44.0, 176.0, 58.0];
const INK: &str = "#282d37";
const QUIET: &str = "#596172";
const GRID: &str = "#dfe3e9";

/// A line with a dot at each point.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// Its colour, as in `#0072b2`.
    pub colour: String,
    /// Positive values; others are left out.
    pub points: Vec<[f64; 2]>,
}

/// A horizontal line.
#[derive(Clone, Debug)]
pub struct Level {
    /// What it says.
    pub name: String,
    /// Where it is.
    pub value: f64,
}

/// A chart with powers of ten on both axes.
#[derive(Clone, Debug)]
pub struct LogChart {
    /// What it shows.
    pub title: String,
    /// The quantity along x.
    pub x: String,
    /// The quantity along y.
    pub y: String,
    /// The lines.
    pub series: Vec<Series>,
    /// Horizontal lines.
    pub levels: Vec<Level>,
}

/// One axis: decades, and where they are drawn.
struct Axis {
    decades: RangeInclusive<i32>,
    from: f64,
    to: f64,
}

impl Axis {
    /// Whole decades that hold all values.
    fn holding(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let exponents = values.filter(|value| *value > 0.0 && value.is_finite()).map(f64::log10);
        let (low, high) = exponents
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), e| (low.min(e), high.max(e)));
        let decades = if low > high {
            0..=1
        } else {
            let low = (low + 1e-9).floor() as i32;
            low..=((high - 1e-9).ceil() as i32).max(low + 1)
        };
        Self { decades, from, to }
    }

    fn place(&self, value: f64) -> f64 {
        let (low, high) = (f64::from(*self.decades.start()), f64::from(*self.decades.end()));
        self.from + (value.log10() - low) / (high - low) * (self.to - self.from)
    }

    /// Every decade, or every second, third … so that at most nine are named.
    fn marks(&self) -> impl Iterator<Item = i32> {
        let all = self.decades.end() - self.decades.start();
        self.decades.clone().step_by((all / 9 + 1) as usize)
    }
}

impl LogChart {
    /// The picture, as the text of a file.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let [left, top, right, bottom] = MARGINS;
        let [width, height] = SIZE;
        let points =
            || self.series.iter().flat_map(|series| &series.points).filter(|point| seen(point));
        let x = Axis::holding(points().map(|p| p[0]), left, width - right);
        let levels = self.levels.iter().map(|level| level.value);
        let y = Axis::holding(points().map(|p| p[1]).chain(levels), height - bottom, top);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fcfcfd\"/>\n"
        );
        text(&mut svg, (left, 0.6 * top), ("start", 15.0, INK), &self.title);
        for mark in x.marks() {
            let at = x.place(10.0_f64.powi(mark));
            line(&mut svg, [at, y.from, at, y.to], GRID, "");
            text(&mut svg, (at, y.from + 18.0), ("middle", 13.0, QUIET), &power(mark));
        }
        for mark in y.marks() {
            let at = y.place(10.0_f64.powi(mark));
            line(&mut svg, [x.from, at, x.to, at], GRID, "");
            text(&mut svg, (x.from - 8.0, at + 4.5), ("end", 13.0, QUIET), &power(mark));
        }
        let middle = (0.5 * (x.from + x.to), 0.5 * (y.from + y.to));
        text(&mut svg, (middle.0, height - 14.0), ("middle", 13.0, INK), &self.x);
        push(&mut svg, format_args!("<g transform=\"translate(18 {:.1}) rotate(-90)\">", middle.1));
        text(&mut svg, (0.0, 0.0), ("middle", 13.0, INK), &self.y);
        svg.push_str("</g>\n");
        for level in self.levels.iter().filter(|level| level.value > 0.0) {
            let at = y.place(level.value);
            line(&mut svg, [x.from, at, x.to, at], QUIET, "stroke-dasharray=\"6 4\"");
            text(&mut svg, (x.to + 8.0, at + 4.5), ("start", 12.0, QUIET), &level.name);
        }
        for (number, series) in self.series.iter().enumerate() {
            draw(&mut svg, series, number, (&x, &y));
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// A line with its dots, and its entry in the legend.
fn draw(svg: &mut String, series: &Series, number: usize, (x, y): (&Axis, &Axis)) {
    let places: Vec<(f64, f64)> = series
        .points
        .iter()
        .filter(|point| seen(point))
        .map(|p| (x.place(p[0]), y.place(p[1])))
        .collect();
    let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let colour = &series.colour;
    push(
        svg,
        format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\"/>\n",
            path.join(" ")
        ),
    );
    let dot = |svg: &mut String, (x, y): (f64, f64)| {
        push(
            svg,
            format_args!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.2\" fill=\"{colour}\"/>\n"),
        );
    };
    for place in places {
        dot(svg, place);
    }
    let (at, row) = (x.to + 14.0, y.to + 12.0 + 20.0 * number as f64);
    line(svg, [at, row, at + 20.0, row], colour, "stroke-width=\"1.8\"");
    dot(svg, (at + 10.0, row));
    text(svg, (at + 28.0, row + 4.5), ("start", 13.0, INK), &series.name);
}

/// Whether a point has a place on logarithmic axes.
fn seen(point: &[f64; 2]) -> bool {
    point.iter().all(|value| *value > 0.0 && value.is_finite())
}

fn push(svg: &mut String, arguments: std::fmt::Arguments<'_>) {
    svg.write_fmt(arguments).expect("a string takes all that is written");
}

fn line(svg: &mut String, [x1, y1, x2, y2]: [f64; 4], colour: &str, more: &str) {
    push(
        svg,
        format_args!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\" {more}/>\n"
        ),
    );
}

fn text(svg: &mut String, (x, y): (f64, f64), (anchor, size, ink): (&str, f64, &str), words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    push(
        svg,
        format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"{ink}\">{words}</text>\n"
        ),
    );
}

/// `10` with its exponent raised.
fn power(exponent: i32) -> String {
    crate::app::number::power_of_ten(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stand_where_their_values_are() {
        let series = |name: &str, points: Vec<[f64; 2]>| Series {
            name: name.into(),
            colour: "#0072b2".into(),
            points,
        };
        let chart = LogChart {
            title: "a < b".into(),
            x: "nfe".into(),
            y: "error".into(),
            series: vec![
                series("one", vec![[10.0, 1.0], [100.0, 1e-2], [1000.0, f64::NAN]]),
                series("none", Vec::new()),
            ],
            levels: vec![Level { name: "floor".into(), value: 0.1 }],
        };
        let svg = chart.to_svg();
        let [left, top, right, bottom] = MARGINS;
        // Corner to corner: one decade along, two down.
        let wanted =
            format!("points=\"{left:.1},{top:.1} {:.1},{:.1}\"", SIZE[0] - right, SIZE[1] - bottom);
        assert!(svg.contains(&wanted), "{svg}");
        assert!(svg.contains("a &lt; b") && svg.contains(">10⁻²<") && svg.contains(">floor<"));
        let opened = svg.matches('<').count() - svg.matches("</").count();
        assert_eq!(opened, svg.matches("/>").count() + svg.matches("</").count());
    }
}
