//! Names of schedules.

use super::Alias;
use super::Program::{A1111, ComfyUi, Diffusers, KDiffusion};

/// Stable Diffusion's highest and lowest level.
const SD: &str = "sampler.levels=[14.6146, 0.0292]";

/// Every schedule that runs here.
pub static SCHEDULES: &[Alias] = &[
    Alias {
        names: &[
            (A1111, "Karras"),
            (ComfyUi, "karras"),
            (Diffusers, "use_karras_sigmas=True"),
            (KDiffusion, "get_sigmas_karras"),
        ],
        settings: &["sampler.grid=karras", "sampler.rho=7", SD],
        differs: "The levels are those of Stable Diffusion; timesteps are rounded there.",
    },
    Alias {
        names: &[(Diffusers, "EDM"), (KDiffusion, "get_sigmas_karras(0.002, 80)")],
        settings: &["sampler.grid=karras", "sampler.rho=7", "sampler.levels=[80.0, 0.002]"],
        differs: "",
    },
    Alias {
        names: &[
            (A1111, "Exponential"),
            (ComfyUi, "exponential"),
            (Diffusers, "use_exponential_sigmas=True"),
            (Diffusers, "use_lu_lambdas=True"),
            (KDiffusion, "get_sigmas_exponential"),
        ],
        settings: &["sampler.grid=log-snr", SD],
        differs: "",
    },
    Alias {
        names: &[(A1111, "Polyexponential"), (KDiffusion, "get_sigmas_polyexponential")],
        settings: &["sampler.grid=poly-exponential", "sampler.rho=1", SD],
        differs: "",
    },
    Alias {
        names: &[(A1111, "KL Optimal"), (ComfyUi, "kl_optimal")],
        settings: &["sampler.grid=kl-optimal", SD],
        differs: "A1111 spreads to the last level without a closing step.",
    },
    Alias {
        names: &[(A1111, "Beta"), (ComfyUi, "beta"), (Diffusers, "use_beta_sigmas=True")],
        settings: &["sampler.grid=beta", SD],
        differs: "ComfyUI's beta runs over the index of its table, rounded, with doubles dropped.",
    },
    Alias {
        names: &[
            (A1111, "Simple"),
            (ComfyUi, "simple"),
            (A1111, "SGM Uniform"),
            (ComfyUi, "sgm_uniform"),
            (Diffusers, "timestep_spacing='trailing'"),
            (KDiffusion, "get_sigmas_vp"),
        ],
        settings: &["sampler.grid=vp-uniform"],
        differs: "The levels are those of this program's VP path, not of a table.",
    },
    Alias {
        names: &[
            (A1111, "Normal"),
            (ComfyUi, "normal"),
            (Diffusers, "timestep_spacing='linspace'"),
        ],
        settings: &["sampler.grid=linspace"],
        differs: "The levels are those of this program's VP path, not of a table.",
    },
    Alias {
        names: &[(ComfyUi, "ddim_uniform"), (Diffusers, "timestep_spacing='leading'")],
        settings: &["sampler.grid=leading"],
        differs: "The levels are those of this program's VP path, not of a table.",
    },
    Alias {
        names: &[(ComfyUi, "linear_quadratic")],
        settings: &["sampler.grid=linear-quadratic"],
        differs: "",
    },
    Alias {
        names: &[
            (A1111, "Align Your Steps"),
            (ComfyUi, "ays (SD1)"),
            (Diffusers, "AysSchedules (SD1.5)"),
        ],
        settings: &["sampler.grid=ays", "sampler.ays=sd15"],
        differs: "",
    },
    Alias {
        names: &[
            (A1111, "Align Your Steps SDXL"),
            (ComfyUi, "ays (SDXL)"),
            (Diffusers, "AysSchedules (SDXL)"),
        ],
        settings: &["sampler.grid=ays", "sampler.ays=sdxl"],
        differs: "",
    },
    Alias {
        names: &[(ComfyUi, "ays (SVD)"), (Diffusers, "AysSchedules (SVD)")],
        settings: &["sampler.grid=ays", "sampler.ays=svd"],
        differs: "",
    },
    Alias {
        names: &[(Diffusers, "shift=3"), (Diffusers, "use_flow_sigmas=True")],
        settings: &["sampler.grid=shifted", "sampler.shift=3"],
        differs: "FlowMatchEuler without a list of sigmas shifts twice and ends with a short step; use_flow_sigmas starts at 0.999.",
    },
    Alias {
        names: &[(Diffusers, "rescale_betas_zero_snr=True")],
        settings: &["sampler.grid=zero-snr"],
        differs: "",
    },
    Alias {
        names: &[(A1111, "Uniform")],
        settings: &["sampler.grid=uniform"],
        differs: "Uniform in t of the path that is followed.",
    },
];
