//! Noise added on the way.

use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::sde::{LastStep, Scheme};

use super::super::Scene;
use super::super::applies::{with_last_step, with_noise, with_process, with_scheme};
use super::access::{chosen, given};
use super::choice::Named;
use super::kind::{Choices, Number};
use super::parameter::Parameter;
use super::range::Range;

/// Form, norm, scheme and last step.
pub(super) fn diffusion() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "diffusion.form",
            "Form",
            "D(t) of the noise added on the way, in dx = [v + D·s] dt + √(2D) dW.",
            Choices::new(DiffusionForm::choices, chosen!(Scene: diffusion.form)),
        )
        .symbol("D(t)")
        .when(with_process),
        Parameter::new(
            "diffusion.norm",
            "Norm",
            "The factor n in D(t). Turning it up adds noise and takes it away again by the score; the marginals p_t stay what they are, the paths do not.",
            Number::new(given!(Scene: diffusion.norm), 0.0..=1e3).slider(0.0..=4.0),
        )
        .symbol("n")
        .when(with_noise),
        Parameter::new(
            "diffusion.scheme",
            "Scheme",
            "How a noisy step is made.",
            Choices::new(Scheme::choices, chosen!(Scene: diffusion.scheme)),
        )
        .when(with_scheme),
        Parameter::new(
            "diffusion.last_step",
            "Last step",
            "The noiseless step after the noisy ones.",
            Choices::new(LastStep::choices, chosen!(Scene: diffusion.last_step)),
        )
        .when(with_noise),
        Parameter::new(
            "diffusion.last_step_size",
            "Its size",
            "Size of the last, noiseless step; the noisy ones end that much before t = 1.",
            // Where there is no last step its size is any number.
            Number::new(given!(Scene: diffusion.last_step_size), Range::above_to(0.0, 0.5))
                .with_others()
                .slider(1e-3..=0.5)
                .logarithmic(),
        )
        .symbol("h")
        .when(with_last_step),
    ]
}
