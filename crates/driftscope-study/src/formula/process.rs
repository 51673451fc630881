//! The path, the field and the noise, written down.

use driftscope_base::expression::{Expr, Function, Piece, PieceKind, decimal, name, number};
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_flow::field::ClassicField;
use driftscope_solve::Limit;

use super::line::{Line, Section};
use crate::scene::{Direction, FieldKind, Scene};

/// VP's log α.
const LOG_ALPHA: &str = "L";

/// α(t) of a path; on VP in terms of `L`, which [`log_alpha`] is.
#[must_use]
pub fn alpha(path: Interpolant) -> Expr {
    match path {
        Interpolant::Linear => name("t"),
        Interpolant::Gvp => quarter().of(Function::Sin),
        Interpolant::Vp => name(LOG_ALPHA).exp(),
    }
}

/// σ(t) of a path; on VP in terms of `L`.
#[must_use]
pub fn sigma(path: Interpolant) -> Expr {
    match path {
        Interpolant::Linear => number(1.0) - name("t"),
        Interpolant::Gvp => quarter().of(Function::Cos),
        Interpolant::Vp => (number(1.0) - (number(2.0) * name(LOG_ALPHA)).exp()).root(),
    }
}

fn quarter() -> Expr {
    name(r"\pi") * name("t") / number(2.0)
}

/// `L(t)` of a path that has one.
fn log_alpha(path: Interpolant) -> Option<Expr> {
    let left = || number(1.0) - name("t");
    let quarter = -(decimal(19.9) / number(4.0)) * left().squared();
    let half = decimal(0.1) / number(2.0) * left();
    (path == Interpolant::Vp).then(|| quarter - half)
}

/// What the weight of the score, α'σ²/α − σσ', comes to on a path.
fn score_weight(path: Interpolant) -> Expr {
    let left = || number(1.0) - name("t");
    match path {
        Interpolant::Linear => left() / name("t"),
        Interpolant::Gvp => {
            let half_pi = || name(r"\pi") / number(2.0);
            half_pi() * (quarter().of(Function::Cos) / quarter().of(Function::Sin))
        }
        Interpolant::Vp => number(0.5) * name(r"\beta"),
    }
}

/// `β(t)` of the variance-preserving SDE.
fn beta() -> Expr {
    decimal(0.1) + decimal(19.9) * (number(1.0) - name("t"))
}

/// D(t) of a form with norm `n` on a path; none where there is no noise.
#[must_use]
pub fn diffusion(form: DiffusionForm, path: Interpolant) -> Option<Expr> {
    let (n, pi_t) = (|| name("n"), || name(r"\pi") * name("t"));
    Some(match form {
        DiffusionForm::None => return None,
        DiffusionForm::Constant => n(),
        DiffusionForm::Sbdm => n() * score_weight(path),
        DiffusionForm::Sigma => n() * name(r"\sigma_{t}"),
        DiffusionForm::Linear => n() * (number(1.0) - name("t")),
        DiffusionForm::Decreasing => {
            number(0.25) * (n() * pi_t().of(Function::Cos) + number(1.0)).squared()
        }
        DiffusionForm::IncreasingDecreasing => n() * pi_t().of(Function::Sin).squared(),
    })
}

/// What is worked out of t: names with what they are, in order.
#[must_use]
pub fn of_time(scene: &Scene) -> Vec<(String, Expr)> {
    if scene.classic().is_some() {
        return Vec::new();
    }
    let path = scene.path();
    let mut all = Vec::new();
    let mut add = |name: &str, is: Expr| all.push((name.to_owned(), is));
    if let Some(is) = log_alpha(path) {
        add(LOG_ALPHA, is);
    }
    add(r"\alpha_{t}", alpha(path));
    add(r"\sigma_{t}", sigma(path));
    if scene.direction == Direction::Noise {
        add(r"\beta", beta());
        add("D_{t}", number(0.5) * name(r"\beta"));
    } else if let Some(is) = diffusion(scene.diffusion.form, path) {
        if scene.diffusion.form == DiffusionForm::Sbdm && path == Interpolant::Vp {
            add(r"\beta", beta());
        }
        add("D_{t}", is);
    }
    all
}

/// The letter of what the steps evaluate: the velocity, the drift, or the velocity backwards.
#[must_use]
pub fn letter(scene: &Scene) -> &'static str {
    match (scene.direction, scene.field.kind) {
        (Direction::Noise, _) => "f",
        (Direction::Encode, _) => "u",
        _ if scene.is_sde() => "f",
        (Direction::Generate, FieldKind::Learned) => r"v_\theta",
        (Direction::Generate, FieldKind::Exact | FieldKind::Classic) => "v",
    }
}

fn closed(latex: impl Into<String>) -> Vec<Piece> {
    vec![Piece::new(PieceKind::Closed, latex)]
}

/// A section about the path or the field.
const OF_PROCESS: Section = Section {
    title: String::new(),
    lines: Vec::new(),
    beside: false,
    of_process: true,
    remark: None,
};

/// The path and the field that are followed.
#[must_use]
pub fn sections(scene: &Scene) -> Vec<Section> {
    if let Some(classic) = scene.classic() {
        return vec![of_classic(&classic)];
    }
    let path = scene.path();
    let line = |(left, is): (String, Expr)| Line::is(&left, &is);
    let (of_noise, of_path): (Vec<_>, Vec<_>) =
        of_time(scene).into_iter().partition(|(left, _)| left == "D_{t}" || left == r"\beta");
    let mixed = name(r"\alpha_{t}") * name("x_1") + name(r"\sigma_{t}") * name("x_0");
    let mut lines = vec![Line::is("x_{t}", &mixed)];
    lines.extend(of_path.into_iter().map(line));
    let path = Section {
        title: format!("Path: {}", path.title()),
        lines,
        remark: Some("x₁ is drawn from the data, x₀ from N(0, I).".to_owned()),
        beside: true,
        of_process: true,
    };
    let mut field = of_field(scene);
    field.lines.extend(of_noise.into_iter().map(line));
    vec![path, field]
}

/// The SDE that the sampler of a scene tends to, if it draws noise.
pub(super) fn limit_of(scene: &Scene) -> Option<Limit> {
    scene.sampler.method().rule.limit().filter(|_| scene.sampler_draws())
}

/// The score, out of a velocity.
fn score(v: &str) -> Line {
    let ratio = r"(\alpha_t/\dot\alpha_t)";
    let score = format!(r"\frac{{{ratio}\,{v}-x}}{{\sigma_t^2-{ratio}\,\dot\sigma_t\sigma_t}}");
    Line::of("s(x,t)", closed(score))
}

/// The reverse SDE of a velocity, with D.
fn noisy_step(v: &str) -> Line {
    Line::of("dx_t", closed(format!(r"\bigl[{v} + D_t\,s\bigr]\,dt + \sqrt{{2D_t}}\,dW_t")))
}

/// That SDE, with its n.
fn limit_lines(v: &str, limit: Limit) -> [Line; 4] {
    let own = r"n\,\bigl[(\dot\alpha_t/\alpha_t)\,\sigma_t^2 - \sigma_t\dot\sigma_t\bigr]";
    [score(v), noisy_step(v), Line::of("D_t", closed(own)), Line::of("n", closed(limit.latex))]
}

/// The velocity of a process, and what noise adds to it.
fn of_field(scene: &Scene) -> Section {
    let mean = |which: &str| format!(r"\mathbb{{E}}[x_{which}\mid x_t=x]");
    let velocity = [
        Piece::new(PieceKind::Name, r"\dot\alpha_{t}"),
        Piece::new(PieceKind::Closed, mean("1")),
        Piece::new(PieceKind::Sign, "+"),
        Piece::new(PieceKind::Name, r"\dot\sigma_{t}"),
        Piece::new(PieceKind::Closed, mean("0")),
    ];
    let (kind, remark, v) = match scene.field.kind {
        FieldKind::Learned => ("learned", "A network stands in for the two means.", r"v_\theta"),
        FieldKind::Exact | FieldKind::Classic => {
            ("exact", "Both means in closed form, from the mixture.", "v")
        }
    };
    let title = |what: &str| format!("{what}, {kind} field");
    let mut lines = vec![Line::of(&format!("{v}(x,t)"), velocity.to_vec())];
    if scene.field.kind == FieldKind::Learned {
        lines[0].pieces[1].latex = r"\approx".into();
    }
    let mut section = match scene.direction {
        Direction::Noise => {
            let drift = closed(r"-\tfrac{1}{2}\,\beta\,x_t\,d\tau + \sqrt{\beta}\,dW_\tau");
            let drifts = closed(r"-\tfrac{1}{2}\,\beta\,x");
            lines = vec![Line::of("dx_t", drift), Line::of(r"f(x,\tau)", drifts)];
            return Section {
                title: "Noising SDE, data to noise".into(),
                lines,
                remark: Some("Its time is τ = 1 − t.".into()),
                ..OF_PROCESS
            };
        }
        Direction::Encode => {
            lines.push(Line::of(r"u(x,\tau)", closed(format!(r"-{v}(x,\,1-\tau)"))));
            Section { title: title("Probability-flow ODE backwards"), lines, ..OF_PROCESS }
        }
        Direction::Generate if !scene.is_sde() => {
            lines.push(Line::of(r"\dot x_t", closed(format!(r"{v}(x_t,\,t)"))));
            if let Some(limit) = limit_of(scene) {
                lines.pop();
                lines.extend(limit_lines(v, limit));
                let remark = "An SDE in the limit of small steps. Every noisy sampler has an n of its own: η² where it mixes fresh noise in by η (ancestral), η in the SDE forms of DPM-Solver++ and in Euler a on flow models, τ² in SA-Solver, one that rises with the level k = σ/α in ER-SDE. So η = 0.5 means one SDE under an ancestral sampler and another under DPM-Solver++.";
                let title = "What the noise means";
                return Section {
                    title: title.into(),
                    lines,
                    remark: Some(remark.into()),
                    ..OF_PROCESS
                };
            }
            Section { title: title("Probability-flow ODE"), lines, ..OF_PROCESS }
        }
        Direction::Generate => {
            let drift = Line::of("f(x,t)", closed(format!(r"{v} + D_t\,s")));
            lines.extend([score(v), drift, noisy_step(v)]);
            let form = scene.diffusion.form.title();
            Section { title: title(&format!("SDE, D: {form}")), lines, ..OF_PROCESS }
        }
    };
    let noise = if scene.is_sde() { " Others write g² = 2D." } else { "" };
    section.remark = Some(format!("{remark}{noise}"));
    section
}

/// A classic ODE.
fn of_classic(classic: &ClassicField) -> Section {
    let [x, y] = classic.system().formula.map(from_script);
    let velocity = format!(r"\begin{{pmatrix}} {x} \\ {y} \end{{pmatrix}}");
    let lines =
        vec![Line::of("v(x,y,t)", closed(velocity)), Line::of(r"\dot x_t", closed(r"v(x_t,\,t)"))];
    Section {
        title: format!("Classic ODE: {}", classic.system().title),
        lines,
        remark: Some("The point is the pair (x, y).".into()),
        ..OF_PROCESS
    }
}

/// A formula as scripts write it, as `LaTeX`.
#[must_use]
pub fn from_script(script: &str) -> String {
    let mut latex = script.replace("x * x", "x^2").replace(" * ", r"\,");
    for (word, symbol) in [
        ("mu", r"\mu "),
        ("lam", r"\lambda "),
        ("ratio", "r"),
        ("cos", r"\cos "),
        ("sin", r"\sin "),
    ] {
        latex = latex.replace(word, symbol);
    }
    // Whole numbers have no decimals.
    latex.replace(".0", "").replace("--", "")
}
