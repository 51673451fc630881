//! How formulas are written: pieces side by side, between which a line may end.

use super::{Expr, Function};

/// The largest numbers above and below the line of a fraction.
const LARGEST: f64 = 399_999.0;
/// Digits of numbers that are no fractions of small ones.
const DIGITS: usize = 4;

/// A part of a formula that is not torn apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// As `LaTeX`.
    pub latex: String,
    /// What it is.
    pub kind: PieceKind,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// A quantity, whose name the `LaTeX` is.
    Name,
    /// A number, or a quotient, a root or a function with all that is in it.
    Closed,
    /// A sign between terms, before which a line may end.
    Sign,
    /// `=` and the like, beside which there is more room.
    Relation,
    /// A bracket that opens.
    Open,
    /// One that closes.
    Close,
    /// A comma.
    Comma,
}

impl Piece {
    /// A piece of some kind.
    #[must_use]
    pub fn new(kind: PieceKind, latex: impl Into<String>) -> Self {
        Self { latex: latex.into(), kind }
    }
}

impl Expr {
    /// As `LaTeX`.
    #[must_use]
    pub fn latex(&self) -> String {
        joined(&self.pieces())
    }

    /// In pieces.
    #[must_use]
    pub fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.write(&mut pieces);
        pieces
    }

    fn write(&self, out: &mut Vec<Piece>) {
        let mut push = |kind, latex: String| out.push(Piece { latex, kind });
        match self {
            Self::Name(name) => push(PieceKind::Name, name.clone()),
            Self::Number(value) | Self::Decimal(value) => {
                if *value < 0.0 {
                    push(PieceKind::Sign, "-".into());
                }
                push(PieceKind::Closed, self.digits(value.abs()));
            }
            Self::Sum(terms) => {
                for (place, term) in terms.iter().enumerate() {
                    let (negative, term) = term.sign();
                    if negative || place > 0 {
                        let sign = if negative { "-" } else { "+" };
                        out.push(Piece::new(PieceKind::Sign, sign));
                    }
                    term.write(out);
                }
                if terms.is_empty() {
                    out.push(Piece::new(PieceKind::Closed, "0"));
                }
            }
            Self::Product(factors) => write_product(factors, out),
            Self::Quotient(pair) => {
                let latex = format!(r"\frac{{{}}}{{{}}}", pair[0].latex(), pair[1].latex());
                push(PieceKind::Closed, latex);
            }
            Self::Power(pair) => push(PieceKind::Closed, power(&pair[0], &pair[1])),
            Self::Root(inner) => push(PieceKind::Closed, format!(r"\sqrt{{{}}}", inner.latex())),
            Self::Call(function, arguments) => {
                push(PieceKind::Closed, call(*function, arguments, ""));
            }
        }
    }

    /// Whether it is subtracted, and what is.
    fn sign(&self) -> (bool, Self) {
        match self {
            Self::Number(value) if *value < 0.0 => (true, Self::Number(-value)),
            Self::Decimal(value) if *value < 0.0 => (true, Self::Decimal(-value)),
            Self::Product(factors) => match factors.split_first() {
                Some((first, rest)) => {
                    let (negative, first) = first.sign();
                    (negative, Self::Product([&[first], rest].concat()))
                }
                None => (false, self.clone()),
            },
            other => (false, other.clone()),
        }
    }

    fn digits(&self, value: f64) -> String {
        let fraction = matches!(self, Self::Number(_)).then(|| fraction(value)).flatten();
        match fraction {
            Some((whole, 1.0)) => format!("{whole}"),
            Some((above, below)) => format!(r"\tfrac{{{above}}}{{{below}}}"),
            None => in_decimals(value),
        }
    }

    /// Whether it needs no brackets as a factor or the base of a power.
    fn is_one(&self) -> bool {
        match self {
            Self::Sum(terms) => terms.len() == 1 && terms[0].is_one(),
            Self::Product(factors) => factors.len() == 1 && factors[0].is_one(),
            Self::Number(value) | Self::Decimal(value) => *value >= 0.0,
            Self::Quotient(_) => false,
            _ => true,
        }
    }
}

fn joined(pieces: &[Piece]) -> String {
    let mut latex = String::new();
    for piece in pieces {
        let space = if latex.is_empty() || piece.kind == PieceKind::Comma { "" } else { " " };
        latex.push_str(space);
        latex.push_str(&piece.latex);
    }
    latex
}

fn write_product(factors: &[Expr], out: &mut Vec<Piece>) {
    let others = factors.iter().any(|factor| !matches!(factor, Expr::Number(1.0 | -1.0)));
    for factor in factors {
        match factor {
            Expr::Number(1.0) if others => {}
            Expr::Number(-1.0) if others => out.push(Piece::new(PieceKind::Sign, "-")),
            Expr::Sum(terms) if terms.len() > 1 => {
                out.push(Piece::new(PieceKind::Open, r"\bigl("));
                factor.write(out);
                out.push(Piece::new(PieceKind::Close, r"\bigr)"));
            }
            other => other.write(out),
        }
    }
}

fn power(base: &Expr, exponent: &Expr) -> String {
    let exponent = exponent.latex();
    match base {
        // As one writes it: cos² t.
        Expr::Call(function @ (Function::Sin | Function::Cos), arguments) => {
            call(*function, arguments, &format!("^{{{exponent}}}"))
        }
        base if base.is_one() => format!("{}^{{{exponent}}}", base.latex()),
        base => format!(r"\bigl({}\bigr)^{{{exponent}}}", base.latex()),
    }
}

fn call(function: Function, arguments: &[Expr], power: &str) -> String {
    let word = match function {
        Function::Sin => r"\sin",
        Function::Cos => r"\cos",
        Function::Ln => r"\ln",
        Function::Max => r"\,\max",
        Function::Min => r"\,\min",
        Function::Abs => {
            let inner = arguments.first().map_or(String::new(), Expr::latex);
            return format!(r"\lvert {inner}\rvert");
        }
    };
    let listed: Vec<String> = arguments.iter().map(Expr::latex).collect();
    let bare = |argument: &Expr| {
        !matches!(argument, Expr::Sum(terms) if terms.len() > 1)
            && !matches!(argument, Expr::Call(..))
    };
    match arguments {
        [one] if bare(one) => format!("{word}{power} {}", listed[0]),
        _ => format!(r"{word}{power}\bigl({}\bigr)", listed.join(r",\, ")),
    }
}

/// A number that is not negative as a fraction of two small ones, if it is one.
fn fraction(value: f64) -> Option<(f64, f64)> {
    // Continued fractions: the convergents are the best there are.
    let (mut above, mut below) = ([1.0, 0.0], [0.0, 1.0]);
    let mut rest = value;
    for _ in 0..24 {
        let whole = rest.floor();
        above = [whole * above[0] + above[1], above[0]];
        below = [whole * below[0] + below[1], below[0]];
        if !(above[0] <= LARGEST && below[0] <= LARGEST) {
            return None;
        }
        if (above[0] / below[0] - value).abs() <= 4.0 * f64::EPSILON * value {
            return Some((above[0], below[0]));
        }
        rest = 1.0 / (rest - whole);
    }
    None
}

/// A number that is not negative with four digits, without zeros at its end.
fn in_decimals(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".into() } else { r"\infty".into() };
    }
    let place = value.log10().floor() as i32;
    if !(-4..=5).contains(&place) {
        let (digits, place) = (value / 10.0_f64.powi(place), place);
        let digits = trimmed(&format!("{digits:.2}"));
        return format!(r"{digits}\cdot 10^{{{place}}}");
    }
    let decimals = (DIGITS as i32 - 1 - place).max(0) as usize;
    trimmed(&format!("{value:.decimals$}"))
}

fn trimmed(digits: &str) -> String {
    if !digits.contains('.') {
        return digits.to_owned();
    }
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}
