//! Python as text: numbers, lists, and the three libraries of arrays.

use std::fmt::Write;

/// A library of arrays in which a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// `NumPy`, in double precision.
    NumPy,
    /// `JAX`.
    Jax,
    /// `PyTorch`.
    Torch,
}

impl Library {
    /// What it is called in a script.
    pub(super) fn alias(self) -> &'static str {
        match self {
            Self::NumPy => "np",
            Self::Jax => "jnp",
            Self::Torch => "torch",
        }
    }

    /// Code written for any of them, for this one.
    pub(super) fn speak(self, code: &str) -> String {
        code.replace("lib.", &format!("{}.", self.alias()))
    }

    /// The helpers that fields are written with.
    pub(super) fn helpers(self, double: bool) -> &'static str {
        match (self, double) {
            (Self::NumPy, _) => {
                "DTYPE = np.float64


def array(values):
    return np.array(values, dtype=DTYPE)


def scalar(t):
    return np.asarray(t, dtype=np.float64)
"
            }
            (Self::Jax, true) => {
                "jax.config.update(\"jax_enable_x64\", True)
DTYPE = jnp.float64


def array(values):
    return jnp.array(values, dtype=DTYPE)


def scalar(t):
    return jnp.asarray(t, dtype=DTYPE)
"
            }
            (Self::Jax, false) => {
                "DTYPE = jnp.float32


def array(values):
    return jnp.array(values, dtype=DTYPE)


def scalar(t):
    return jnp.asarray(t, dtype=DTYPE)
"
            }
            (Self::Torch, true) => {
                "DTYPE = torch.float64


def array(values):
    return torch.tensor(values, dtype=DTYPE)


def scalar(t):
    return torch.as_tensor(t, dtype=torch.float64)
"
            }
            (Self::Torch, false) => {
                "DTYPE = torch.float32


def array(values):
    return torch.tensor(values, dtype=DTYPE)


def scalar(t):
    return torch.as_tensor(t, dtype=torch.float64)
"
            }
        }
    }

    /// The shares of logarithms, along the last axis.
    pub(super) fn softmax(self) -> &'static str {
        match self {
            Self::NumPy => {
                "def softmax(z):
    shares = np.exp(z - z.max(1, keepdims=True))
    return shares / shares.sum(1, keepdims=True)
"
            }
            Self::Jax => "def softmax(z):\n    return jax.nn.softmax(z, axis=1)\n",
            Self::Torch => "def softmax(z):\n    return torch.softmax(z, 1)\n",
        }
    }

    /// The import of the logarithm of the normal distribution function.
    pub(super) fn log_ndtr(self) -> &'static str {
        match self {
            Self::NumPy => "from scipy.special import log_ndtr",
            Self::Jax => "from jax.scipy.special import log_ndtr",
            Self::Torch => "from torch.special import log_ndtr",
        }
    }
}

/// A number as Python reads it back.
pub(super) fn number(x: f64) -> String {
    if x.is_finite() {
        format!("{x:?}")
    } else if x > 0.0 {
        "math.inf".to_owned()
    } else {
        "-math.inf".to_owned()
    }
}

/// A text as Python reads it back.
pub(super) fn text(words: &str) -> String {
    let mut text = String::from("\"");
    for c in words.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(text, "\\U{:08x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

/// Words that mean nothing to Python wherever they stand in its quotes.
pub(super) fn plain(words: &str) -> String {
    let harmless = |c: char| match c {
        '"' => '\'',
        '\\' => '/',
        c if c.is_control() => ' ',
        c => c,
    };
    words.chars().map(harmless).collect()
}

/// A list of numbers, on as many lines as it takes.
pub(super) fn list(values: &[f64]) -> String {
    rows(values.iter().map(|&x| number(x)), 8)
}

/// A list of lists of numbers, each on a line.
pub(super) fn table<const N: usize>(values: impl Iterator<Item = [f64; N]>) -> String {
    rows(values.map(|row| format!("[{}]", row.map(number).join(", "))), 3)
}

/// The lower rows of a tableau.
pub(super) fn ragged(values: &[&[f64]]) -> String {
    rows(values.iter().map(|row| list(row)), 1)
}

fn rows(entries: impl Iterator<Item = String>, per_line: usize) -> String {
    let entries: Vec<String> = entries.collect();
    if entries.len() <= per_line && entries.iter().map(String::len).sum::<usize>() < 90 {
        return format!("[{}]", entries.join(", "));
    }
    let mut text = String::from("[\n");
    for line in entries.chunks(per_line) {
        writeln!(text, "    {},", line.join(", ")).expect("a string takes all");
    }
    text.push(']');
    text
}

/// Lines behind a margin.
pub(super) fn lines_of(margin: &str, lines: &[String]) -> String {
    lines.iter().fold(String::new(), |text, line| text + margin + line + "\n")
}

/// Text with every line after the first indented by `by`.
pub(super) fn indented(text: &str, by: &str) -> String {
    text.trim_end().replace('\n', &format!("\n{by}"))
}
