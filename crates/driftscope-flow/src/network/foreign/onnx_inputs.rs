//! Which input of a network is the point, and which the time.

use rten_onnx::onnx::{DataType, ValueInfoProto};

/// An input as the file declares it.
pub struct Declared {
    name: String,
    /// Sizes; none where they are free. None where even their number is.
    dims: Option<Vec<Option<usize>>>,
    element: Option<Element>,
}

/// Names that points and times go by, where shapes do not tell.
const POINTS: [&str; 10] =
    ["x", "xt", "x_t", "x_in", "z", "y", "sample", "points", "input", "inputs"];
const TIMES: [&str; 12] = [
    "t",
    "time",
    "times",
    "timestep",
    "timesteps",
    "tau",
    "s",
    "sigma",
    "noise_level",
    "cond",
    "c_noise",
    "log_snr",
];

/// What an input's numbers are declared to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// binary16.
    Half,
    /// binary32.
    Single,
    /// binary64.
    Double,
    /// Whole, of 32 bits.
    Int32,
    /// Whole, of 64 bits.
    Int64,
}

impl Element {
    fn of(kind: DataType) -> Option<Self> {
        Some(match kind {
            DataType::FLOAT16 => Self::Half,
            DataType::FLOAT => Self::Single,
            DataType::DOUBLE => Self::Double,
            DataType::INT32 => Self::Int32,
            DataType::INT64 => Self::Int64,
            _ => return None,
        })
    }

    /// Whether they are whole.
    #[must_use]
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Int32 | Self::Int64)
    }
}

/// An input by its name and the type of its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// As the file calls it.
    pub name: String,
    /// What its numbers are.
    pub element: Element,
}

/// How the time goes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeShape {
    /// One for the whole batch.
    Scalar,
    /// `[n]`.
    Row,
    /// `[n, 1]`.
    Column,
    /// `[1]`: one for the whole batch.
    Single,
}

/// The inputs by what they are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles {
    /// The points, `[n, 2]`, or `[n, 3]` with their times.
    pub point: Input,
    /// None where the time is the third column of the point.
    pub time: Option<(Input, TimeShape)>,
    /// The size of every batch, where it is fixed.
    pub batch: Option<usize>,
}

impl Declared {
    pub fn of(value: &ValueInfoProto) -> Self {
        let tensor = value.r#type.as_ref().and_then(|kind| kind.tensor_type.as_ref());
        let kind = tensor.and_then(|tensor| tensor.elem_type);
        let dims = tensor.and_then(|tensor| tensor.shape.as_ref()).map(|shape| {
            let size = |value: i64| usize::try_from(value).ok();
            shape.dim.iter().map(|dim| dim.dim_value.and_then(size)).collect()
        });
        Self {
            name: value.name.clone().unwrap_or_default(),
            dims,
            element: kind.and_then(Element::of),
        }
    }

    fn float(&self) -> bool {
        self.element.is_some_and(|element| !element.is_whole())
    }

    /// Itself, if its numbers are of a known type.
    fn known(&self) -> Option<Input> {
        Some(Input { name: self.name.clone(), element: self.element? })
    }

    fn named(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.name.eq_ignore_ascii_case(name))
    }

    /// Whether it may be points with `columns` columns, by its shape.
    fn has_columns(&self, columns: usize) -> bool {
        self.float() && matches!(self.dims.as_deref(), Some([_, Some(last)]) if *last == columns)
    }

    /// Whether nothing is said against its being points.
    fn may_be_points(&self) -> bool {
        self.float()
            && match self.dims.as_deref() {
                None => true,
                Some([_, last]) => last.is_none_or(|last| last == 2),
                Some(_) => false,
            }
    }

    fn time_shape(&self) -> Option<TimeShape> {
        self.element?;
        match self.dims.as_deref() {
            Some([]) => Some(TimeShape::Scalar),
            Some([Some(1)]) => Some(TimeShape::Single),
            None | Some([_]) => Some(TimeShape::Row),
            Some([_, None | Some(1)]) => Some(TimeShape::Column),
            Some(_) => None,
        }
    }

    fn words(&self) -> String {
        let size = |dim: &Option<usize>| dim.map_or("n".to_owned(), |size| size.to_string());
        match &self.dims {
            None => self.name.clone(),
            Some(dims) => {
                let dims: Vec<String> = dims.iter().map(size).collect();
                format!("{} [{}]", self.name, dims.join(", "))
            }
        }
    }
}

/// Finds the point and the time among the inputs.
pub fn roles(inputs: &[Declared]) -> Result<Roles, String> {
    let found: Vec<String> = inputs.iter().map(Declared::words).collect();
    let refuse = || {
        let found = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
        format!(
            "its inputs are {found}; needed are points [n, 2] and times [n], [n, 1] or one number, or both as [n, 3]"
        )
    };
    let batch = |input: &Declared| input.dims.as_ref()?.first().copied().flatten();
    match inputs {
        [both] if both.has_columns(3) => {
            let point = both.known().ok_or_else(refuse)?;
            Ok(Roles { point, time: None, batch: batch(both) })
        }
        [a, b] => {
            let fits = |point: &Declared, time: &Declared| {
                point.may_be_points() && time.time_shape().is_some()
            };
            let (point, time) = match (fits(a, b), fits(b, a)) {
                (false, false) => return Err(refuse()),
                (true, false) => (a, b),
                (false, true) => (b, a),
                (true, true) => {
                    let told = |input: &Declared| input.has_columns(2) || input.named(&POINTS);
                    let turned = (told(b) && !told(a))
                        || (told(a) == told(b) && a.named(&TIMES) && !b.named(&TIMES));
                    if turned { (b, a) } else { (a, b) }
                }
            };
            let shape = time.time_shape().ok_or_else(refuse)?;
            let batch = batch(point).or(match shape {
                TimeShape::Row | TimeShape::Column => batch(time),
                TimeShape::Scalar | TimeShape::Single => None,
            });
            let point = point.known().ok_or_else(refuse)?;
            let time = time.known().ok_or_else(refuse)?;
            Ok(Roles { point, time: Some((time, shape)), batch })
        }
        _ => Err(refuse()),
    }
}
