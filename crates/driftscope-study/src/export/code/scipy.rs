//! `SciPy`'s `solve_ivp`.

use driftscope_solve::{ControllerKind, End, ErrorWeights, MethodRef, Norm};

use super::loops::written_out;
use super::plan::{Plan, Way};
use super::python::{Library, number};
use super::target::{Part, Target};

pub(super) static TARGET: Target =
    Target { name: "scipy", title: "SciPy", packages: "scipy", arrays: Library::NumPy, write };

fn write(plan: &Plan) -> Part {
    match plan.way {
        Way::Adaptive(method) => adaptive(plan, method),
        Way::Fixed(_) => {
            written_out(plan, Library::NumPy, "SciPy has no fixed steps: they are written out.")
        }
        Way::Diffusion(method) => {
            let why = format!("SciPy has no {}: its steps are written out.", method.title);
            written_out(plan, Library::NumPy, &why)
        }
        Way::Noisy => {
            written_out(plan, Library::NumPy, "SciPy solves no SDEs: the steps are written out.")
        }
    }
}

fn adaptive(plan: &Plan, method: MethodRef) -> Part {
    let settings = &plan.settings;
    let (name, same) = match method.name {
        "dopri5" => ("RK45", true),
        "bosh3" => ("RK23", true),
        "dop853" => ("DOP853", true),
        _ if method.order <= 3 => ("RK23", false),
        _ => ("RK45", false),
    };
    let factor = plan.tolerance_factor(method, ErrorWeights::Classical);
    let mut notes = plan.about_control("SciPy", ControllerKind::IScipy);
    if !same {
        notes.push(format!("SciPy has no {}: {name} stands in its place.", method.title));
    }
    notes.extend(Plan::about_tolerances(factor, "SciPy"));
    if settings.end == End::Overshoot {
        notes.push("SciPy lands on the end; the scene goes beyond it and interpolates.".to_owned());
    }
    if settings.control.norm == Norm::Max {
        notes.push(
            "SciPy takes the root of the mean square of the errors, the scene the largest."
                .to_owned(),
        );
    }
    if settings.min_step > 0.0 {
        notes.push("RK methods of SciPy have no least step.".to_owned());
    }
    if (settings.control.safety - 0.9).abs() > 1e-12
        || (settings.control.min_factor - 0.2).abs() > 1e-12
        || (settings.control.max_factor - 10.0).abs() > 1e-12
    {
        notes.push(
            "SciPy's safety is 0.9 and its factors lie from 0.2 to 10, whatever the scene says."
                .to_owned(),
        );
    }
    if settings.tolerances.rtol * factor < 2.3e-14 {
        notes.push("SciPy raises rtol to 2.2e-14.".to_owned());
    }
    let first = settings.given_first_step().map_or_else(|| "None".to_owned(), number);
    let (sign, t) = plan.own_time();
    let head = format!(
        "{}FIRST_STEP, MAX_STEP = {first}, {}\nCOUNTS = []\n\n\ndef field(t, state):\n    \"\"\"The velocity of one state of SciPy, all particles behind each other.\"\"\"\n    points = state.reshape(-1, DIMENSIONS)\n    return {sign}velocity({t}, points).ravel()\n\n\ndef end_of(state):\n    \"\"\"Solves to the end.\"\"\"\n    solved = solve_ivp(field, (START, END), state, method=\"{name}\", atol=ATOL, rtol=RTOL, first_step=FIRST_STEP, max_step=MAX_STEP)\n    if not solved.success:\n        raise SystemExit(solved.message)\n    return solved.y[:, -1], solved.nfev\n\n\n",
        plan.tolerances(factor),
        number(settings.max_step)
    );
    let solve = if plan.whole_batch() {
        "def solve(starts, rng):\n    \"\"\"The end points. One step size for all: SciPy's norm is over all entries of the state.\"\"\"\n    end, count = end_of(starts.ravel())\n    COUNTS.extend([count] * len(starts))\n    return end.reshape(-1, DIMENSIONS)\n"
    } else {
        "def solve(starts, rng):\n    \"\"\"The end points. Every particle is solved by itself and takes its own steps.\"\"\"\n    ends = []\n    for start in starts:\n        end, count = end_of(start)\n        ends.append(end)\n        COUNTS.append(count)\n    return np.array(ends)\n"
    };
    Part {
        imports: vec!["from scipy.integrate import solve_ivp".to_owned()],
        body: head + solve,
        notes,
        doubles: true,
    }
}
