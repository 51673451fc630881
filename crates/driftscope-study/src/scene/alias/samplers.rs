//! Names of samplers.

use super::Alias;
use super::Program::{A1111, ComfyUi, Diffusers, KDiffusion};

/// Methods that draw noise of their own begin from the usual settings.
const fn alias(
    names: &'static [(super::Program, &'static str)],
    settings: &'static [&'static str],
    differs: &'static str,
) -> Alias {
    Alias { names, settings, differs }
}

/// Every sampler that runs here.
pub static SAMPLERS: &[Alias] = &[
    alias(
        &[
            (A1111, "Euler"),
            (A1111, "DDIM"),
            (ComfyUi, "euler"),
            (ComfyUi, "ddim"),
            (Diffusers, "EulerDiscrete"),
            (Diffusers, "DDIM(eta=0)"),
            (Diffusers, "DPMSolverMultistep(solver_order=1)"),
            (Diffusers, "DEISMultistep(solver_order=1)"),
            (Diffusers, "EDMEuler"),
            (Diffusers, "FlowMatchEuler"),
            (KDiffusion, "sample_euler"),
        ],
        &["sampler.method=ddim", "sampler.eta=0"],
        "`euler` of this program is the same on Linear alone. The s_churn of EDM's Euler has no counterpart.",
    ),
    alias(
        &[
            (A1111, "Euler a"),
            (A1111, "DDPM"),
            (ComfyUi, "euler_ancestral"),
            (ComfyUi, "ddpm"),
            (Diffusers, "EulerAncestralDiscrete"),
            (Diffusers, "DDIM(eta=1)"),
            (KDiffusion, "sample_euler_ancestral"),
        ],
        &["sampler.method=ddim", "sampler.eta=1"],
        "A1111's η for DDIM is 0 unless it is set, for ancestral samplers 1. On flow models ComfyUI runs another rule under this name: Euler a (flow).",
    ),
    alias(
        &[(ComfyUi, "euler_ancestral (flow)"), (Diffusers, "LTXEulerAncestralRF")],
        &["sampler.method=euler-a-flow", "sampler.eta=1"],
        "That class adds 1e-12 to two denominators: ends agree to 1e-10.",
    ),
    alias(
        &[
            (A1111, "Heun"),
            (ComfyUi, "heun"),
            (Diffusers, "HeunDiscrete"),
            (KDiffusion, "sample_heun"),
        ],
        &["sampler.method=edm-heun", "sampler.variable=level"],
        "HeunDiscrete lists each level twice.",
    ),
    alias(
        &[(ComfyUi, "heun (flow)"), (Diffusers, "FlowMatchHeun")],
        &["sampler.method=edm-heun", "sampler.variable=flow"],
        "",
    ),
    alias(
        &[
            (A1111, "DPM2"),
            (ComfyUi, "dpm_2"),
            (Diffusers, "KDPM2Discrete"),
            (KDiffusion, "sample_dpm_2"),
        ],
        &["sampler.method=dpm-solver-2", "sampler.eta=0", "sampler.variable=level"],
        "A1111 and ComfyUI make a grid of one level more and drop the last but one.",
    ),
    alias(
        &[(ComfyUi, "dpm_2 (flow)")],
        &["sampler.method=dpm-solver-2", "sampler.eta=0", "sampler.variable=flow"],
        "",
    ),
    alias(
        &[
            (A1111, "DPM2 a"),
            (ComfyUi, "dpm_2_ancestral"),
            (Diffusers, "KDPM2AncestralDiscrete"),
            (KDiffusion, "sample_dpm_2_ancestral"),
        ],
        &["sampler.method=dpm-solver-2", "sampler.eta=1", "sampler.variable=level"],
        "A1111 and ComfyUI make a grid of one level more and drop the last but one.",
    ),
    alias(
        &[
            (A1111, "DPM++ 2S a"),
            (ComfyUi, "dpmpp_2s_ancestral"),
            (KDiffusion, "sample_dpmpp_2s_ancestral"),
        ],
        &["sampler.method=dpmpp-2s", "sampler.eta=1"],
        "diffusers' DPMSolverSinglestep is another rule: two steps of its grid make one.",
    ),
    alias(
        &[(A1111, "DPM++ 2M"), (ComfyUi, "dpmpp_2m"), (KDiffusion, "sample_dpmpp_2m")],
        &[
            "sampler.method=dpmpp-2m",
            "sampler.eta_sde=0",
            "sampler.solver_type=midpoint",
            "sampler.final_order=full",
            "sampler.variable=level",
        ],
        "",
    ),
    alias(
        &[
            (Diffusers, "DPMSolverMultistep"),
            (Diffusers, "DPMSolverMultistep(solver_order=2)"),
            (Diffusers, "EDMDPMSolverMultistep"),
        ],
        &[
            "sampler.method=dpmpp-2m",
            "sampler.eta_sde=0",
            "sampler.solver_type=midpoint",
            "sampler.final_order=lower",
            "sampler.variable=level",
        ],
        "Order 1 in the last step to σ > 0 in runs of fewer than 15 steps.",
    ),
    alias(
        &[(ComfyUi, "dpmpp_2m (flow)")],
        &[
            "sampler.method=dpmpp-2m",
            "sampler.eta_sde=0",
            "sampler.solver_type=midpoint",
            "sampler.variable=flow",
        ],
        "In 1 − t instead of the level: 0.04 apart on eight Gaussians in 8 steps.",
    ),
    alias(
        &[(ComfyUi, "res_multistep"), (Diffusers, "DPMSolverMultistep(solver_type='heun')")],
        &[
            "sampler.method=dpmpp-2m",
            "sampler.eta_sde=0",
            "sampler.solver_type=heun",
            "sampler.variable=level",
        ],
        "The ancestral form of res_multistep takes the spacing of its history from another level than the grid's: not a consistent rule, and not here.",
    ),
    alias(
        &[(ComfyUi, "res_multistep (flow)")],
        &[
            "sampler.method=dpmpp-2m",
            "sampler.eta_sde=0",
            "sampler.solver_type=heun",
            "sampler.variable=flow",
        ],
        "",
    ),
    alias(
        &[
            (A1111, "DPM++ SDE"),
            (ComfyUi, "dpmpp_sde"),
            (Diffusers, "DPMSolverSDE"),
            (KDiffusion, "sample_dpmpp_sde"),
        ],
        &["sampler.method=dpmpp-sde", "sampler.eta=1"],
        "There the noise comes from a tree over the level: the same law, another path.",
    ),
    alias(
        &[
            (A1111, "DPM++ 2M SDE"),
            (ComfyUi, "dpmpp_2m_sde"),
            (Diffusers, "DPMSolverMultistep(algorithm_type='sde-dpmsolver++')"),
            (KDiffusion, "sample_dpmpp_2m_sde"),
        ],
        &[
            "sampler.method=dpmpp-2m",
            "sampler.eta_sde=1",
            "sampler.solver_type=midpoint",
            "sampler.variable=level",
        ],
        "Its η is that of the diffusion; the η of ancestral samplers counts squared. A1111's usual grid for it is Exponential.",
    ),
    alias(
        &[
            (A1111, "DPM++ 2M SDE Heun"),
            (ComfyUi, "dpmpp_2m_sde_heun"),
            (Diffusers, "DPMSolverMultistep(algorithm_type='sde-dpmsolver++', solver_type='heun')"),
            (KDiffusion, "sample_dpmpp_2m_sde(solver_type='heun')"),
        ],
        &[
            "sampler.method=dpmpp-2m",
            "sampler.eta_sde=1",
            "sampler.solver_type=heun",
            "sampler.variable=level",
        ],
        "",
    ),
    alias(
        &[(A1111, "DPM++ 3M SDE"), (ComfyUi, "dpmpp_3m_sde"), (KDiffusion, "sample_dpmpp_3m_sde")],
        &[
            "sampler.method=dpmpp-3m",
            "sampler.eta_sde=1",
            "sampler.kappa=1",
            "sampler.solver_type=heun",
            "sampler.final_order=full",
        ],
        "Of order 2: its second difference lacks a factor 2 (κ = 2 has it). A1111 drops the last level but one. The SDE of diffusers' third order has a sign wrong: ends are 3.5 apart on eight Gaussians in 10 steps.",
    ),
    alias(
        &[(Diffusers, "DPMSolverMultistep(solver_order=3)")],
        &[
            "sampler.method=dpmpp-3m",
            "sampler.eta_sde=0",
            "sampler.kappa=1",
            "sampler.solver_type=midpoint",
            "sampler.final_order=lower",
        ],
        "Order 2 in the last step but one, 1 in the last, in runs of fewer than 15 steps.",
    ),
    alias(
        &[(A1111, "UniPC"), (ComfyUi, "uni_pc")],
        &["sampler.method=unipc-3", "sampler.b=bh1", "sampler.final_order=lower"],
        "ComfyUI makes a grid of one level more, drops the last but one, ends at 0.001 and divides by α. From t = 0 both correct the infinite first step: on the way 6e-3 apart, 4e-4 at the end.",
    ),
    alias(
        &[(ComfyUi, "uni_pc_bh2")],
        &["sampler.method=unipc-3", "sampler.b=bh2", "sampler.final_order=lower"],
        "As uni_pc.",
    ),
    alias(
        &[
            (Diffusers, "UniPCMultistep"),
            (Diffusers, "UniPCMultistep(solver_order=2, solver_type='bh2')"),
        ],
        &["sampler.method=unipc-2", "sampler.b=bh2", "sampler.final_order=lower"],
        "",
    ),
    alias(
        &[(Diffusers, "UniPCMultistep(solver_order=3)")],
        &["sampler.method=unipc-3", "sampler.b=bh2", "sampler.final_order=lower"],
        "",
    ),
    alias(
        &[(Diffusers, "UniPCMultistep(solver_order=1)")],
        &["sampler.method=unipc-1", "sampler.b=bh2", "sampler.final_order=lower"],
        "",
    ),
    alias(
        &[(Diffusers, "DEISMultistep"), (Diffusers, "DEISMultistep(solver_order=2)")],
        &["sampler.method=deis-2", "sampler.final_order=lower"],
        "From σ_flow = 1 and at σ = 0 it is not a number there; with Karras's grid its last step does nothing.",
    ),
    alias(
        &[(Diffusers, "DEISMultistep(solver_order=3)"), (ComfyUi, "deis")],
        &["sampler.method=deis-3", "sampler.final_order=lower"],
        "ComfyUI's is the tabulated form: polynomials in the time of a VP path that it fixes.",
    ),
    alias(
        &[(A1111, "LMS"), (ComfyUi, "lms"), (Diffusers, "LMSDiscrete"), (KDiffusion, "sample_lms")],
        &["sampler.method=lms-4", "sampler.variable=level"],
        "",
    ),
    alias(
        &[(ComfyUi, "lms (flow)")],
        &["sampler.method=lms-4", "sampler.variable=flow"],
        "In 1 − t instead of the level: 1.4 apart on eight Gaussians in 8 steps.",
    ),
    alias(
        &[(A1111, "PLMS"), (Diffusers, "PNDM(skip_prk_steps=True)"), (Diffusers, "IPNDM")],
        &["sampler.method=ipndm", "sampler.final_order=full"],
        "PNDM repeats its first timestep and needs a table of them: nearly the same, not the same. IPNDM's own grid is σ = sin²(πu/2).",
    ),
    alias(&[(ComfyUi, "ipndm")], &["sampler.method=ipndm", "sampler.final_order=lower"], ""),
    alias(
        &[(Diffusers, "SASolver"), (Diffusers, "SASolver(predictor_order=2, corrector_order=2)")],
        &[
            "sampler.method=sa-solver",
            "sampler.tau=1",
            "sampler.predictor=2",
            "sampler.corrector=2",
        ],
        "There τ is 1 for timesteps 200 to 800 and 0 elsewhere.",
    ),
    alias(
        &[(ComfyUi, "sa_solver")],
        &[
            "sampler.method=sa-solver",
            "sampler.tau=1",
            "sampler.predictor=3",
            "sampler.corrector=4",
        ],
        "There τ is 1 from 20 to 80 % of the run, two predictions have no further term, and the last step ends in the data.",
    ),
    alias(
        &[(ComfyUi, "er_sde")],
        &["sampler.method=er-sde", "sampler.order=3", "sampler.integral_points=200"],
        "The author's code takes 100 points, and drops noise of a variance below 1e-6.",
    ),
    alias(&[(ComfyUi, "gradient_estimation")], &["sampler.method=gradient-estimation"], ""),
];

/// Names that are known and have no counterpart, with why.
pub static LEFT_OUT: &[(&[&str], &str)] = &[
    (
        &["LCM", "lcm", "LCM (diffusers)"],
        "it needs a model made for it, and noises anew after each step",
    ),
    (&["Restart"], "it raises the noise again, and times must rise"),
    (&["DPM fast", "dpm_fast"], "it has a controller of its own"),
    (
        &["DPM adaptive", "dpm_adaptive"],
        "it has a controller of its own; turn Adaptive on for a method that can",
    ),
    (&["heunpp2", "Heun++"], "its weights depend on the first level of the run"),
    (&["ipndm_v"], "a bracket of its third order is misplaced; LMS is the rule that is meant"),
    (&["DPMSolverSinglestep"], "two or three steps of its grid make one"),
    (&["sa_solver_pece"], "it evaluates twice a step"),
];
