//! The field that an experiment follows, in either direction.

use std::sync::Arc;

use driftscope_base::field::{Field, Reversed, ScoredField};
use driftscope_flow::field::{
    ClassicField, Evaluate, ExactField, Guided, LearnedField, NoisingField, PointValues,
    SourcedField,
};

/// A field of a process whose noise is N(0, I), so that it has a score.
pub enum Process {
    /// The distribution's own.
    Exact(ExactField),
    /// Pushed from that of all data to that of a class.
    GuidedExact(Guided<ExactField>),
    /// A network's.
    Learned(LearnedField),
    /// Pushed from a bad network to a good one.
    GuidedLearned(Guided<LearnedField>),
    /// The linear diffusion that leads to the noise.
    Noising(NoisingField),
}

/// A field without a score: it begins at a source of its own, or its noise and data are paired.
pub enum Sourced {
    /// From the source to the data.
    Plain(SourcedField),
    /// Pushed from that of all data to that of a class.
    Guided(Guided<SourcedField>),
    /// A network's, whose noise and data were paired or come from a source.
    Learned(LearnedField),
    /// The same pushed from one network, or all data, to another, or a class.
    GuidedLearned(Guided<LearnedField>),
}

/// What is followed.
#[derive(Clone)]
pub struct Followed {
    forward: Forward,
    backwards: Option<Backwards>,
}

#[derive(Clone)]
enum Forward {
    Process(Arc<Process>),
    Sourced(Arc<Sourced>),
    Classic(ClassicField),
}

/// The same flow from data to noise; noising time and t add up to 1.
#[derive(Clone)]
enum Backwards {
    Process(Arc<Reversed<Arc<Process>>>),
    Sourced(Arc<Reversed<Arc<Sourced>>>),
}

impl From<Process> for Followed {
    fn from(process: Process) -> Self {
        Self { forward: Forward::Process(Arc::new(process)), backwards: None }
    }
}

impl From<Sourced> for Followed {
    fn from(sourced: Sourced) -> Self {
        Self { forward: Forward::Sourced(Arc::new(sourced)), backwards: None }
    }
}

impl From<ClassicField> for Followed {
    fn from(classic: ClassicField) -> Self {
        Self { forward: Forward::Classic(classic), backwards: None }
    }
}

impl Followed {
    /// The same flow from data to noise; a classic ODE has none.
    #[must_use]
    pub fn encoding(self) -> Self {
        let backwards = match &self.forward {
            Forward::Process(field) => {
                let reversed = Reversed::new(Arc::clone(field), (0.0, 1.0));
                Some(Backwards::Process(Arc::new(reversed)))
            }
            Forward::Sourced(field) => {
                let reversed = Reversed::new(Arc::clone(field), (0.0, 1.0));
                Some(Backwards::Sourced(Arc::new(reversed)))
            }
            Forward::Classic(_) => None,
        };
        Self { backwards, ..self }
    }

    /// The velocity over the solver's own time.
    #[must_use]
    pub fn field<S: Evaluate>(&self) -> &dyn Field<S> {
        match (&self.backwards, &self.forward) {
            (Some(Backwards::Process(field)), _) => &**field,
            (Some(Backwards::Sourced(field)), _) => &**field,
            (None, Forward::Process(field)) => &**field,
            (None, Forward::Sourced(field)) => &**field,
            (None, Forward::Classic(field)) => field,
        }
    }

    /// The same with its score; none of a classic ODE or with a source of its own.
    #[must_use]
    pub fn process<S: Evaluate>(&self) -> Option<&dyn ScoredField<S>> {
        match (&self.backwards, &self.forward) {
            (Some(Backwards::Process(field)), _) => Some(&**field),
            (None, Forward::Process(field)) => Some(&**field),
            _ => None,
        }
    }

    /// The last t at which the velocity may be evaluated, on the way to the data.
    #[must_use]
    pub fn last_time(&self) -> f64 {
        match &self.forward {
            Forward::Process(process) if matches!(**process, Process::Noising(_)) => 1.0,
            Forward::Process(process) => Field::<f64>::last_time(&**process),
            Forward::Sourced(sourced) => Field::<f64>::last_time(&**sourced),
            Forward::Classic(classic) => Field::<f64>::last_time(classic),
        }
    }

    /// Whether it is the exact field of one distribution and N(0, I), and nothing else.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        matches!(&self.forward, Forward::Process(process) if matches!(**process, Process::Exact(_)))
    }

    /// All that is known at `x` and t in closed form, with the velocity on the way to the data; none of what
    /// is learned or classic. Where it is pushed, the log density is that of the class.
    #[must_use]
    pub fn known(&self, t: f64, x: [f64; 2]) -> Option<PointValues> {
        match &self.forward {
            Forward::Process(process) => match &**process {
                Process::Exact(field) => Some(field.at(t, x)),
                Process::GuidedExact(field) => Some(field.at(t, x)),
                Process::Learned(_) | Process::GuidedLearned(_) | Process::Noising(_) => None,
            },
            Forward::Sourced(sourced) => match &**sourced {
                Sourced::Plain(field) => Some(field.at(t, x)),
                Sourced::Guided(field) => Some(field.at(t, x)),
                Sourced::Learned(_) | Sourced::GuidedLearned(_) => None,
            },
            Forward::Classic(_) => None,
        }
    }
}

impl Process {
    fn own<S: Evaluate>(&self) -> &dyn ScoredField<S> {
        match self {
            Self::Exact(field) => field,
            Self::GuidedExact(field) => field,
            Self::Learned(field) => field,
            Self::GuidedLearned(field) => field,
            Self::Noising(field) => field,
        }
    }
}

impl Sourced {
    fn own<S: Evaluate>(&self) -> &dyn Field<S> {
        match self {
            Self::Plain(field) => field,
            Self::Guided(field) => field,
            Self::Learned(field) => field,
            Self::GuidedLearned(field) => field,
        }
    }
}

driftscope_base::whichever_field!(Process, Evaluate, scored);
driftscope_base::whichever_field!(Sourced, Evaluate);
