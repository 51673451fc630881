//! `driftscope methods`: the table of solvers.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use driftscope_solve::sde::Scheme;
use driftscope_solve::{METHODS, Method, MethodRef, NoiseSetting};
use driftscope_study::own::{Own, OwnError};
use driftscope_study::scene::OwnTableau;

use super::elsewhere;

/// Print every solver as a Markdown table: order, evaluations, error estimate, memory, reference.
///
/// It is made from the same table as the window's menu. `docs/solvers.md` is this command's output.
/// Of files with tableaus it prints theirs, with the orders found and the first condition that fails.
#[derive(Args, Debug)]
pub struct Methods {
    /// Files with tableaus of one's own.
    #[arg(value_name = "FILE.toml")]
    files: Vec<PathBuf>,
    /// Print the names that programs which make pictures use instead, with what they stand for here.
    /// `docs/samplers-elsewhere.md` is this page.
    #[arg(long, conflicts_with = "files")]
    elsewhere: bool,
}

impl Methods {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let page = match (self.elsewhere, self.files.is_empty()) {
            (true, _) => elsewhere::page(),
            (false, true) => page(),
            (false, false) => self.own_page()?,
        };
        super::output::print(page.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }

    /// The page of tableaus of one's own.
    fn own_page(&self) -> anyhow::Result<String> {
        let methods = self.files.iter().map(|path| own_method(path));
        let methods = methods.collect::<Result<Vec<_>, _>>()?;
        let rows = methods.iter().map(|method| row(method));
        let words = methods.iter().map(|method| words(method));
        let part = |text: &str| std::iter::once(text.to_owned());
        Ok(part(HEAD).chain(rows).chain(part("\n")).chain(words).collect())
    }
}

/// The method of a file with a tableau.
///
/// # Errors
/// If the file cannot be read, or holds none.
pub fn own_method(path: &Path) -> Result<MethodRef, OwnError> {
    Own::<OwnTableau>::read(path).map(|own| own.content().method())
}

/// A row of the table.
fn row(method: &Method) -> String {
    let Method { name, title, order, reference, .. } = method;
    format!(
        "| `{name}` | {title} | {order} | {} | {} | {} | {} | {} | {reference} |\n",
        evaluations(method),
        error_estimate(method),
        adaptive(method),
        bytes(method.arrays_kept()),
        deterministic(method),
    )
}

/// What it is.
fn words(method: &Method) -> String {
    format!("- **{}** (`{}`): {}\n", method.title, method.name, method.about)
}

/// The page, as Markdown.
#[must_use]
pub fn page() -> String {
    let methods = METHODS.iter().map(|method| row(method));
    let schemes = Scheme::ALL.into_iter().map(|scheme| {
        format!(
            "| `{}` | {} | {} | {} | {} |\n",
            scheme.name(),
            scheme.title(),
            scheme.order(),
            scheme.evaluations_per_step(),
            bytes(scheme.arrays_kept()),
        )
    });
    let words = METHODS.iter().map(|method| words(method));
    let part = |text: &str| std::iter::once(text.to_owned());
    part(INTRODUCTION)
        .chain(part(HEAD))
        .chain(methods)
        .chain(part(SCHEMES))
        .chain(schemes)
        .chain(part(NOTES))
        .chain(words)
        .chain(part(OWN))
        .collect()
}

const INTRODUCTION: &str = "# Solvers

Made by `driftscope methods` from the table that the window's menu and the command line use; a test
compares this page with it.

";

const HEAD: &str = "\
| name | title | order | nfe per step | error estimate | adaptive | bytes per particle | deterministic | reference |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
";

const SCHEMES: &str = "
Wherever a diffusion form other than `none` is chosen, an SDE scheme makes the steps instead
(`[diffusion] scheme`):

| name | title | strong order | nfe per step | bytes per particle |
| --- | --- | --- | --- | --- |
";

const NOTES: &str = "
Orders are those of the global error; `tests/convergence.rs` measures them. They are not promised where
some step never shrinks. On grids by noise level, such as `karras` and `log-snr`, that is the first step from t = 0 and the
last one to t = 1, beyond the noise levels σ/α of 80 and 0.002: they stay as long however many steps
there are, and the error they make with them. For diffusion samplers it is every grid from t = 0 or to
t = 1, where the log(α/σ) in which they step is infinite: UniPC then shows 2 instead of 3 on uniform
steps, and to t = 1 on VP all of them show 1. From `time.start` = 0.1 to `time.end` = 0.9 they have
their orders. `nfe` counts evaluations
of the field per particle, rejected attempts and start-up included; those made only for dense output
are counted apart. Memory is what the solver keeps per particle in single precision: the state, and
the stages, slopes or predictions it needs at once. In fixed steps step doubling runs on the first 512
particles and is not billed.

Adaptive steps follow the error estimate of the table, while no noise is drawn: `sampler.adaptive = true`
turns them on where they are not by default. With step doubling a step is made whole and in two halves,
whose answer is kept; their difference over 2^p − 1 is the error, and all three are billed. It takes three
times the memory. Adams–Bashforth methods bill the slope at the answer of every attempt, and their first
steps are judged by step doubling. Where Newton's iteration fails, the step is tried again shorter by
`sampler.min_factor`.
Diffusion samplers that look back (2M, 3M, UniPC, DEIS, LMS and others) stay with fixed steps: they compare a step with
one of order 1, which is the same step where there is nothing to look back on. Their orders are those from their own
start, a step of order 1; from exact values UniPC of order 3 and LMS of order 4 have 4, DEIS of order 3 and 3M with κ = 2
have 3. What image generators call all of these is on [a page of its own](samplers-elsewhere.md). Explicit methods with an embedded pair take the steps of
many particles at once; with the other methods each particle, unless the whole batch steps together, is
solved by itself, which takes longer.

";

const OWN: &str = "
## A solver of one's own

`sampler.tableau = \"F.toml\"` lets the Butcher tableau of an explicit Runge–Kutta method stand in place of
`sampler.method`, in every command and pane; in the window, *Open tableau…* or a file dropped on it.
`driftscope methods F.toml` prints its row of the table above, and `sweep --methods euler,F.toml` has it
beside others.

```toml
name = \"Ralston\"
c = [0, \"2/3\"]
a = [[], [\"2/3\"]]
b = [\"1/4\", \"3/4\"]
b_hat = [1, 0]     # if there is a second answer: y - ŷ is the error, and sets the steps unless told otherwise
```

Entries are numbers, or fractions as text. `a` has a row a stage: row i with i − 1 entries, the first empty, or
square rows with zeros on the diagonal and above. `dense` has a row a stage with the coefficients of θ, θ², …
of its weight at the share θ of a step (cubic Hermite without it), `about` a sentence, `order` the order that
it is to have. Without `b_hat` steps are fixed unless `sampler.adaptive = true` asks for step doubling.

Its orders are found from the conditions Σ bᵢ Φᵢ(τ) = 1/γ(τ) of all rooted trees τ up to order 8, and its
words name the first that fails. A condition holds where it is missed by at most 1e-10 of the size of its
terms: write fractions, or eleven digits and more. What no method may miss (c_i = Σ a_ij, Σ b_i = 1,
Σ b_hat_i = 1, the order declared) is refused with the condition, and so are entries of `a` on the diagonal
or above it. The step-size exponent is 1/(q + 1), q the lower of the two orders. Where the last row of `a` is
`b` and its node is 1, the last stage is the next step's first and is evaluated once.
";

/// Memory of so many arrays of two single-precision coordinates.
fn bytes(arrays: usize) -> usize {
    arrays * 2 * size_of::<f32>()
}

fn evaluations(method: &Method) -> String {
    let count = method.evaluations_per_step();
    if method.rule.iterates() {
        format!("{count} or more")
    } else if method.tableau().is_some_and(|tableau| tableau.first_same_as_last) {
        format!("{count} (+1 at start)")
    } else {
        count.to_string()
    }
}

fn error_estimate(method: &Method) -> String {
    method.rule.own_estimate().unwrap_or_else(|| "step doubling".into())
}

fn adaptive(method: &Method) -> &'static str {
    match (method.adaptive_by_default, method.can_adapt()) {
        (true, _) => "by default",
        (false, true) => "yes",
        (false, false) => "no",
    }
}

fn deterministic(method: &Method) -> String {
    let unless = |setting: NoiseSetting| match setting.key() {
        Some(key) => format!("unless `{key}` > 0"),
        None => "no".into(),
    };
    method.rule.noise_setting().map_or_else(|| "yes".into(), unless)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_in_docs_is_this_commands_output() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/solvers.md");
        let written = std::fs::read_to_string(path).expect("docs/solvers.md");
        assert!(written == super::page(), "run `driftscope methods > docs/solvers.md`");
    }
}
