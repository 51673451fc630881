//! Runs on points without a kernel: what the learning of a few points would remember.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_flow::data::PointSet;

use super::{RunOptions, run};
use crate::experiment::Experiment;
use crate::networks::Networks;
use crate::own::Own;
use crate::recording::Recording;
use crate::scene::{PointList, Scene};

fn points() -> Vec<[f64; 2]> {
    (0..30).map(|i| [(1.7 * f64::from(i)).sin() * 1.5, (2.9 * f64::from(i)).cos()]).collect()
}

fn record(settings: &[&str]) -> Recording {
    let all = ["field.kind=exact", "particles.count=60"].iter().chain(settings);
    let all: Vec<String> = all.map(|&setting| setting.to_owned()).collect();
    let mut scene = Scene::with_settings(None, &all).expect("a scene");
    let set = PointSet { points: points(), labels: Vec::new() };
    scene.data.points = Some(Own::new(PointList(set)));
    scene.data.kernel = Some(0.0);
    let experiment = Experiment::new(&Arc::new(scene), &Networks::default()).expect("ready");
    run(&experiment, 1, &RunOptions::for_window(60), &Cancel::default(), |_| {}).expect("runs")
}

fn off([x, y]: [f64; 2]) -> f64 {
    points().iter().map(|p| (p[0] - x).hypot(p[1] - y)).fold(f64::INFINITY, f64::min)
}

#[test]
fn every_trajectory_of_points_without_a_kernel_ends_on_one_of_them() {
    for settings in [
        &[][..],
        &["sampler.precision=f64"],
        &["sampler.scope=whole-batch"],
        &["sampler.method=heun", "sampler.adaptive=false", "sampler.steps=60"],
        &["interpolant.kind=gvp"],
        &["interpolant.kind=vp"],
        &["diffusion.form=sigma", "diffusion.last_step=none", "sampler.steps=200"],
    ] {
        let recording = record(settings);
        assert_eq!(recording.times.last(), Some(&1.0), "{settings:?}");
        let far: Vec<f64> = recording.ends().map(off).filter(|off| *off > 1e-6).collect();
        // On the line between two points a particle belongs to both: no draw lies so near to one.
        assert!(far.is_empty(), "{settings:?}: {far:?}");
        for (i, end) in recording.ends().enumerate() {
            let last = recording.keyframes(i).expect("there").last().copied().expect("a keyframe");
            assert_eq!(last.map(f32::to_bits), end.map(|x| (x as f32).to_bits()), "{settings:?}");
        }
    }
}

#[test]
fn a_run_that_ends_before_does_not_jump() {
    let recording = record(&["time.end=0.6"]);
    assert_eq!(recording.times.last(), Some(&0.6));
    assert!(recording.ends().map(off).any(|off| off > 0.05));
}
