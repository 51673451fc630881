//! Names of schedules.

use super::Alias;
use super::Program::{A1111, ComfyUi, Diffusers, KDiffusion};

/// Stable Diffusion's highest and lowest level.
const SD: &str = "sampler.levels=[14.6146, 0.0292]";

/// The levels of its own table in twenty steps.
const STABLE_DIFFUSION: &str = "sampler.times=[11.0283, 8.39068, 6.5064, 5.13443, 4.1167, 3.34776, 2.7562, 2.29285, 1.92344, 1.62369, 1.37618, 1.16822, 0.990409, 0.835653, 0.698398, 0.57405, 0.458333, 0.346187, 0.228147, 0.0413144, 0.0]";

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
        names: &[(Diffusers, "StableDiffusionPipeline(num_inference_steps=20)")],
        settings: &[STABLE_DIFFUSION, "sampler.times_in=level", "sampler.grid=list"],
        differs: "Stable Diffusion's own table at the timesteps 951, 901, …, 1 and a last step to 0. The levels are rounded to six digits.",
    },
    Alias {
        names: &[(A1111, "Uniform")],
        settings: &["sampler.grid=uniform"],
        differs: "Uniform in t of the path that is followed.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// √β is even from √0.00085 to √0.012 over 1000 timesteps, ᾱ = Π(1 − β), σ/α = √(1/ᾱ − 1) (Rombach et al. 2022).
    fn table() -> Vec<f64> {
        let [first, last] = [0.00085_f64.sqrt(), 0.012_f64.sqrt()];
        let mut kept = 1.0;
        let levels = (0..1000).map(|i| {
            let root = first + (last - first) * f64::from(i) / 999.0;
            kept *= 1.0 - root * root;
            (1.0 / kept - 1.0_f64).sqrt()
        });
        levels.collect()
    }

    #[test]
    fn the_levels_of_stable_diffusion_are_those_of_its_table() {
        let table = table();
        let list = STABLE_DIFFUSION.trim_start_matches("sampler.times=[").trim_end_matches(']');
        let levels: Vec<f64> =
            list.split(", ").map(|level| level.parse().expect("a number")).collect();
        assert_eq!((levels.len(), levels[20]), (21, 0.0));
        for (i, level) in levels[..20].iter().enumerate() {
            let own = table[951 - 50 * i];
            assert!((level / own - 1.0).abs() < 1e-5, "{level} is not {own}");
        }
        // Those that the other schedules begin and end with.
        let ends = [table[999], table[0]];
        assert!((ends[0] - 14.6146).abs() < 1e-3 && (ends[1] - 0.0292).abs() < 1e-4, "{ends:?}");
    }
}
