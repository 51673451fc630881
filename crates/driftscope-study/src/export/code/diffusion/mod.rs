//! Diffusion samplers written out: what each makes of a step of the loop that all share.
//!
//! The formulas are those of `driftscope_solve`'s own samplers, in the same order, so that a script without noise
//! ends where the program does, and one with noise draws where it does.

mod steps;

use driftscope_solve::{FinalOrder, MethodRef, SamplerKnobs, SolverType, UniPcB, Variable};

use self::steps::{Kept, Loop, Nodes};
use super::loops::SOLVE_HEAD;
use super::paths::level_code;
use super::plan::Plan;
use super::python::{Library, number};
use super::sampler::Sampler;

/// Steps from pure noise: those that keep what there is, and those that mix fresh noise in.
const KEPT_NOISE: &str = "x = alpha1 * data + sigma1 / sigma * x";
const ANCESTRAL_NOISE: &str =
    "x = alpha1 * data + math.sqrt(1.0 - ETA**2) * sigma1 / sigma * x + fresh(ETA * sigma1)";
const NOISE_OF_SDE: &str =
    "x = alpha1 * data + (fresh(sigma1) if ETA > 0.0 else sigma1 / sigma * x)";

/// A line of the loop that makes a step by the function `step`.
const SINGLE_STEP: &str = "x = step(x, data, start, end, fresh)";
const MULTISTEP: &str = "x = step(x, nodes, start, end, fresh)";
const NOISE_MULTISTEP: &str = "x = step(x, nodes, start, end)";

/// Snippets that several samplers share.
const SPLIT: &str = include_str!("../snippets/diffusion/split.py");
const RISE: &str = include_str!("../snippets/diffusion/rise.py");
const PHI_2: &str = include_str!("../snippets/diffusion/phi_2.py");
const WEIGHTS: &str = include_str!("../snippets/diffusion/weights.py");
const NOISE_STEP: &str = include_str!("../snippets/diffusion/noise_multistep.py");

impl Sampler {
    /// Its loop in a run of so many steps.
    fn written(self, plan: &Plan, knobs: &SamplerKnobs, steps: usize) -> Loop {
        let eta = || vec![format!("ETA = {}", number(knobs.eta))];
        let owned = |snippets: &[&str]| snippets.iter().map(|&text| text.to_owned()).collect();
        let single = |functions: Vec<String>| Loop {
            constants: eta(),
            functions,
            make: vec![SINGLE_STEP.to_owned()],
            noisy: true,
            from_noise: Some(ANCESTRAL_NOISE),
            ..Loop::default()
        };
        let at_level = |step: &str| vec![level_at(plan, knobs), SPLIT.to_owned(), step.to_owned()];
        let of_noise = |most: usize, falls: bool, weights: &[&str]| Loop {
            functions: owned(&[weights, &[NOISE_STEP]].concat()),
            nodes: Some(Nodes::of(Kept::Noise, most, falls)),
            make: vec![NOISE_MULTISTEP.to_owned()],
            from_noise: Some(KEPT_NOISE),
            ..Loop::default()
        };
        match self {
            Self::Ddim => Loop {
                from_noise: None,
                ends_in_data: true,
                ..single(owned(&[include_str!("../snippets/diffusion/ddim.py")]))
            },
            Self::EulerAFlow => Loop {
                from_noise: None,
                ..single(owned(&[include_str!("../snippets/diffusion/euler_a_flow.py")]))
            },
            Self::DpmSolver2 => {
                single(at_level(include_str!("../snippets/diffusion/dpm_solver_2.py")))
            }
            Self::Dpmpp2s => single(at_level(include_str!("../snippets/diffusion/dpmpp_2s.py"))),
            Self::DpmppSde => single(at_level(include_str!("../snippets/diffusion/dpmpp_sde.py"))),
            Self::EdmHeun => edm_heun(plan, knobs),
            Self::DpmppMultistep(most) => {
                dpmpp_multistep(most, knobs, knobs.final_order.falls_within(steps))
            }
            Self::UniPc(most) => unipc(most, knobs),
            Self::SaSolver => sa_solver(knobs),
            Self::ErSde => er_sde(knobs),
            Self::Deis(most) => {
                let falls = knobs.final_order.falls_within(steps);
                of_noise(most, falls, &[WEIGHTS, include_str!("../snippets/diffusion/deis.py")])
            }
            Self::Lms(most) => Loop {
                ends_in_data: true,
                ..of_noise(most, false, &[WEIGHTS, include_str!("../snippets/diffusion/lms.py")])
            },
            Self::Ipndm => Loop {
                ends_in_data: knobs.final_order == FinalOrder::Full,
                ..of_noise(4, false, &[include_str!("../snippets/diffusion/ipndm.py")])
            },
            Self::GradientEstimation => {
                of_noise(2, false, &[include_str!("../snippets/diffusion/gradient_estimation.py")])
            }
        }
    }
}

/// The predictions at a level between the ends of a step, and when a path has it.
fn level_at(plan: &Plan, knobs: &SamplerKnobs) -> String {
    let at = include_str!("../snippets/diffusion/at_level.py").replace(
        "TIME",
        match knobs.variable {
            Variable::Level => "float(time_at(1.0, k))",
            Variable::Flow => "float(time_at(1.0 - k, k))",
        },
    );
    // A network of another path may have brought the function of that one, for arrays of its library.
    let time = level_code(plan.scene().path())
        .replace("time_of_level(", "time_at(")
        .replace("the path that the network was trained on", "the scene's path");
    format!("{}\n\n{at}", Library::NumPy.speak(&time))
}

fn edm_heun(plan: &Plan, knobs: &SamplerKnobs) -> Loop {
    let mut functions = vec![level_at(plan, knobs)];
    let mut constants = Vec::new();
    let churns = knobs.s_churn > 0.0;
    if churns {
        let settings = [
            ("S_CHURN", knobs.s_churn),
            ("S_MIN", knobs.s_min),
            ("S_MAX", knobs.s_max),
            ("S_NOISE", knobs.s_noise),
        ];
        constants.extend(settings.map(|(name, value)| format!("{name} = {}", number(value))));
        functions.push(include_str!("../snippets/diffusion/churn.py").to_owned());
    }
    functions.push(include_str!("../snippets/diffusion/edm_heun.py").to_owned());
    Loop {
        constants,
        functions,
        churns,
        noisy: churns,
        make: vec!["x = step(x, data, start, end)".to_owned()],
        from_noise: Some(KEPT_NOISE),
        ..Loop::default()
    }
}

fn dpmpp_multistep(most: usize, knobs: &SamplerKnobs, falls: bool) -> Loop {
    let usual = if most == 2 { SolverType::Midpoint } else { SolverType::Heun };
    let solver = knobs.solver_type.unwrap_or(usual);
    let mut constants = vec![format!("ETA = {}", number(knobs.eta_sde))];
    let mut functions = vec![RISE.to_owned()];
    if most == 3 || solver == SolverType::Heun {
        functions.push(PHI_2.to_owned());
    }
    let mut bend = "";
    if most == 3 {
        functions.push(include_str!("../snippets/diffusion/phi_3.py").to_owned());
        constants.push(format!("KAPPA = {}", knobs.kappa));
        bend = include_str!("../snippets/diffusion/dpmpp_bend.py");
    }
    let share = match solver {
        SolverType::Midpoint => "0.5 * rise(whole)",
        SolverType::Heun => "phi_2(whole)",
    };
    let step = include_str!("../snippets/diffusion/dpmpp_multistep.py");
    functions.push(step.replace("SHARE", share).replace("    BEND\n", bend));
    Loop {
        constants,
        functions,
        nodes: Some(Nodes::of(Kept::Data, most, falls)),
        make: vec![MULTISTEP.to_owned()],
        noisy: true,
        from_noise: Some(NOISE_OF_SDE),
        ..Loop::default()
    }
}

fn unipc(most: usize, knobs: &SamplerKnobs) -> Loop {
    let scale = match knobs.b {
        UniPcB::Bh1 => "-h",
        UniPcB::Bh2 => "-rise(h)",
    };
    let from_data = include_str!("../snippets/diffusion/unipc.py").replace("B_OF_H", scale);
    let falls = knobs.final_order == FinalOrder::Lower;
    Loop {
        functions: vec![RISE.to_owned(), WEIGHTS.to_owned(), from_data],
        nodes: Some(Nodes::of(Kept::Data, most, falls)),
        correction: Some("[*nodes, (sigma / alpha, data)]".to_owned()),
        make: vec![
            "guess = from_data(sigma / alpha, end, nodes)".to_owned(),
            "x = sigma1 / sigma * x + guess".to_owned(),
        ],
        from_noise: Some(KEPT_NOISE),
        ..Loop::default()
    }
}

fn sa_solver(knobs: &SamplerKnobs) -> Loop {
    let SamplerKnobs { predictor, corrector, .. } = *knobs;
    let most = predictor.max(corrector);
    // One that has nothing but the new prediction to look at has none to correct with.
    let corrects = corrector > 0 && most > 1;
    let make = [
        format!("guess = from_data(sigma / alpha, end, nodes[: min({predictor}, left)])"),
        "h = math.log(sigma / alpha * alpha1 / sigma1)".to_owned(),
        "kept = sigma1 / sigma * math.exp(-(TAU**2) * h)".to_owned(),
        "x = kept * x + guess + fresh(sigma1 * math.sqrt(rise(2.0 * TAU**2 * h)))".to_owned(),
    ];
    Loop {
        constants: vec![format!("TAU = {}", number(knobs.tau))],
        functions: vec![
            RISE.to_owned(),
            WEIGHTS.to_owned(),
            include_str!("../snippets/diffusion/sa_solver.py").to_owned(),
        ],
        nodes: Some(Nodes { counts: true, ..Nodes::of(Kept::Data, most, false) }),
        correction: corrects
            .then(|| format!("[(sigma / alpha, data), *nodes][: min({corrector}, left + 2)]")),
        make: make.to_vec(),
        noisy: true,
        from_noise: Some(
            "x = alpha1 * data + (fresh(sigma1) if TAU > 0.0 else sigma1 / sigma * x)",
        ),
        ..Loop::default()
    }
}

fn er_sde(knobs: &SamplerKnobs) -> Loop {
    let mut constants = Vec::new();
    let points = if knobs.integral_points == 0 {
        include_str!("../snippets/diffusion/er_exact.py")
    } else {
        constants.push(format!("INTEGRAL_POINTS = {}", knobs.integral_points));
        include_str!("../snippets/diffusion/er_sums.py")
    };
    let step = include_str!("../snippets/diffusion/er_sde.py");
    Loop {
        constants,
        functions: vec![points.to_owned(), step.to_owned()],
        nodes: Some(Nodes::of(Kept::Data, knobs.order.clamp(1, 3), false)),
        make: vec![MULTISTEP.to_owned()],
        noisy: true,
        from_noise: Some("x = alpha1 * data + fresh(sigma1)"),
        ..Loop::default()
    }
}

impl Plan<'_> {
    /// A diffusion sampler written out, of a field in `library`.
    #[must_use]
    pub fn diffusion_loop(&self, method: MethodRef, library: Library) -> String {
        let sampler = Sampler::of(method).expect("the way is that of one that is written out");
        let knobs = self.knobs();
        let written = sampler.written(self, &knobs, self.experiment.grid().len() - 1);
        let (levels, point, starts, end) = match knobs.variable {
            Variable::Level => (include_str!("../snippets/diffusion/level.py"), "", "starts", ""),
            Variable::Flow => (
                include_str!("../snippets/diffusion/level_flow.py"),
                "    x = x * total(t)\n",
                "starts / total(GRID[0])",
                " * total(GRID[-1])",
            ),
        };
        let data = include_str!("../snippets/diffusion/data.py").replace("    POINT\n", point);
        let constants: String = written.constants.iter().map(|line| line.clone() + "\n").collect();
        let mut blocks =
            vec![self.grid() + &constants, self.evaluate(library), levels.to_owned(), data];
        blocks.extend(written.functions.iter().cloned());
        blocks.push(written.code(method.title, method.reference));
        let [noise, fresh] = if written.noisy {
            [include_str!("../snippets/diffusion/fresh.py"), ", fresh"]
        } else {
            ["", ""]
        };
        blocks
            .push(format!("{SOLVE_HEAD}{noise}    return diffusion_steps({starts}{fresh}){end}\n"));
        blocks.iter().map(|block| block.trim_end()).collect::<Vec<_>>().join("\n\n\n")
    }
}
