use driftscope_base::cancel::Cancel;
use driftscope_base::interpolant::Interpolant;

use super::*;
use crate::experiment::Experiment;
use crate::run::{RunOptions, run};
use crate::scene::{Field, FieldKind};

#[test]
fn every_distribution_has_a_bundled_model() {
    for toy in driftscope_flow::data::TOYS {
        let model = from_bundle(toy.name).expect("reads");
        let NetworkKind::Own { description, trained_on, .. } = &model.kind else {
            panic!("{} is one of ours", toy.name);
        };
        assert_eq!(description.data, toy.name);
        assert_eq!(*trained_on, Interpolant::Linear);
    }
}

#[test]
fn what_is_known_of_bundled_networks_is_what_their_files_say() {
    assert!(bundled_networks().len() > driftscope_flow::data::TOYS.len());
    for network in bundled_networks() {
        let description = bundled_model(network.name).expect("reads").description;
        assert_eq!(network.data, description.data);
        assert_eq!(network.objective, description.settings.objective);
    }
    assert!(bundled_networks().iter().any(|network| !network.has_score));
}

/// A network that nobody bundled.
fn other(seed: u64) -> Arc<Model> {
    let mut model = bundled_model("rings").expect("reads");
    model.weights.layers[0].bias[0] += 0.25 + seed as f32;
    Arc::new(model)
}

fn following(id: NetworkId) -> Scene {
    let mut scene = Scene::with_settings(None, &["particles.count=20".into()]).expect("a scene");
    scene.add_pane();
    scene.follow_trained(0, id, None);
    scene
}

#[test]
fn an_identity_is_that_of_the_weights() {
    let (one, two) = (other(0), other(1));
    assert_ne!(one.id(), two.id());
    let mut later = (*one).clone();
    later.description.steps += 1;
    assert_eq!(later.id(), one.id(), "how it came to be makes no difference");
    later.description.interpolant = Interpolant::Gvp;
    assert_ne!(later.id(), one.id(), "the path it belongs to does");
    assert_eq!(one.id().to_string().parse(), Ok(one.id()));
    let bytes = one.to_bytes().expect("writes");
    assert_eq!(Model::from_bytes(&bytes, "again").expect("reads").id(), one.id());
}

#[test]
fn equal_scenes_give_equal_recordings_wherever_the_network_came_from() {
    let ends = |networks: &Networks, scene: &Scene| {
        let scene = Arc::new(scene.pane(0));
        let experiment = Experiment::new(&scene, networks).expect("ready");
        let options = RunOptions::for_window(20);
        let recording = run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs");
        recording.ends().map(|end| end.map(f64::to_bits)).collect::<Vec<_>>()
    };
    let (here, there) = (Networks::default(), Networks::default());
    let id = here.keep(other(0));
    there.keep(other(1));
    assert_eq!(there.keep(other(0)), id);
    let scene = following(id);
    assert_eq!(ends(&here, &scene), ends(&there, &scene));
    assert_ne!(ends(&here, &scene), ends(&there, &following(other(1).id())));
    assert_ne!(
        ends(&here, &scene),
        ends(&here, &Scene { field: Scene::default().field, ..scene.clone() })
    );
    here.forget(|known| known != id);
    let gone =
        Experiment::new(&Arc::new(scene), &here).map(|_| ()).expect_err("forgotten").to_string();
    assert!(gone.contains("field.model") && gone.contains(&id.to_string()), "{gone}");
}

#[test]
fn a_scene_is_saved_with_the_networks_it_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("own.toml");
    let networks = Networks::default();
    let (one, two) = (networks.keep(other(0)), networks.keep(other(1)));
    let mut scene = following(one);
    scene.add_pane();
    scene.panes[1].field.as_mut().expect("its own").model = Some(ModelName::Trained(two));
    networks.save_scene(&scene, &path).expect("saved");
    let again = Scene::load(&path).expect("reads back");
    assert_eq!(again.trained_networks().count(), 0);
    let fresh = Networks::default();
    let ids = (0..3).map(|i| fresh.of(&again.pane(i)).expect("its file").expect("learned").id);
    assert_eq!(ids.collect::<Vec<_>>(), [one, one, two]);
    let lost = fresh.save_scene(&scene, &folder.path().join("lost.toml"));
    assert!(lost.is_err() && !folder.path().join("lost.toml").exists());
}

/// Files named from where the program was started are found again from wherever the scene is.
#[test]
fn a_scene_that_is_saved_elsewhere_still_finds_its_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = tempfile::Builder::new().prefix("own-").tempdir_in(".").expect("a folder here");
    let at = |name: &str| {
        let file = Path::new(here.path().file_name().expect("a name")).join(name);
        assert!(file.is_relative());
        file
    };
    let written = |name: &str, text: &str| {
        std::fs::write(at(name), text).expect("written");
        at(name).display().to_string()
    };
    let points = written("points.csv", "x,y\n1,0\n-1,0.5\n0,2\n");
    let times = written("times.csv", "0\n0.25\n1\n");
    let tableau = written(
        "ralston.toml",
        "name = \"R\"\nc = [0, \"2/3\"]\na = [[], [\"2/3\"]]\nb = [0.25, 0.75]\n",
    );
    bundled_model("rings").expect("reads").save(&at("rings.safetensors")).expect("written");
    let settings = [
        format!("data.points={points}"),
        "sampler.adaptive=false".to_owned(),
        format!("sampler.tableau={tableau}"),
        format!("sampler.times={times}"),
        format!("field.model={}", at("rings.safetensors").display()),
    ];
    let mut scene = Scene::with_settings(None, &settings).expect("a scene");
    scene.add_pane();
    let path = folder.path().join("scene.toml");
    let networks = Networks::default();
    networks.save_scene(&scene, &path).expect("saved");
    let again = Scene::load(&path).expect("reads back");
    let files = |scene: &Scene| {
        let sampler = &scene.sampler;
        let content = |file: Option<&Path>| std::fs::read(file.expect("named")).expect("there");
        let Some(ModelName::File(model)) = &scene.field.model else { panic!("a file") };
        [
            content(scene.data.points.as_ref().expect("points").file()),
            content(sampler.times.as_ref().expect("times").file()),
            content(sampler.tableau.as_ref().expect("a tableau").file()),
            content(Some(model)),
        ]
    };
    assert_eq!(files(&again), files(&scene));
    // Beside the files, they go by their names, so that the folder can be moved.
    let beside = at("scene.toml");
    networks.save_scene(&scene, &beside).expect("saved");
    let text = std::fs::read_to_string(&beside).expect("written");
    for name in ["points.csv", "times.csv", "ralston.toml", "rings.safetensors"] {
        assert!(text.contains(&format!("= \"{name}\"")), "{name}: {text}");
    }
    assert_eq!(files(&Scene::load(&beside).expect("reads back")), files(&scene));
}

#[test]
fn leaving_a_training_brings_back_what_was_there() {
    let mut scene = following(other(0).id());
    scene.leave_trained(0, None);
    assert!(scene.fields().all(|field| field.model.is_none() && field.kind == FieldKind::Learned));
    let file = ModelName::File("moons.safetensors".into());
    let mut before = Field { model: Some(file.clone()), ..Field::default() };
    before.reading.state("time", Some("1-t".to_owned()));
    scene.follow_trained(0, other(0).id(), None);
    scene.leave_trained(0, Some(&before));
    assert!(scene.fields().all(|field| *field == before));
    // A mixture of one's own has no bundled network to go back to.
    let mixture = "[data]\nmixture = [{ mean = [0, 0], std = 1 }]\n[field]\nkind = \"exact\"\n";
    let mut own = Scene::from_toml(mixture, "own").expect("a scene");
    own.field.kind = FieldKind::Learned;
    own.follow_trained(0, other(0).id(), None);
    assert!(own.check().is_ok());
    own.leave_trained(0, None);
    assert!(own.check().is_ok() && own.field.kind == FieldKind::Exact);
}
