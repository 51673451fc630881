//! Guidance, classes and sources of scenes: what is sampled, and what is refused.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::field::Times;
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::{Level, TiltedDensity};
use driftscope_study::measure::{Modes, distance_to_data, distance_to_tilted};
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, Given, Networks, Probe, RunOptions, run};

/// Two Gaussians at ±1 on the first axis; the right one has the label 1.
const PAIR: &str = "data.mixture=[{mean=[-1,0],std=0.5,label=0},{mean=[1,0],std=0.5,label=1}]";
const EXACT: &str = "field.kind=exact";

fn checked(settings: &[&str]) -> Result<Scene, String> {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Scene::with_settings(None, &settings).map_err(|error| error.to_string())
}

fn ready(settings: &[&str]) -> Experiment {
    let scene = Arc::new(checked(settings).expect("a scene"));
    Experiment::new(&scene, &Networks::default()).expect("ready")
}

fn arrived(experiment: &Experiment) -> Vec<[f64; 2]> {
    let options = RunOptions { keyframes: 2, logged: 0, ..RunOptions::for_window(1) };
    let recording = run(experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs");
    recording.ends().collect()
}

/// Where the ODE takes evenly spaced starts on the first axis, with their normal weights, which sum to 1.
fn carried(settings: &[&str]) -> (Vec<[f64; 2]>, Vec<f64>) {
    let count = 601;
    let place = |k: usize| 12.0 * (k as f64 / (count - 1) as f64) - 6.0;
    let weights: Vec<f64> = (0..count).map(|k| (-0.5 * place(k) * place(k)).exp()).collect();
    let total: f64 = weights.iter().sum();
    let starts: Vec<[f64; 2]> = (0..count).map(|k| [place(k), 0.0]).collect();
    let particles = format!("particles.count={count}");
    let common = [PAIR, EXACT, "sampler.rtol=1e-9", "sampler.atol=1e-9", &particles];
    let scene = Arc::new(checked(&[&common[..], settings].concat()).expect("a scene"));
    let given = Given { starts: Some(starts.into()), ..Given::default() };
    let experiment = Experiment::with(&scene, &Networks::default(), given).expect("ready");
    (arrived(&experiment), weights.into_iter().map(|weight| weight / total).collect())
}

fn moments(values: &[f64], weights: &[f64]) -> [f64; 2] {
    let mean = values.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>();
    let variance = values.iter().zip(weights).map(|(x, w)| w * (x - mean).powi(2)).sum::<f64>();
    [mean, variance.sqrt()]
}

fn first(points: &[[f64; 2]]) -> Vec<f64> {
    points.iter().map(|point| point[0]).collect()
}

fn close(found: f64, wanted: f64, within: f64, what: &str) {
    assert!((found - wanted).abs() <= within, "{what}: {found} is not {wanted}");
}

/// The figures are those of quadrature and of an ODE solved elsewhere; they have three decimals.
#[test]
fn guidance_does_not_sample_the_tilted_density() {
    for (scale, mean, deviation) in
        [(1.0, 1.0, 0.5), (2.0, 1.325, 0.360), (3.0, 1.525, 0.315), (5.0, 1.814, 0.276)]
    {
        for path in ["linear", "gvp"] {
            let path = format!("interpolant.kind={path}");
            let scale = format!("guidance.scale={scale}");
            let (ends, weights) = carried(&[&path, "guidance.label=1", &scale]);
            let [found_mean, found_deviation] = moments(&first(&ends), &weights);
            close(found_mean, mean, 1e-3, &format!("mean, {scale}, {path}"));
            close(found_deviation, deviation, 1e-3, &format!("deviation, {scale}, {path}"));
        }
    }
    // How far it is from the tilted density: both along the axis, by their quantiles.
    let (ends, weights) = carried(&["guidance.label=1", "guidance.scale=3"]);
    let mixture = checked(&[PAIR, EXACT]).expect("a scene").mixture().expect("a pair");
    let tilted = TiltedDensity::new(&mixture, 1, 3.0).expect("there is one");
    let across: Vec<f64> = (0..4_000).map(|k| f64::from(k) * 1.5e-3 - 2.0).collect();
    let densities = tilted.density_grid(&across, &[0.0]);
    let total: f64 = densities.iter().sum();
    let (mut place, mut sum, mut passed, mut square) = (0, 0.0, 0.0, 0.0);
    for (end, weight) in ends.iter().zip(&weights) {
        let wanted = total * (passed + 0.5 * weight);
        while place + 1 < across.len() && sum + densities[place] < wanted {
            sum += densities[place];
            place += 1;
        }
        square += weight * (end[0] - across[place]).powi(2);
        passed += weight;
    }
    close(square.sqrt(), 0.496, 2e-3, "W2 between what is sampled and the tilted density");
    // The same of clouds: sliced, so that only a part of what lies along the axis is seen, and noise's own.
    let guided = ready(&[PAIR, EXACT, "guidance.label=1", "guidance.scale=3"]);
    let never = Cancel::default();
    let tilted = distance_to_tilted(&guided.scene, &arrived(&guided), &never).expect("measured");
    let tilted = tilted.expect("a class is sampled");
    assert!((0.3..0.4).contains(&tilted.sliced_w2), "{tilted:?}");
    assert!(tilted.sliced_w2 > 5.0 * tilted.floor_spread[1], "{tilted:?}");
    let own = ready(&[PAIR, EXACT, "guidance.label=1"]);
    let own_ends = arrived(&own);
    let [tilted, data] = [
        distance_to_tilted(&own.scene, &own_ends, &never).expect("measured").expect("a class"),
        distance_to_data(&own.scene, &own_ends, &never).expect("measured"),
    ];
    // At w = 1 both are the class.
    assert!(tilted.sliced_w2 < 1.5 * tilted.floor_spread[1], "{tilted:?}");
    assert!(data.sliced_w2 < 1.5 * data.floor_spread[1], "{data:?}");
    let whole = ready(&[PAIR, EXACT]);
    assert_eq!(distance_to_tilted(&whole.scene, &own_ends, &never), Ok(None));
}

/// Noise on the way moves what guidance samples towards the tilted density.
#[test]
fn with_noise_the_form_matters_under_guidance() {
    for (norm, mean, deviation) in [(1, 1.306, 0.422), (4, 1.122, 0.449)] {
        let norm = format!("diffusion.norm={norm}");
        let experiment = ready(&[
            PAIR,
            EXACT,
            "guidance.label=1",
            "guidance.scale=3",
            "diffusion.form=sigma",
            &norm,
            "diffusion.scheme=heun",
            "diffusion.last_step=none",
            "sampler.steps=300",
            "particles.count=20000",
        ]);
        let ends = first(&arrived(&experiment));
        let weights = vec![1.0 / ends.len() as f64; ends.len()];
        let [found_mean, found_deviation] = moments(&ends, &weights);
        // Four deviations of such a mean, and as much for the steps.
        close(found_mean, mean, 0.015, &format!("mean, {norm}"));
        close(found_deviation, deviation, 0.012, &format!("deviation, {norm}"));
    }
}

#[test]
fn a_class_is_sampled_as_it_is_at_scale_1_and_not_at_all_at_0() {
    let common = [EXACT, "particles.count=1500", "seed=3", "sampler.rtol=1e-6"];
    for (data, label) in [("data.name=two-moons", 1), ("data.name=eight-gaussians", 5)] {
        let label = format!("guidance.label={label}");
        let settings = |more: &[&str]| -> Vec<String> {
            let all = [&common[..], &[data, &label], more].concat();
            all.into_iter().map(str::to_owned).collect()
        };
        let of = |more: &[&str]| {
            let settings = settings(more);
            ready(&settings.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let own = of(&[]);
        assert!(own.is_exact() && !own.scene.is_guided());
        let measured =
            distance_to_data(&own.scene, &arrived(&own), &Cancel::default()).expect("measured");
        assert!(measured.sliced_w2 < 1.5 * measured.floor_spread[1], "{measured:?}");
        // Guided, they are too narrow: further from the class than draws of it are from each other.
        let guided = of(&["guidance.scale=4"]);
        assert!(!guided.is_exact() && guided.scene.is_guided());
        let further = distance_to_data(&guided.scene, &arrived(&guided), &Cancel::default())
            .expect("measured");
        let apart = further.sliced_w2 > measured.sliced_w2;
        assert!(apart || data.ends_with("gaussians"), "{further:?} {measured:?}");
        // Without the class there is the whole, bit for bit.
        let none = of(&["guidance.scale=0"]);
        let whole = ready(&[&common[..], &[data]].concat());
        assert_eq!(arrived(&none), arrived(&whole));
    }
}

#[test]
fn outside_the_interval_the_scale_is_1() {
    let settings = [PAIR, EXACT, "guidance.label=1"];
    let with = |more: &[&str]| Probe::new(ready(&[&settings[..], more].concat()));
    let class = with(&[]);
    let guided = with(&["guidance.scale=4"]);
    let within = with(&["guidance.scale=4", "guidance.interval=[0.3, 0.6]"]);
    for (k, t) in [0.0, 0.2, 0.3, 0.45, 0.6, 0.61, 1.0].into_iter().enumerate() {
        let x = [-0.4, 0.3];
        let [class, guided, within] = [&class, &guided, &within].map(|probe| probe.at(t, x));
        let wanted = if (2..=4).contains(&k) { &guided } else { &class };
        let bits = |velocity: [f64; 2]| velocity.map(f64::to_bits);
        assert_eq!(bits(within.velocity), bits(wanted.velocity), "{t}");
        assert_eq!(within.data, wanted.data, "{t}");
        assert!(class.log_density.is_some() && guided.log_density.is_none());
        // x = α m1 + σ m0, v = α' m1 + σ' m0, also of what is guided.
        let (data, noise) = (within.data.expect("known"), within.noise.expect("known"));
        for d in 0..2 {
            let at = within.coefficients;
            close(at.alpha * data[d] + at.sigma * noise[d], x[d], 1e-12, "x");
            let velocity = at.d_alpha * data[d] + at.d_sigma * noise[d];
            close(velocity, within.velocity[d], 1e-12, "v");
        }
    }
}

#[test]
fn a_learned_field_is_pushed_away_from_a_bad_one() {
    let model =
        |name: &str| format!("{}/assets/models/{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
    let (good, bad) = (model("two-moons"), model("s-curve"));
    let [good_model, bad_model] = [&good, &bad].map(|name| format!("field.model={name}"));
    let pushed = format!("guidance.bad={bad}");
    let at = |settings: &[&str]| {
        let path = ["interpolant.kind=gvp", "sampler.precision=f64"];
        Probe::new(ready(&[&path[..], settings].concat())).at(0.4, [0.3, -0.8])
    };
    let (good, bad) = (at(&[&good_model]), at(&[&bad_model]));
    let found = at(&[&good_model, &pushed, "guidance.scale=2.5"]);
    let neutral = at(&[&good_model, &pushed]);
    assert_eq!(neutral.velocity.map(f64::to_bits), good.velocity.map(f64::to_bits));
    for d in 0..2 {
        let wanted = bad.velocity[d] + 2.5 * (good.velocity[d] - bad.velocity[d]);
        close(found.velocity[d], wanted, 1e-12, "v");
        let [found, good, bad] = [&found, &good, &bad].map(|one| one.score.expect("a score")[d]);
        close(found, bad + 2.5 * (good - bad), 1e-12, "score");
    }
    // Its derivatives are pushed likewise: those of both networks are known.
    let settings = [&good_model, &pushed, "guidance.scale=2.5", "sampler.precision=f64"];
    let experiment = ready(&settings);
    let field = experiment.field::<f64>();
    let (x, step) = ([0.3, -0.8], 1e-5);
    let (mut velocity, mut by) = ([0.0; 2], [[0.0; 2]; 2]);
    let [by_x, by_y] = &mut by;
    assert!(field.jacobian(Times::Shared(0.4), &x, &mut velocity, [by_x, by_y]));
    for (d, by) in by.iter().enumerate() {
        let at = |by: f64| {
            let (mut moved, mut velocity) = (x, [0.0; 2]);
            moved[d] += by;
            field.velocity(Times::Shared(0.4), &moved, &mut velocity);
            velocity
        };
        let (ahead, behind) = (at(step), at(-step));
        for k in 0..2 {
            let wanted = (ahead[k] - behind[k]) / (2.0 * step);
            close(by[k], wanted, 1e-5 * (1.0 + wanted.abs()), "∂v/∂x");
        }
    }
    // With noise and without, and back.
    for more in [&["diffusion.form=sigma", "sampler.steps=20"][..], &["direction=encode"], &[]] {
        let settings = [&[&pushed, "guidance.scale=1.5", "particles.count=20"][..], more].concat();
        let ends = arrived(&ready(&settings));
        assert!(ends.iter().flatten().all(|x| x.is_finite()), "{more:?}: {ends:?}");
    }
    // A bad model is saved with its scene, and a link does not carry it.
    let scene = checked(&[&pushed]).expect("a scene");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scene.toml");
    Networks::default().save_scene(&scene, &path).expect("saved");
    assert_eq!(Scene::load(&path).expect("read").guidance, scene.guidance);
    let refused = scene.to_link().expect_err("a network").to_string();
    assert!(refused.contains("s-curve"), "{refused}");
}

#[test]
fn a_source_of_ones_own_leads_to_the_data_and_back() {
    let source = "source.name=eight-gaussians";
    for path in ["linear", "gvp", "vp"] {
        let path = format!("interpolant.kind={path}");
        let settings = [source, "data.name=two-moons", EXACT, &path, "particles.count=400"];
        let experiment = ready(&settings);
        let modes = Modes::of(&checked(&["data.name=eight-gaussians"]).unwrap().mixture().unwrap());
        // Starts come from the source, each in its own stream.
        let starts = experiment.starts(400);
        assert!(modes.shares(&starts).iter().all(|share| (0.06..0.2).contains(share)));
        assert_eq!(experiment.starts(50), starts[..50]);
        let ends = arrived(&experiment);
        let measured =
            distance_to_data(&experiment.scene, &ends, &Cancel::default()).expect("measured");
        assert!(measured.sliced_w2 < 1.6 * measured.floor_spread[1], "{path}: {measured:?}");
        let back = ready(&[&settings[..], &["direction=encode"]].concat());
        let measured =
            distance_to_data(&back.scene, &arrived(&back), &Cancel::default()).expect("measured");
        assert!(measured.sliced_w2 < 1.6 * measured.floor_spread[1], "{path}: {measured:?}");
    }
    // What is known of single points: no score, but all the rest.
    let probe = Probe::new(ready(&[source, EXACT]));
    let start = probe.at(0.0, [2.0, 0.0]);
    let noise = start.noise.expect("known");
    assert!(start.score.is_none(), "{start:?}");
    close(noise[0], 2.0, 1e-12, "x0 at t = 0");
    close(noise[1], 0.0, 1e-12, "x0 at t = 0");
    let own = ready(&[EXACT, "data.name=eight-gaussians"]).mixture.log_density([2.0, 0.0]);
    close(start.log_density.expect("known"), own, 1e-12, "the density of the source");
    assert!(!probe.is_classic() && (probe.last_time() - 1.0).abs() < 1e-12);
    // With a class as well, and guided.
    for more in [&["guidance.label=0"][..], &["guidance.label=0", "guidance.scale=2"]] {
        let experiment =
            ready(&[&[source, EXACT, "particles.count=200", "sampler.rtol=1e-4"], more].concat());
        let up = arrived(&experiment).iter().filter(|end| end[1] > -0.6).count();
        assert!(up > 190, "{more:?}: {up} of 200 on the upper moon");
    }
    // A narrow source of one's own, starting in the middle: p_t of both ends.
    let narrow = "source.mixture=[{mean=[3,1],std=0.01}]";
    let settings = [narrow, EXACT, "data.name=single-gaussian", "time.start=0.5", "seed=4"];
    let starts = ready(&settings).starts(300);
    let mean = starts.iter().map(|start| start[1]).sum::<f64>() / 300.0;
    close(mean, 0.5, 0.05, "half of the source's");
}

#[test]
fn what_does_not_go_together_is_refused_by_its_key() {
    for (settings, words) in [
        (&["guidance.label=2"][..], ["guidance.label = 2", "one of 0, 1"]),
        (&["data.name=rings", "guidance.label=0"], ["guidance.label = 0", "no labels"]),
        (&["guidance.scale=-1"], ["guidance.scale", "from 0 to 100"]),
        (&["guidance.scale=101"], ["guidance.scale", "from 0 to 100"]),
        (&["guidance.interval=[0.6, 0.3]"], ["guidance.interval", "first ≤ last"]),
        (&["guidance.interval=[0, 1.5]"], ["guidance.interval", "≤ 1"]),
        (&["guidance.interval=[0.1]"], ["guidance.interval", "2"]),
        (&["guidance.width=3"], ["guidance", "width"]),
        (&["source.name=nothing"], ["source.name = nothing", "eight-gaussians"]),
        (&["source.name=checkerboard"], ["source.name", "uniform boxes"]),
        (&["source.name=rings", "data.name=checkerboard"], ["source.name", "uniform boxes"]),
        (&["source.mixture=[{mean=[0,0],std=0}]"], ["source.mixture", "larger than 0"]),
        (&["source.points=[[0,0],[1,1]]", "source.kernel=0"], ["source.kernel", "0.000001"]),
        (&["source.name=rings", "diffusion.form=sigma"], ["diffusion.form", "N(0, I)"]),
        (&["source.name=rings", "direction=noise"], ["source.name", "encode"]),
        (
            &["source.name=rings", "sampler.method=ddim", "sampler.eta=0.5"],
            ["sampler.eta", "N(0, I)"],
        ),
        (
            &["source.name=rings", "sampler.method=edm-heun", "sampler.s_churn=5"],
            ["sampler.s_churn", "N(0, I)"],
        ),
    ] {
        let refused = checked(&[&[EXACT], settings].concat()).expect_err("refused");
        assert!(words.iter().all(|word| refused.contains(word)), "{settings:?}: {refused}");
    }
    // A network of this program knows neither classes nor sources.
    for (settings, words) in [
        (["guidance.label=1"], ["guidance.label = 1", "without labels"]),
        (["source.name=rings"], ["source.name = given", "N(0, I)"]),
    ] {
        let scene = Arc::new(checked(&settings).expect("a scene"));
        let refused = Experiment::new(&scene, &Networks::default()).err().expect("refused");
        let refused = refused.to_string();
        assert!(words.iter().all(|word| refused.contains(word)), "{settings:?}: {refused}");
    }
    // Methods made for diffusion models follow the ODE from any source.
    let ddim = ["source.name=rings", EXACT, "sampler.method=ddim", "particles.count=20"];
    assert!(arrived(&ready(&ddim)).iter().flatten().all(|x| x.is_finite()));
}

#[test]
fn scenes_with_guidance_and_sources_are_written_and_read() {
    let plain = Scene::default().to_toml();
    assert!(!plain.contains("[guidance]") && !plain.contains("[source]"), "{plain}");
    for settings in [
        &["guidance.label=1", "guidance.scale=2.5"][..],
        &["guidance.interval=[0.25, 0.75]"],
        &["source.name=grid"],
        &["source.points=[[0,0,1],[1,1,0]]", "source.kernel=0.2"],
        &["source.mixture=[{mean=[0,0],std=0.5,label=4}]", "guidance.label=0"],
    ] {
        let scene = checked(&[&[EXACT], settings].concat()).expect("a scene");
        let again = Scene::from_toml(&scene.to_toml(), "again").expect("reads back");
        assert_eq!(again, scene);
        let line = scene.to_link().expect("fits");
        let opened = Scene::with_settings(Some(&line), &[]).expect("opens");
        assert_eq!(opened, scene, "{settings:?}");
        let changes = Scene::default().changes_to(&scene);
        assert_eq!(Scene::default().changed(&changes).expect("known"), scene);
    }
    // Points of both ends in files of their own.
    let many = |scale: f64| {
        let points: Vec<String> =
            (0..300).map(|k| format!("[{}, {k}]", scale * f64::from(k))).collect();
        format!("[{}]", points.join(","))
    };
    let (data, source) =
        (format!("data.points={}", many(0.5)), format!("source.points={}", many(2.0)));
    let kernels = ["data.kernel=0.1", "source.kernel=0.1"];
    let scene = checked(&[&[EXACT, &data, &source], &kernels[..]].concat());
    // 90,000 pairs are too many to be followed, which says so.
    assert!(scene.expect_err("refused").contains("90000 pairs"));
    let scene = checked(&[&["direction=generate", &data, &source], &kernels[..]].concat());
    let _ = scene.expect_err("points have no bundled network");
    let few = "data.points=[[0, 0], [1, 1]]";
    let scene = checked(&[&[EXACT, few, &source], &kernels[..]].concat()).expect("600 pairs");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("both.toml");
    Networks::default().save_scene(&scene, &path).expect("saved");
    assert!(folder.path().join("both-source.csv").exists());
    let again = Scene::load(&path).expect("read");
    let points = |scene: &Scene| {
        let source = scene.source.as_ref().expect("a source");
        source.points.as_ref().expect("points").content().0.clone()
    };
    assert_eq!(points(&again), points(&scene));
}

/// Reading a level by its own time on the path keeps both ends of a source at their places.
#[test]
fn the_marginals_of_a_source_are_those_of_its_starts() {
    let settings =
        ["source.name=grid", EXACT, "data.name=single-gaussian", "particles.start=marginal"];
    for t in [0.1, 0.6] {
        let start = format!("time.start={t}");
        let experiment = ready(&[&settings[..], &[&start]].concat());
        let starts = experiment.starts(2_000);
        let at = Interpolant::Linear.coefficients(t);
        let level = Level { alpha: at.alpha, sigma: at.sigma };
        // The log density of p_t is largest on average over draws of p_t itself.
        let own: f64 = starts.iter().filter_map(|&x| experiment.log_marginal(t, x)).sum();
        let other: f64 =
            starts.iter().map(|&x| experiment.mixture.posterior(level, x).log_density).sum();
        assert!(own > other, "{own} {other} at {t}");
    }
}
