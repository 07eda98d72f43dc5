//! How cost grows with the bucket, drawn as SVG: both axes by powers of ten, so that what grows in proportion is a straight
//! line at the angle of the grey one.

use std::fmt::Write as _;

/// Times by number of keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub name: &'static str,
    /// Keys and seconds.
    pub points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 460.0;
const LEFT: f64 = 76.0;
const TOP: f64 = 28.0;
const RIGHT: f64 = 224.0;
const BOTTOM: f64 = 52.0;
/// Told apart in black and white too: each has its own dashes.
const STYLES: [(&str, &str); 4] =
    [("#2563eb", "none"), ("#c2410c", "8 4"), ("#15803d", "2 4"), ("#7e22ce", "10 3 2 3")];
/// Space between names beside their lines.
const NAME: f64 = 20.0;

/// An axis by powers of ten, from one bound to the other, on this many pixels.
#[derive(Debug, Clone, Copy)]
struct Axis {
    from: f64,
    to: f64,
    pixels: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64> + Clone, pixels: f64) -> Self {
        let from = values.clone().fold(f64::INFINITY, f64::min).log10().floor();
        Self { from, to: values.fold(0.0, f64::max).log10().ceil().max(from + 1.0), pixels }
    }

    fn at(self, value: f64) -> f64 {
        (value.log10() - self.from) / (self.to - self.from) * self.pixels
    }

    fn ticks(self) -> impl Iterator<Item = f64> {
        (self.from as i32..=self.to as i32).map(|power| 10_f64.powi(power))
    }
}

/// The picture.
pub fn svg(title: &str, lines: &[Line]) -> String {
    let points = || lines.iter().flat_map(|line| &line.points);
    let across = Axis::over(points().map(|point| point.0), WIDTH - LEFT - RIGHT);
    let up = Axis::over(points().map(|point| point.1), HEIGHT - TOP - BOTTOM);
    let (x, y) = (|keys: f64| LEFT + across.at(keys), |seconds: f64| HEIGHT - BOTTOM - up.at(seconds));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\">\n<title>{title}</title>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n<text x=\"{LEFT}\" y=\"18\" fill=\"#111\">{title}</text>\n"
    );
    for keys in across.ticks() {
        let (x, bottom) = (x(keys), HEIGHT - BOTTOM);
        let _ = writeln!(svg, "<path d=\"M{x:.1} {TOP}V{bottom:.1}\" stroke=\"#ddd\"/>");
        let (y, keys) = (bottom + 20.0, grouped(keys));
        let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\" fill=\"#444\">{keys}</text>");
    }
    for seconds in up.ticks() {
        let (y, right) = (y(seconds), WIDTH - RIGHT);
        let _ = writeln!(svg, "<path d=\"M{LEFT} {y:.1}H{right:.1}\" stroke=\"#ddd\"/>");
        let (x, y) = (LEFT - 8.0, y + 4.0);
        let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"end\" fill=\"#444\">{seconds} s</text>");
    }
    let (middle, under) = ((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12.0);
    let _ = writeln!(svg, "<text x=\"{middle:.1}\" y=\"{under:.1}\" text-anchor=\"middle\" fill=\"#444\">keys</text>");
    if let Some((keys, seconds)) = points().copied().max_by(|a, b| a.0.total_cmp(&b.0)) {
        let least = points().map(|point| point.0).fold(keys, f64::min);
        let at_least = (seconds * least / keys).max(10_f64.powf(up.from));
        let (x0, y0, x1, y1) = (x(at_least * keys / seconds), y(at_least), x(keys), y(seconds));
        let _ = writeln!(svg, "<path d=\"M{x0:.1} {y0:.1}L{x1:.1} {y1:.1}\" stroke=\"#bbb\" stroke-width=\"6\"/>");
    }
    let mut beside: f64 = 0.0;
    let mut ranked: Vec<(&Line, (&str, &str))> = lines.iter().zip(STYLES.into_iter().cycle()).collect();
    let end = |line: &Line| line.points.last().map_or(0.0, |point| y(point.1));
    ranked.sort_by(|(a, _), (b, _)| end(a).total_cmp(&end(b)));
    for (line, (colour, dashes)) in ranked {
        let path: Vec<String> = line.points.iter().map(|(k, s)| format!("{:.1} {:.1}", x(*k), y(*s))).collect();
        let path = path.join("L");
        let _ = writeln!(
            svg,
            "<path d=\"M{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>"
        );
        for (keys, seconds) in &line.points {
            let (x, y) = (x(*keys), y(*seconds));
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"/>");
        }
        beside = end(line).max(beside + NAME);
        let (x, y) = (WIDTH - RIGHT + 12.0, beside + 4.0);
        let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{colour}\">{}</text>", line.name);
    }
    svg.push_str("</svg>\n");
    svg
}

/// `1,000,000`.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let (mut text, length) = (String::new(), digits.len());
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (length - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
