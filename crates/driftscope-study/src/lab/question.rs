//! Everything the laboratory can be asked, as one plain value, and the answers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::advise::AdviseQuestion;
use super::budget::BudgetQuestion;
use super::calibration::ErrorsQuestion;
use super::claim::FiguresQuestion;
use super::convention::ConventionQuestion;
use super::convergence::ConvergenceQuestion;
use super::error::LabError;
use super::guided::GuidedQuestion;
use super::likelihood::LikelihoodQuestion;
use super::marginals::MarginalsQuestion;
use super::measurement::{Measurement, Report};
use super::model_error::{ModelErrorMapQuestion, ModelErrorQuestion};
use super::optimise::OptimiseQuestion;
use super::round_trip::RoundTripQuestion;
use super::seeds::CoverageQuestion;
use super::stability::{RegionQuestion, StabilityQuestion};
use super::strong::StrongErrorsQuestion;
use super::sweep_question::{OwnPointQuestion, SweepQuestion};
use super::tolerance_grid::TolerancesQuestion;
use super::transport::TransportQuestion;
use crate::store::Store;

macro_rules! questions {
    ($($name:ident($question:ty)),* $(,)?) => {
        /// A question to the laboratory.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub enum Question {
            $(
                #[doc = concat!("See [`", stringify!($question), "`].")]
                $name($question),
            )*
        }

        /// An answer of the laboratory, whole or in part.
        #[derive(Clone, Serialize, Deserialize)]
        pub enum Answer {
            $(
                #[doc = concat!("To [`", stringify!($question), "`].")]
                $name(#[serde(with = "crate::shared")] Arc<<$question as Measurement>::Answer>),
            )*
        }

        impl Question {
            /// Whether it takes so long that all others should go first.
            #[must_use]
            pub fn is_patient(&self) -> bool {
                match self {
                    $(Self::$name(_) => <$question as Measurement>::PATIENT,)*
                }
            }

            /// Measures, here and now.
            ///
            /// # Errors
            /// As [`Measurement::measure`].
            pub fn answer(
                &self,
                store: &Store,
                report: &Report<'_, Answer>,
            ) -> Result<Answer, LabError> {
                match self {
                    $(Self::$name(question) => {
                        let tell = |value: Option<<$question as Measurement>::Answer>, share| {
                            match value {
                                Some(value) => {
                                    report.show(Answer::$name(Arc::new(value)), share);
                                }
                                None => report.progress(share),
                            }
                        };
                        let answer = question.measure(store, &Report::new(report.cancel, &tell))?;
                        Ok(Answer::$name(Arc::new(answer)))
                    })*
                }
            }
        }

        $(impl Asked for $question {
            fn question(&self) -> Question {
                Question::$name(self.clone())
            }

            fn own(answer: Answer) -> Option<Arc<Self::Answer>> {
                match answer {
                    Answer::$name(answer) => Some(answer),
                    _ => None,
                }
            }
        })*
    };
}

/// A measurement that is among the questions.
pub trait Asked: Measurement {
    /// As one of all questions.
    fn question(&self) -> Question;

    /// The answer in its own type; none if it is that of another question.
    fn own(answer: Answer) -> Option<Arc<Self::Answer>>;
}

questions! {
    Advise(AdviseQuestion),
    Budget(BudgetQuestion),
    Convention(ConventionQuestion),
    Convergence(ConvergenceQuestion),
    Coverage(CoverageQuestion),
    Errors(ErrorsQuestion),
    Figures(FiguresQuestion),
    Guided(GuidedQuestion),
    Likelihood(LikelihoodQuestion),
    Marginals(MarginalsQuestion),
    ModelError(ModelErrorQuestion),
    ModelErrorMap(ModelErrorMapQuestion),
    Optimise(OptimiseQuestion),
    OwnPoint(OwnPointQuestion),
    Region(RegionQuestion),
    RoundTrip(RoundTripQuestion),
    Stability(StabilityQuestion),
    StrongErrors(StrongErrorsQuestion),
    Sweep(SweepQuestion),
    Tolerances(TolerancesQuestion),
    Transport(TransportQuestion),
}
