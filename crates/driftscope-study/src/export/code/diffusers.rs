//! Hugging Face's diffusers: its flow-matching Euler scheduler.

use driftscope_solve::MethodRef;
use driftscope_solve::grid::Spacing;

use super::loops::written_out;
use super::plan::{Plan, Way};
use super::python::{Library, list, number};
use super::target::{Part, Target};
use crate::scene::Scene;
use crate::scene::alias::Program;

pub(super) static TARGET: Target = Target {
    name: "diffusers",
    title: "diffusers",
    packages: "torch diffusers",
    arrays: Library::Torch,
    write,
};

fn write(plan: &Plan) -> Part {
    let why = match plan.way {
        Way::Noisy => format!(
            "The noisy schedulers of diffusers are made for other paths: the steps are written out.{}",
            among_its_own(plan.scene())
        ),
        Way::Adaptive(method) => format!(
            "diffusers has no step-size control and no {}: the steps are written out.",
            method.title
        ),
        Way::Diffusion(method) => of_own_grid(plan, method),
        Way::Fixed(method) if method.name != "euler" => of_own_grid(plan, method),
        Way::Fixed(_) => {
            let (_, end) = plan.experiment.interval;
            if plan.scene().classic().is_none() && (end - 1.0).abs() < 1e-12 {
                return euler(plan);
            }
            "diffusers' flow-matching schedulers end at sigma = 0, the scene elsewhere: the steps are written out.".to_owned()
        }
    };
    written_out(plan, Library::Torch, &why)
}

/// Why the steps of a method are written out.
fn of_own_grid(plan: &Plan, method: MethodRef) -> String {
    format!(
        "diffusers' flow-matching schedulers have no {} on a grid of one's own: the steps are written out.{}",
        method.title,
        among_its_own(plan.scene())
    )
}

/// Which of its schedulers of a noising process make the steps of a scene, class and arguments, in a sentence;
/// nothing if none does.
fn among_its_own(scene: &Scene) -> String {
    let names = scene.known_as().into_iter();
    let names = names.filter(|(program, _)| *program == Program::Diffusers).map(|(_, name)| name);
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        return String::new();
    }
    let names = names.join(" or ");
    format!(
        " The scene's own steps are made, on the levels of a noising process, by diffusers' {names}."
    )
}

fn euler(plan: &Plan) -> Part {
    let scene = plan.scene();
    let grid = plan.experiment.grid();
    let shifted = scene.sampler.spacing() == Spacing::Shifted && plan.experiment.interval.0 == 0.0;
    let steps = grid.len() - 1;
    let (shift, sigmas) = if shifted {
        let even = (0..steps).map(|i| 1.0 - i as f64 / steps as f64).collect::<Vec<_>>();
        (scene.sampler.shift, even)
    } else {
        (1.0, grid[..steps].iter().map(|t| 1.0 - t).collect())
    };
    let (sign, t) = plan.own_time();
    let body = format!(
        "# Of every step: 1 - t where it begins, before the shift. The last step goes to 0.\nSIGMAS = {}\nCOUNTS = None\n\n\ndef solve(starts, rng):\n    \"\"\"The end points. The scheduler's time is sigma = 1 - t, so its model output is the negative velocity.\"\"\"\n    global COUNTS\n    scheduler = FlowMatchEulerDiscreteScheduler(shift={})\n    scheduler.set_timesteps(sigmas=SIGMAS)\n    x = torch.tensor(starts, dtype=DTYPE)\n    for timestep, sigma in zip(scheduler.timesteps, scheduler.sigmas.double()):\n        t = 1.0 - sigma\n        v = {sign}velocity({t}, x).to(x.dtype)\n        x = scheduler.step(-v, timestep, x, return_dict=False)[0]\n    COUNTS = [len(scheduler.timesteps)] * len(starts)\n    return x.numpy()\n",
        list(&sigmas),
        number(shift)
    );
    let mut notes = Vec::new();
    if plan.is_double() {
        notes.push("The scheduler steps in single precision, the scene in double.".to_owned());
    }
    let imports = vec!["from diffusers import FlowMatchEulerDiscreteScheduler".to_owned()];
    Part { imports, body, notes, doubles: false }
}
