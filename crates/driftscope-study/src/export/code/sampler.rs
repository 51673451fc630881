//! The diffusion samplers that scripts write out.

use driftscope_solve::MethodRef;

/// A sampler, with its order where its name has one.
#[derive(Clone, Copy)]
pub(super) enum Sampler {
    Ddim,
    EulerAFlow,
    DpmSolver2,
    Dpmpp2s,
    DpmppSde,
    EdmHeun,
    DpmppMultistep(usize),
    UniPc(usize),
    SaSolver,
    ErSde,
    Deis(usize),
    Lms(usize),
    Ipndm,
    GradientEstimation,
}

impl Sampler {
    /// That of a method; none of a method whose steps no script writes out.
    pub fn of(method: MethodRef) -> Option<Self> {
        Some(match method.name {
            "ddim" => Self::Ddim,
            "euler-a-flow" => Self::EulerAFlow,
            "dpm-solver-2" => Self::DpmSolver2,
            "dpmpp-2s" => Self::Dpmpp2s,
            "dpmpp-sde" => Self::DpmppSde,
            "edm-heun" => Self::EdmHeun,
            "dpmpp-2m" => Self::DpmppMultistep(2),
            "dpmpp-3m" => Self::DpmppMultistep(3),
            "unipc-1" => Self::UniPc(1),
            "unipc-2" => Self::UniPc(2),
            "unipc-3" => Self::UniPc(3),
            "sa-solver" => Self::SaSolver,
            "er-sde" => Self::ErSde,
            "deis-2" => Self::Deis(2),
            "deis-3" => Self::Deis(3),
            "lms-2" => Self::Lms(2),
            "lms-3" => Self::Lms(3),
            "lms-4" => Self::Lms(4),
            "ipndm" => Self::Ipndm,
            "gradient-estimation" => Self::GradientEstimation,
            _ => return None,
        })
    }
}
