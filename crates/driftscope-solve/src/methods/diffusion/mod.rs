//! Samplers made for diffusion models: they know the path's α and σ and integrate in noise level
//! instead of t, from the data prediction `m1 = E[x1|x]` and the noise prediction `m0 = E[x0|x]`.
//!
//! All are written in this program's time (t = 0 noise, t = 1 data) for any path, with
//! `λ = log(α/σ)`. Where λ is infinite (α = 0 or σ = 0) they fall back to DDIM's step, which stays
//! finite there, with as much fresh noise as they would forget of their own.
//!
//! A method is one file here; [`recipe`] says what they have in common.

mod ancestral;
mod churn;
mod ddim;
mod deis;
mod dpm_solver_2;
mod dpmpp_2m;
mod dpmpp_2s;
mod dpmpp_3m;
mod dpmpp_sde;
mod edm_heun;
mod er_sde;
mod euler_a_flow;
mod exponential;
mod gradient_estimation;
mod ipndm;
mod levels;
mod lms;
mod noise_multistep;
mod recipe;
mod rule;
mod sa_solver;
mod stepper;
mod unipc;
mod unipc_weights;
mod written;

pub(super) use self::ddim::DDIM;
pub(super) use self::deis::{DEIS_2, DEIS_3};
pub(super) use self::dpm_solver_2::DPM_SOLVER_2;
pub(super) use self::dpmpp_2m::DPMPP_2M;
pub(super) use self::dpmpp_2s::DPMPP_2S;
pub(super) use self::dpmpp_3m::DPMPP_3M;
pub(super) use self::dpmpp_sde::DPMPP_SDE;
pub(super) use self::edm_heun::EDM_HEUN;
pub(super) use self::er_sde::ER_SDE;
pub(super) use self::euler_a_flow::EULER_A_FLOW;
pub(super) use self::gradient_estimation::GRADIENT_ESTIMATION;
pub(super) use self::ipndm::IPNDM;
pub(super) use self::lms::{LMS_2, LMS_3, LMS_4};
pub(super) use self::sa_solver::SA_SOLVER;
pub(super) use self::unipc::{UNIPC_1, UNIPC_2, UNIPC_3};
