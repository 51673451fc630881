//! Meta's `flow_matching`: its `ODESolver`.

use driftscope_solve::{ControllerKind, End, ErrorWeights};

use super::loops::written_out;
use super::plan::{Plan, Way};
use super::python::Library;
use super::target::{Part, Target};
use super::torchdiffeq::{about_scope, adaptive_name, field, fixed_name, no_fixed, solve};

pub(super) static TARGET: Target = Target {
    name: "flow-matching",
    title: "flow_matching",
    packages: "torch torchdiffeq flow_matching",
    arrays: Library::Torch,
    write,
};

fn write(plan: &Plan) -> Part {
    let (name, grid, tolerances, together, notes) = match plan.way {
        Way::Noisy => {
            return written_out(
                plan,
                Library::Torch,
                "flow_matching solves no SDEs: the steps are written out.",
            );
        }
        Way::Diffusion(method) => {
            return written_out(plan, Library::Torch, &no_fixed(method));
        }
        Way::Fixed(method) => match fixed_name(method) {
            Some(name) => (name, plan.grid(), String::new(), true, Vec::new()),
            None => return written_out(plan, Library::Torch, &no_fixed(method)),
        },
        Way::Adaptive(method) => {
            let (name, other) = adaptive_name(method);
            let factor = plan.tolerance_factor(method, ErrorWeights::Torchdiffeq);
            let mut notes = plan.about_control("flow_matching", ControllerKind::ITorchdiffeq);
            notes.extend(other);
            notes.extend(Plan::about_tolerances(factor, "flow_matching"));
            notes.extend(about_scope(plan));
            if plan.settings.end == End::Clamp {
                notes.push(
                    "flow_matching goes beyond the end and interpolates; the scene lands on it."
                        .to_owned(),
                );
            }
            if plan.settings.first_step.is_some() || plan.settings.max_step.is_finite() {
                notes.push("flow_matching takes neither a first nor a greatest step.".to_owned());
            }
            let grid = "GRID = [START, END]\n".to_owned();
            (name, grid, plan.tolerances(factor), plan.whole_batch(), notes)
        }
    };
    let limits = if tolerances.is_empty() { "" } else { ", atol=ATOL, rtol=RTOL" };
    let body = format!(
        "{grid}{tolerances}{}\n\nclass Velocity(ModelWrapper):\n    \"\"\"The field as flow_matching calls it.\"\"\"\n\n    def __init__(self):\n        super().__init__(None)\n\n    def forward(self, x, t, **extras):\n        return field(t, x)\n\n\ndef end_of(x):\n    \"\"\"Solves to the end, with a step between any two times of the grid where steps are fixed.\"\"\"\n    solver = ODESolver(velocity_model=Velocity())\n    times = torch.tensor(GRID, dtype=torch.float64)\n    return solver.sample(x_init=x, step_size=None, method=\"{name}\", time_grid=times{limits})\n\n\n{}",
        field(plan),
        solve(together)
    );
    let imports = [
        "from flow_matching.solver import ODESolver",
        "from flow_matching.utils import ModelWrapper",
    ];
    Part { imports: imports.map(str::to_owned).to_vec(), body, notes, doubles: false }
}
