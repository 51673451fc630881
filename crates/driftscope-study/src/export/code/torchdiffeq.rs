//! torchdiffeq's `odeint`.

use driftscope_solve::{ControllerKind, End, ErrorWeights, MethodRef, Norm};

use super::loops::written_out;
use super::plan::{Plan, Way};
use super::python::{Library, number};
use super::target::{Part, Target};

pub(super) static TARGET: Target = Target {
    name: "torchdiffeq",
    title: "torchdiffeq",
    packages: "torch torchdiffeq",
    arrays: Library::Torch,
    write,
};

fn write(plan: &Plan) -> Part {
    match plan.way {
        Way::Adaptive(method) => adaptive(plan, method),
        Way::Fixed(method) => match fixed_name(method) {
            Some(name) => fixed(plan, name),
            None => written_out(plan, Library::Torch, &no_fixed(method)),
        },
        Way::Diffusion(method) => written_out(plan, Library::Torch, &no_fixed(method)),
        Way::Noisy => written_out(
            plan,
            Library::Torch,
            "torchdiffeq solves no SDEs: the steps are written out.",
        ),
    }
}

/// Its name of a method of fixed steps.
pub(super) fn fixed_name(method: MethodRef) -> Option<&'static str> {
    Some(match method.name {
        "euler" => "euler",
        "midpoint" => "midpoint",
        "heun" => "heun2",
        "heun3" => "heun3",
        "rk4-38" => "rk4",
        _ => return None,
    })
}

/// Why a method of fixed steps is written out.
pub(super) fn no_fixed(method: MethodRef) -> String {
    if method.name == "rk4" {
        "torchdiffeq's rk4 is Kutta's 3/8 rule: the classical Runge-Kutta method is written out."
            .to_owned()
    } else {
        format!("torchdiffeq has no {} with fixed steps: they are written out.", method.title)
    }
}

/// Its name of an adaptive method, and a sentence if that is another.
pub(super) fn adaptive_name(method: MethodRef) -> (&'static str, Option<String>) {
    let (name, same) = match method.name {
        "dopri5" => ("dopri5", true),
        "bosh3" => ("bosh3", true),
        "heun" => ("adaptive_heun", true),
        "dop853" => ("dopri8", false),
        _ if method.order <= 3 => ("bosh3", false),
        _ => ("dopri5", false),
    };
    let note = (!same)
        .then(|| format!("torchdiffeq has no {}: {name} stands in its place.", method.title));
    (name, note)
}

/// The field as `odeint` calls it, counted.
pub(super) fn field(plan: &Plan) -> String {
    let (sign, t) = plan.own_time();
    format!(
        "COUNTS = []\nCALLS = 0\n\n\ndef field(t, x):\n    \"\"\"The velocity, counted.\"\"\"\n    global CALLS\n    CALLS += 1\n    return {sign}velocity({t}, x).to(x.dtype)\n"
    )
}

/// `solve` by `end_of(x)`, of all particles at once or of each.
pub(super) fn solve(together: bool) -> &'static str {
    if together {
        "def solve(starts, rng):\n    \"\"\"The end points.\"\"\"\n    ends = end_of(torch.tensor(starts, dtype=DTYPE))\n    COUNTS.extend([CALLS] * len(starts))\n    return ends.numpy()\n"
    } else {
        "def solve(starts, rng):\n    \"\"\"The end points, one particle after the other, so that each takes its own steps.\"\"\"\n    global CALLS\n    ends = []\n    for start in torch.tensor(starts, dtype=DTYPE):\n        CALLS = 0\n        ends.append(end_of(start[None]))\n        COUNTS.append(CALLS)\n    return torch.cat(ends).numpy()\n"
    }
}

/// A sentence where particles are solved one by one.
pub(super) fn about_scope(plan: &Plan) -> Option<String> {
    (!plan.whole_batch()).then(|| {
        "torchdiffeq takes one step size for a whole batch; here every particle is a batch of its own, in a loop, which is slow and takes the scene's steps.".to_owned()
    })
}

fn fixed(plan: &Plan, name: &str) -> Part {
    let body = format!(
        "{}{}\n\ndef end_of(x):\n    \"\"\"Solves to the end, with one step between any two times of the grid.\"\"\"\n    with torch.no_grad():\n        return odeint(field, x, torch.tensor(GRID, dtype=torch.float64), method=\"{name}\")[-1]\n\n\n{}",
        plan.grid(),
        field(plan),
        solve(true)
    );
    Part { imports: imports(), body, notes: Vec::new(), doubles: false }
}

fn imports() -> Vec<String> {
    vec!["from torchdiffeq import odeint".to_owned()]
}

fn adaptive(plan: &Plan, method: MethodRef) -> Part {
    let settings = &plan.settings;
    let control = settings.control;
    let (name, other) = adaptive_name(method);
    let factor = plan.tolerance_factor(method, ErrorWeights::Torchdiffeq);
    let mut notes = plan.about_control("torchdiffeq", ControllerKind::ITorchdiffeq);
    notes.extend(other);
    notes.extend(Plan::about_tolerances(factor, "torchdiffeq"));
    notes.extend(about_scope(plan));
    let mut options = vec![format!("\"max_num_steps\": {}", settings.max_attempts)];
    if settings.end == End::Clamp {
        options.push("\"step_t\": torch.tensor([END], dtype=torch.float64)".to_owned());
    }
    for (key, value, usual) in [
        ("safety", control.safety, 0.9),
        ("dfactor", control.min_factor, 0.2),
        ("ifactor", control.max_factor, 10.0),
        ("min_step", settings.min_step, 0.0),
    ] {
        if (value - usual).abs() > 1e-12 {
            options.push(format!("\"{key}\": {}", number(value)));
        }
    }
    if settings.max_step.is_finite() {
        options.push(format!("\"max_step\": {}", number(settings.max_step)));
    }
    if let Some(first) = settings.given_first_step() {
        options.push(format!("\"first_step\": {}", number(first)));
    }
    if control.norm == Norm::Max {
        options.push("\"norm\": lambda error: error.abs().max()".to_owned());
    }
    let body = format!(
        "{}OPTIONS = {{\n    # step_t lets the last step land on the end; without it torchdiffeq goes beyond and interpolates.\n    {},\n}}\n{}\n\ndef end_of(x):\n    \"\"\"Solves to the end.\"\"\"\n    times = torch.tensor([START, END], dtype=torch.float64)\n    with torch.no_grad():\n        return odeint(field, x, times, rtol=RTOL, atol=ATOL, method=\"{name}\", options=OPTIONS)[-1]\n\n\n{}",
        plan.tolerances(factor),
        options.join(",\n    "),
        field(plan),
        solve(plan.whole_batch())
    );
    Part { imports: imports(), body, notes, doubles: false }
}
