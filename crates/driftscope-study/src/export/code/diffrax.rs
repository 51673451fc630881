//! diffrax.

use driftscope_solve::{ControllerKind, End, ErrorWeights, MethodRef, MinStepPolicy, Norm};

use super::loops::written_out;
use super::plan::{Plan, Way};
use super::python::{Library, list, number};
use super::target::{Part, Target};

pub(super) static TARGET: Target = Target {
    name: "diffrax",
    title: "diffrax",
    packages: "jax diffrax",
    arrays: Library::Jax,
    write,
};

fn write(plan: &Plan) -> Part {
    match plan.way {
        Way::Adaptive(method) => adaptive(plan, method),
        Way::Fixed(method) => fixed(plan, method),
        Way::Diffusion(method) => {
            let why = format!("diffrax has no {}: its steps are written out.", method.title);
            written_out(plan, Library::Jax, &why)
        }
        Way::Noisy => written_out(
            plan,
            Library::Jax,
            "diffrax draws its noise from a Brownian tree of its own and has no last step: the steps are written out.",
        ),
    }
}

/// Its solver of the same method.
fn solver(method: MethodRef) -> Option<&'static str> {
    Some(match method.name {
        "euler" => "Euler",
        "midpoint" => "Midpoint",
        "heun" => "Heun",
        "bosh3" => "Bosh3",
        "dopri5" => "Dopri5",
        "tsit5" => "Tsit5",
        _ => return None,
    })
}

/// A solver of a tableau of ours.
fn own_solver(method: MethodRef) -> String {
    let tableau = method.tableau().expect("ways are made of explicit Runge-Kutta methods");
    let rows: Vec<String> = tableau.a[1..]
        .iter()
        .map(|row| format!("        np.array({}),\n", list(row).replace('\n', " ")))
        .collect();
    let stages = tableau.stages();
    format!(
        "class Method(diffrax.AbstractERK):\n    \"\"\"{}, which diffrax has no solver for: by its coefficients. It has no error estimate here.\"\"\"\n\n    tableau: ClassVar[diffrax.ButcherTableau] = diffrax.ButcherTableau(\n        c=np.array({}),\n        b_sol=np.array({}),\n        b_error=np.array({}),\n        a_lower=(\n    {}        ),\n    )\n    interpolation_cls: ClassVar = diffrax.ThirdOrderHermitePolynomialInterpolation.from_k\n\n    def order(self, terms):\n        return {}\n\n\n",
        method.title,
        list(&tableau.c[1..]).replace('\n', " "),
        list(tableau.b).replace('\n', " "),
        list(&vec![0.0; stages]).replace('\n', " "),
        rows.join("    "),
        method.order
    )
}

/// The field, and the solve of all particles at once or of each.
fn body(
    plan: &Plan,
    constants: &str,
    solver: &str,
    controller: &str,
    first: &str,
    evaluations: &str,
) -> String {
    let (sign, t) = plan.own_time();
    let most = plan.settings.max_attempts;
    let (start, starts, reshape) = if plan.whole_batch() {
        ("start", "solved = end_of(starts)", "counts = [int(count)] * len(starts)")
    } else {
        ("start", "solved = jax.vmap(end_of)(starts)", "counts = [int(c) for c in count]")
    };
    let points = if plan.whole_batch() { "x" } else { "x[None]" };
    let point = if plan.whole_batch() { "" } else { "[0]" };
    format!(
        "{constants}COUNTS = []\n\n\ndef field(t, x, args):\n    \"\"\"The velocity.\"\"\"\n    return {sign}velocity({t}, {points}){point}\n\n\n@jax.jit\ndef end_of({start}):\n    \"\"\"Solves to the end; the end and the attempted steps.\"\"\"\n    solved = diffrax.diffeqsolve(\n        diffrax.ODETerm(field),\n        {solver},\n        START,\n        END,\n        {first},\n        {start},\n        stepsize_controller={controller},\n        saveat=diffrax.SaveAt(t1=True),\n        max_steps={most},\n    )\n    return solved.ys[0], solved.stats[\"num_steps\"]\n\n\ndef solve(starts, rng):\n    \"\"\"The end points.\"\"\"\n    starts = jnp.asarray(starts, dtype=DTYPE)\n    {starts}\n    ends, count = solved\n    {reshape}\n    # {evaluations}\n    COUNTS.extend(PER_STEP * c + AT_START for c in counts)\n    return np.asarray(ends)\n"
    )
}

fn fixed(plan: &Plan, method: MethodRef) -> Part {
    let (own, solver) = match solver(method) {
        Some(name) => (String::new(), format!("diffrax.{name}()")),
        None => (own_solver(method), "Method()".to_owned()),
    };
    let tableau = method.tableau().expect("ways are made of explicit Runge-Kutta methods");
    let reused = tableau.first_same_as_last && own.is_empty();
    let per_step = tableau.stages() - usize::from(reused);
    let constants =
        format!("{own}{}PER_STEP, AT_START = {per_step}, {}\n", plan.grid(), usize::from(reused));
    let steps = plan.experiment.grid().len();
    let body = body(
        plan,
        &constants,
        &solver,
        "diffrax.StepTo(ts=jnp.array(GRID))",
        "None",
        "diffrax counts steps, not evaluations: so many a step, and one at the start where the last stage is the next step's first.",
    )
    .replace(&format!("max_steps={}", plan.settings.max_attempts), &format!("max_steps={steps}"));
    let imports = imports(!own.is_empty());
    Part { imports, body, notes: Vec::new(), doubles: false }
}

fn imports(class: bool) -> Vec<String> {
    let mut imports = vec!["import diffrax".to_owned()];
    if class {
        imports.insert(0, "from typing import ClassVar".to_owned());
    }
    imports
}

fn adaptive(plan: &Plan, method: MethodRef) -> Part {
    let settings = &plan.settings;
    let control = settings.control;
    let mut notes = Vec::new();
    let (name, stages) = if let Some(name) = solver(method) {
        (name, method.tableau().map_or(1, |t| t.stages() - usize::from(t.first_same_as_last)))
    } else {
        let (name, stages) = match method.name {
            "dop853" => ("Dopri8", 13),
            _ if method.order <= 3 => ("Bosh3", 3),
            _ => ("Dopri5", 6),
        };
        notes.push(format!("diffrax has no {}: {name} stands in its place.", method.title));
        (name, stages)
    };
    let factor = plan.tolerance_factor(method, ErrorWeights::Torchdiffeq);
    notes.extend(Plan::about_tolerances(factor, "diffrax"));
    if !control.kind.takes_coefficients() {
        notes.extend(plan.about_control("diffrax", ControllerKind::IDiffrax));
    }
    if settings.end == End::Overshoot {
        notes.push(
            "diffrax lands on the end; the scene goes beyond it and interpolates.".to_owned(),
        );
    }
    let coefficients = if control.kind.takes_coefficients() {
        control.coefficients
    } else {
        control.kind.usual_coefficients()
    };
    let [p, i, d] = coefficients.map(number);
    let mut options = vec![
        "rtol=RTOL".to_owned(),
        "atol=ATOL".to_owned(),
        format!("pcoeff={p}"),
        format!("icoeff={i}"),
        format!("dcoeff={d}"),
        format!("safety={}", number(control.safety)),
        format!("factormin={}", number(control.min_factor)),
        format!("factormax={}", number(control.max_factor)),
    ];
    if settings.min_step > 0.0 {
        options.push(format!("dtmin={}", number(settings.min_step)));
        let force = settings.min_step_policy == MinStepPolicy::Accept;
        options.push(format!("force_dtmin={}", if force { "True" } else { "False" }));
    }
    if settings.max_step.is_finite() {
        options.push(format!("dtmax={}", number(settings.max_step)));
    }
    if control.norm == Norm::Max {
        options.push("norm=lambda error: jnp.max(jnp.abs(error))".to_owned());
    }
    let first = settings.first_step.map_or_else(
        || {
            if control.kind == ControllerKind::IDiffrax {
                "min(0.01, END - START)".to_owned()
            } else {
                "None".to_owned()
            }
        },
        number,
    );
    let reused = usize::from(matches!(name, "Dopri5" | "Bosh3" | "Tsit5" | "Dopri8"));
    let constants = format!("{}PER_STEP, AT_START = {stages}, {reused}\n", plan.tolerances(factor));
    let controller = format!("diffrax.PIDController({})", options.join(", "));
    let body = body(
        plan,
        &constants,
        &format!("diffrax.{name}()"),
        &controller,
        &first,
        "diffrax counts attempted steps, not evaluations: so many an attempt, and one at the start where the last stage is the next step's first.",
    );
    Part { imports: imports(false), body, notes, doubles: false }
}
