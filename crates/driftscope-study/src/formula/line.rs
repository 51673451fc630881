//! What a card of formulas consists of.

use driftscope_base::expression::{Expr, Piece, PieceKind, Value};
use driftscope_solve::update::{Equation, Right};

/// A card of formulas.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// One below the other.
    pub sections: Vec<Section>,
}

/// Lines about one thing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// What they are about, in words.
    pub title: String,
    /// The lines.
    pub lines: Vec<Line>,
    /// Whether the lines are short and may stand side by side.
    pub beside: bool,
    /// Whether they are about the path or the field, not about a step.
    pub of_process: bool,
    /// What else is to be said, in a sentence.
    pub remark: Option<String>,
}

/// One equation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// What it is written with.
    pub pieces: Vec<Piece>,
    /// The numbers of the quantities in it, as far as they have been shown: by place among the pieces.
    pub numbers: Vec<(usize, Number)>,
    /// Whether what is shown last stands in it.
    pub at_work: bool,
    /// Whether it is that of the answer.
    pub is_answer: bool,
}

/// The number of a quantity, and what it is on the stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// The number.
    pub value: Value,
    /// What it is on the stage.
    pub role: Role,
    /// Whether it has been shown by now; room is kept for those that will be.
    pub shown: bool,
}

/// What a quantity is on the stage, which decides its colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Nothing that is drawn.
    #[default]
    Plain,
    /// Where the step starts.
    Start,
    /// The evaluation of the field with this number, from 0.
    Stage(usize),
    /// Where the step leads.
    Answer,
    /// The error estimate.
    Error,
    /// What noise adds.
    Noise,
}

impl Line {
    /// `left = right`.
    #[must_use]
    pub fn is(left: &str, right: &Expr) -> Self {
        Self::of(left, right.pieces())
    }

    /// `left =` these pieces.
    #[must_use]
    pub fn of(left: &str, right: Vec<Piece>) -> Self {
        let mut pieces =
            vec![Piece::new(PieceKind::Name, left), Piece::new(PieceKind::Relation, "=")];
        pieces.extend(right);
        Self { pieces, ..Self::default() }
    }

    /// An equation of a step, whose field is written with this letter.
    #[must_use]
    pub fn of_equation(equation: &Equation, letter: &str) -> Self {
        match (&equation.right, &equation.short) {
            (Right::Is(_), Some(short)) => Self::is(&equation.left, short),
            (Right::Is(right), None) => Self::is(&equation.left, right),
            (Right::Field { point, time }, _) => {
                let mut right = vec![
                    Piece::new(PieceKind::Closed, letter),
                    Piece::new(PieceKind::Open, r"\bigl("),
                ];
                right.extend(point.pieces());
                right.push(Piece::new(PieceKind::Comma, ","));
                right.extend(time.pieces());
                right.push(Piece::new(PieceKind::Close, r"\bigr)"));
                Self::of(&equation.left, right)
            }
        }
    }

    /// With the numbers of its quantities, as far as `number` knows them.
    #[must_use]
    pub fn with(mut self, number: &dyn Fn(&str) -> Option<Number>) -> Self {
        let names =
            self.pieces.iter().enumerate().filter(|(_, piece)| piece.kind == PieceKind::Name);
        let known = names.filter_map(|(place, piece)| Some((place, number(&piece.latex)?)));
        self.numbers = known.filter(|(_, number)| number.value.is_finite()).collect();
        self
    }

    /// The whole of it as `LaTeX`.
    #[must_use]
    pub fn latex(&self) -> String {
        self.pieces.iter().map(|piece| piece.latex.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The number below a piece.
    #[must_use]
    pub fn number(&self, place: usize) -> Option<&Number> {
        self.numbers.iter().find(|(own, _)| *own == place).map(|(_, number)| number)
    }
}
