//! A type that is one of several fields hands all that is asked on to the one it is.

/// Makes a type a [`Field`](crate::field::Field) for numbers of a kind, by its method
/// `own<S>(&self) -> &dyn Field<S>` (or `&dyn ScoredField<S>`); with `scored` a
/// [`ScoredField`](crate::field::ScoredField), too.
#[macro_export]
macro_rules! whichever_field {
    ($type:ty, $number:path) => {
        impl<S: $number> $crate::field::Field<S> for $type {
            fn velocity(
                &self,
                times: $crate::field::Times<'_>,
                points: &[S],
                velocities: &mut [S],
            ) {
                self.own().velocity(times, points, velocities);
            }

            fn jacobian(
                &self,
                times: $crate::field::Times<'_>,
                points: &[S],
                velocities: &mut [S],
                derivatives: [&mut [S]; 2],
            ) -> bool {
                self.own().jacobian(times, points, velocities, derivatives)
            }

            fn is_flow_map(&self) -> bool {
                self.own::<S>().is_flow_map()
            }

            fn average_velocity(&self, from: f64, to: f64, points: &[S], velocities: &mut [S]) {
                self.own().average_velocity(from, to, points, velocities);
            }

            fn last_time(&self) -> f64 {
                self.own::<S>().last_time()
            }

            fn dimension(&self) -> usize {
                self.own::<S>().dimension()
            }
        }
    };
    ($type:ty, $number:path, scored) => {
        $crate::whichever_field!($type, $number);

        impl<S: $number> $crate::field::ScoredField<S> for $type {
            fn velocity_and_score(
                &self,
                times: $crate::field::Times<'_>,
                points: &[S],
                velocities: &mut [S],
                scores: &mut [S],
            ) {
                self.own().velocity_and_score(times, points, velocities, scores);
            }
        }
    };
}
