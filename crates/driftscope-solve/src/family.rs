//! Which methods are of a kind.

use crate::method::MethodRef;

/// Methods that work alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Explicit Runge–Kutta methods without an error estimate of their own.
    RungeKutta,
    /// Explicit Runge–Kutta methods that set their step by an embedded estimate.
    Embedded,
    /// Explicit multistep methods.
    Multistep,
    /// Methods that solve an equation in each step.
    Implicit,
    /// Diffusion samplers that know one step alone.
    OneStepSampler,
    /// Diffusion samplers that use predictions of steps before.
    MultistepSampler,
    /// Steps by a learned flow map.
    FlowMap,
}

impl Family {
    /// All of them, in menu order.
    pub const ALL: [Self; 7] = [
        Self::RungeKutta,
        Self::Embedded,
        Self::Multistep,
        Self::Implicit,
        Self::OneStepSampler,
        Self::MultistepSampler,
        Self::FlowMap,
    ];

    /// Its name in menus.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::RungeKutta => "Runge–Kutta",
            Self::Embedded => "Runge–Kutta with error estimate",
            Self::Multistep => "Multistep",
            Self::Implicit => "Implicit",
            Self::OneStepSampler => "Samplers of one step",
            Self::MultistepSampler => "Multistep samplers",
            Self::FlowMap => "Flow maps",
        }
    }
}

impl MethodRef {
    /// Its family.
    #[must_use]
    pub fn family(self) -> Family {
        let rule = self.get().rule;
        if self.needs_flow_map() {
            Family::FlowMap
        } else if rule.needs_noising_process() {
            if rule.looks_back() { Family::MultistepSampler } else { Family::OneStepSampler }
        } else if rule.iterates() {
            Family::Implicit
        } else if rule.looks_back() {
            Family::Multistep
        } else if self.adaptive_by_default {
            Family::Embedded
        } else {
            Family::RungeKutta
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_members_and_the_known_ones_are_where_they_belong() {
        for family in Family::ALL {
            assert!(MethodRef::all().any(|method| method.family() == family), "{family:?}");
        }
        for (name, family) in [
            ("euler", Family::RungeKutta),
            ("rk4", Family::RungeKutta),
            ("dopri5", Family::Embedded),
            ("ab4", Family::Multistep),
            ("trapezoid", Family::Implicit),
            ("ddim", Family::OneStepSampler),
            ("edm-heun", Family::OneStepSampler),
            ("dpmpp-2m", Family::MultistepSampler),
            ("unipc-3", Family::MultistepSampler),
        ] {
            assert_eq!(MethodRef::named(name).expect("in the table").family(), family, "{name}");
        }
    }
}
