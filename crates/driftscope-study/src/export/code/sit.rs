//! `SiT`'s `transport` package.

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::grid::Spacing;
use driftscope_solve::sde::{LastStep, Scheme};
use driftscope_solve::{ControllerKind, End, ErrorWeights};

use super::loops::written_out;
use super::plan::{Plan, Way};
use super::python::{Library, number};
use super::target::{Part, Target};
use super::torchdiffeq::{adaptive_name, fixed_name};
use crate::scene::Direction;

pub(super) static TARGET: Target = Target {
    name: "sit",
    title: "SiT transport",
    packages: "torch torchdiffeq tqdm",
    arrays: Library::Torch,
    write,
};

/// The call that makes its sampler, or why there is none for the scene.
fn call(plan: &Plan) -> Result<(String, Vec<String>), String> {
    let scene = plan.scene();
    let (start, end) = plan.experiment.interval;
    if scene.classic().is_some() || scene.direction != Direction::Generate {
        return Err(
            "transport samples from noise to data on its paths alone: this is written out."
                .to_owned(),
        );
    }
    let grid = plan.experiment.grid();
    let mut notes = Vec::new();
    let even = scene.sampler.spacing() == Spacing::Uniform;
    let (first, last) = interval(plan);
    if (first - start).abs() > 1e-9 || (last - end).abs() > 1e-9 {
        return Err(format!(
            "transport goes from {first} to {last}, the scene from {start} to {end}: the steps are written out."
        ));
    }
    match plan.way {
        Way::Noisy => {
            let method = match scene.diffusion.scheme {
                Scheme::EulerMaruyama => "Euler",
                Scheme::StochasticHeun => "Heun",
                Scheme::Sra1 => return Err("transport has no SRA1: it is written out.".to_owned()),
            };
            let form = match scene.diffusion.form {
                DiffusionForm::Sbdm => "SBDM",
                DiffusionForm::IncreasingDecreasing => "inccreasing-decreasing",
                other => other.name(),
            };
            if !even {
                return Err(
                    "transport has equal steps alone: the scene's are written out.".to_owned()
                );
            }
            let (kind, size) = scene.last_step();
            let last = match kind {
                LastStep::Mean => "\"Mean\"",
                LastStep::Euler => "\"Euler\"",
                LastStep::Tweedie => "\"Tweedie\"",
                LastStep::None => "None",
            };
            notes.push("The noise is PyTorch's, so the end points have the scene's law and are not its own.".to_owned());
            Ok((
                format!(
                    "sample_sde(sampling_method=\"{method}\", diffusion_form=\"{form}\", diffusion_norm={}, last_step={last}, last_step_size={}, num_steps={})",
                    number(scene.diffusion.norm),
                    number(size),
                    // Its number counts the last step.
                    grid.len(),
                ),
                notes,
            ))
        }
        Way::Fixed(method) => {
            let name = fixed_name(method).ok_or_else(|| {
                format!("torchdiffeq, which transport calls, has no {} with fixed steps: they are written out.", method.title)
            })?;
            if !even {
                return Err(
                    "transport has equal steps alone: the scene's are written out.".to_owned()
                );
            }
            Ok((format!("sample_ode(sampling_method=\"{name}\", num_steps={})", grid.len()), notes))
        }
        Way::Diffusion(method) => {
            Err(format!("transport has no {}: its steps are written out.", method.title))
        }
        Way::Adaptive(method) => {
            if !plan.whole_batch() {
                return Err("transport takes one step size for a whole batch, the scene one for every particle: the steps are written out.".to_owned());
            }
            let (name, other) = adaptive_name(method);
            notes.extend(other);
            notes.extend(plan.about_control("transport", ControllerKind::ITorchdiffeq));
            let factor = plan.tolerance_factor(method, ErrorWeights::Torchdiffeq);
            notes.extend(Plan::about_tolerances(factor, "transport"));
            if plan.settings.end == End::Clamp {
                notes.push(
                    "transport goes beyond the end and interpolates; the scene lands on it."
                        .to_owned(),
                );
            }
            let scaled = |x: f64| number(x * factor);
            let tolerances = plan.settings.tolerances;
            let (atol, rtol) = (scaled(tolerances.atol), scaled(tolerances.rtol));
            Ok((
                format!(
                    "sample_ode(sampling_method=\"{name}\", num_steps=2, atol={atol}, rtol={rtol})"
                ),
                notes,
            ))
        }
    }
}

/// The margin that transport keeps from the ends where it keeps one, chosen so that it keeps the scene's.
fn margin(plan: &Plan) -> f64 {
    let (start, end) = plan.experiment.interval;
    if start > 0.0 { start } else { 1.0 - end }
}

/// Where transport begins and ends with that margin (its `check_interval`).
fn interval(plan: &Plan) -> (f64, f64) {
    let scene = plan.scene();
    let (vp, margin) = (scene.path() == Interpolant::Vp, margin(plan));
    if plan.way != Way::Noisy {
        return (0.0, if vp { 1.0 - margin } else { 1.0 });
    }
    let (_, size) = scene.last_step();
    let begins_later = scene.diffusion.form == DiffusionForm::Sbdm && !vp;
    let room = if size == 0.0 { margin } else { size };
    (if begins_later { margin } else { 0.0 }, 1.0 - room)
}

fn write(plan: &Plan) -> Part {
    let (call, notes) = match call(plan) {
        Ok(found) => found,
        Err(why) => return written_out(plan, Library::Torch, &why),
    };
    let mut part =
        written_out(plan, Library::Torch, "Without transport the same steps are written out.");
    part.notes.extend(notes);
    part.notes.push(
        "transport is no package of pip: take the folder `transport` of https://github.com/willisma/SiT and put it beside this script.".to_owned(),
    );
    let path = match plan.scene().path() {
        Interpolant::Linear => "Linear",
        Interpolant::Gvp => "GVP",
        Interpolant::Vp => "VP",
    };
    part.imports = vec![
        "try:".to_owned(),
        "    from transport import Sampler, create_transport".to_owned(),
        "except ImportError:".to_owned(),
        "    create_transport = None".to_owned(),
    ];
    part.body = part.body.replace("def solve(starts, rng):", "def solve_written_out(starts, rng):");
    part.body.extend([format!(
        "\n\ndef solve(starts, rng):\n    \"\"\"The end points, by SiT's transport where it is.\"\"\"\n    global COUNTS\n    if create_transport is None:\n        print(\"transport is not here: the steps are made by the script itself\", file=sys.stderr)\n        return solve_written_out(starts, rng)\n    calls = 0\n\n    def model(x, t):\n        nonlocal calls\n        calls += 1\n        return velocity(t[0].double(), x).to(x.dtype)\n\n    torch.manual_seed(SEED)\n    transport = create_transport(\"{path}\", \"velocity\")\n    # The margin from the ends, where it keeps one.\n    transport.sample_eps = {}\n    sample = Sampler(transport).{call}\n    with torch.no_grad():\n        ends = sample(torch.tensor(starts, dtype=DTYPE), model)[-1]\n    COUNTS = [calls] * len(starts)\n    return ends.numpy()\n",
        number(margin(plan))
    )]);
    part
}
