//! What a card has asked of the lab, and the newest answer.

use std::sync::Arc;

use driftscope_study::Networks;
use driftscope_study::lab::{Job, Lab, LabError, Report};
use driftscope_study::scene::{Diffusion, Particles, Sampler, Scene};

/// The scene of a measurement, and where the networks are that it names. Equal when the measurement
/// would be the same.
#[derive(Clone)]
pub struct Asked {
    pub scene: Arc<Scene>,
    pub networks: Networks,
}

impl Asked {
    /// Whatever the scene says counts.
    pub fn whole(scene: &Arc<Scene>, networks: &Networks) -> Self {
        Self { scene: Arc::clone(scene), networks: networks.clone() }
    }

    /// The same with at most `most` particles.
    pub fn sample(scene: &Scene, networks: &Networks, most: usize) -> Self {
        let mut scene = scene.clone();
        scene.particles.count = scene.particles.count.min(most);
        Self { scene: Arc::new(scene), networks: networks.clone() }
    }

    /// The field and its interval alone count, not the sampler.
    pub fn field(scene: &Scene, networks: &Networks) -> Self {
        let mut scene = scene.clone();
        scene.particles = Particles { start: Some(scene.start()), ..Particles::default() };
        if let (Some(times), true) = (&scene.sampler.times, scene.time.start.is_none()) {
            scene.time.start = times.first().copied();
            scene.time.end = times.last().copied();
        }
        scene.sampler = Sampler::default();
        scene.diffusion = Diffusion::default();
        Self { scene: Arc::new(scene), networks: networks.clone() }
    }
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.scene, &other.scene) || self.scene.records_like(&other.scene)
    }
}

/// One question at a time: a newer one withdraws the older, whose answer stays until the new one
/// comes.
pub struct Desk<K, T> {
    asked: Option<K>,
    job: Option<Job<T>>,
    shown: Option<Arc<T>>,
    /// Whether the person has stopped the present measurement.
    stopped: bool,
}

impl<K, T> Default for Desk<K, T> {
    fn default() -> Self {
        Self { asked: None, job: None, shown: None, stopped: false }
    }
}

/// How a measurement stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// So much of it is done, 0 to 1.
    Working(f64),
    /// It is there.
    Done,
    /// Stopped by the person.
    Stopped,
    /// It cannot be made; why.
    Failed(String),
}

impl<K, T> Desk<K, T>
where
    K: PartialEq + Clone + Send + 'static,
    T: Send + Sync + 'static,
{
    /// Asks for `key` unless that is what was asked for last.
    pub fn ask(
        &mut self,
        lab: &Lab,
        key: K,
        work: impl FnOnce(&K, &Report<T>) -> Result<T, LabError> + Send + 'static,
    ) {
        if self.is_new(&key) {
            self.job = Some(lab.start(move |report| work(&key, report)));
        }
    }

    /// The same for what takes long: others go first.
    pub fn ask_long(
        &mut self,
        lab: &Lab,
        key: K,
        work: impl FnOnce(&K, &Report<T>) -> Result<T, LabError> + Send + 'static,
    ) {
        if self.is_new(&key) {
            self.job = Some(lab.start_long(move |report| work(&key, report)));
        }
    }

    /// Whether something else was asked for last; then the job of that is over.
    fn is_new(&mut self, key: &K) -> bool {
        if self.asked.as_ref() == Some(key) && (self.job.is_some() || self.stopped) {
            return false;
        }
        self.take();
        self.asked = Some(key.clone());
        (self.job, self.stopped) = (None, false);
        true
    }

    /// The same, but lets a measurement under way finish first: for what changes all the time.
    pub fn ask_when_free(
        &mut self,
        lab: &Lab,
        key: K,
        work: impl FnOnce(&K, &Report<T>) -> Result<T, LabError> + Send + 'static,
    ) {
        if self.job.as_ref().is_none_or(Job::is_over) {
            self.ask(lab, key, work);
        }
    }
}

impl<K, T> Desk<K, T> {
    fn take(&mut self) {
        if let Some(latest) = self.job.as_ref().and_then(Job::latest) {
            self.shown = Some(latest);
        }
    }

    /// The newest answer; an older question's until the present one has any.
    pub fn latest(&mut self) -> Option<Arc<T>> {
        self.take();
        self.shown.clone()
    }

    /// How the present measurement stands.
    pub fn standing(&self) -> Standing {
        match &self.job {
            _ if self.stopped => Standing::Stopped,
            None => Standing::Working(0.0),
            Some(job) => match job.failure() {
                Some(reason) => Standing::Failed(reason),
                None if job.is_over() => Standing::Done,
                None => Standing::Working(job.share()),
            },
        }
    }

    /// Stops the measurement; what is there stays.
    pub fn stop(&mut self) {
        self.take();
        self.job = None;
        self.stopped = true;
    }

    /// Measures once more.
    pub fn again(&mut self) {
        self.take();
        (self.job, self.asked, self.stopped) = (None, None, false);
    }

    /// Withdraws a measurement that is not over; it starts anew when it is asked for again.
    pub fn rest(&mut self) {
        self.take();
        if self.job.as_ref().is_some_and(|job| !job.is_over()) {
            (self.job, self.asked) = (None, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn wait(done: impl Fn() -> bool) {
        let began = Instant::now();
        while !done() {
            assert!(began.elapsed() < Duration::from_secs(30), "waited in vain");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn the_newest_question_wins_and_the_old_answer_stays_until_then() {
        let lab = Lab::new(|| {});
        let mut desk: Desk<u32, u32> = Desk::default();
        desk.ask(&lab, 1, |key, _| Ok(10 * key));
        wait(|| desk.standing() == Standing::Done);
        assert_eq!(desk.latest().as_deref(), Some(&10));
        // The same question is not asked again.
        desk.ask(&lab, 1, |_, _| Ok(0));
        assert_eq!(desk.standing(), Standing::Done);
        desk.ask(&lab, 2, |_, report| {
            loop {
                report.cancel.check()?;
            }
        });
        assert!(matches!(desk.standing(), Standing::Working(_)));
        assert_eq!(desk.latest().as_deref(), Some(&10));
        desk.ask(&lab, 3, |key, _| Ok(10 * key));
        wait(|| desk.standing() == Standing::Done);
        assert_eq!(desk.latest().as_deref(), Some(&30));
        desk.stop();
        desk.ask(&lab, 3, |_, _| Ok(0));
        assert_eq!((desk.standing(), desk.latest().as_deref()), (Standing::Stopped, Some(&30)));
        desk.again();
        desk.ask(&lab, 3, |_, _| Ok(31));
        wait(|| desk.standing() == Standing::Done);
        assert_eq!(desk.latest().as_deref(), Some(&31));
    }

    #[test]
    fn a_sampler_does_not_change_the_field() {
        let here = Networks::default();
        let scene = Scene::default();
        let mut other = scene.clone();
        other.sampler.rtol = 1e-2;
        other.particles.count = 7;
        assert!(Asked::field(&scene, &here) == Asked::field(&other, &here));
        let (one, two) = (Arc::new(scene), Arc::new(other));
        assert!(Asked::whole(&one, &here) != Asked::whole(&two, &here));
    }
}
