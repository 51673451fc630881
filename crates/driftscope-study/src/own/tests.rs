use super::*;
use crate::networks::Networks;
use crate::scene::Change;
use crate::scene::{Data, PointList, Scene};
use driftscope_flow::data::PointSet;

fn ring(count: usize) -> PointList {
    let angle = |i: usize| std::f64::consts::TAU * i as f64 / count as f64;
    let points = (0..count).map(|i| [angle(i).cos(), angle(i).sin()]).collect();
    PointList(PointSet { points, labels: Vec::new() })
}

fn scene_of(points: Own<PointList>) -> Scene {
    let mut scene = Scene::with_settings(None, &["field.kind=exact".into()]).expect("a scene");
    scene.data = Data { points: Some(points), ..Data::default() };
    scene
}

#[test]
fn little_is_written_out_and_much_is_known_by_its_identity() {
    let few = scene_of(Own::new(ring(5)));
    assert!(few.to_toml().contains("[1.0, 0.0]"), "{}", few.to_toml());
    assert_eq!(Scene::from_toml(&few.to_toml(), "few").expect("reads back"), few);
    let many = scene_of(Own::new(ring(1000)));
    let text = many.to_toml();
    assert!(text.contains("kept:") && text.len() < 8000, "{text}");
    assert_eq!(Scene::from_toml(&text, "many").expect("reads back"), many);
    assert_eq!(many, scene_of(Own::new(ring(1000))), "equal content is equal");
    // As an edit does it, through the table of settings.
    let changes = Scene::default().changes_to(&many);
    assert_eq!(Scene::default().changed(&changes).expect("all are known"), many);
    let known = text.find("kept:").expect("its identity") + "kept:".len();
    let mut gone = text;
    gone.replace_range(known..known + 32, &"0".repeat(32));
    let message = Scene::from_toml(&gone, "elsewhere").expect_err("unknown").to_string();
    assert!(message.contains("data.points") && message.contains("is not here"), "{message}");
}

#[test]
fn a_file_is_named_as_seen_from_the_document() {
    let from = |file: &str, document: &str| name_from(Path::new(file), Path::new(document));
    assert_eq!(from("points.csv", "scene.toml"), Path::new("points.csv"));
    assert_eq!(from("data/points.csv", "data/scene.toml"), Path::new("points.csv"));
    assert_eq!(from("../points.csv", "scene.toml"), Path::new("../points.csv"));
    let here = std::env::current_dir().expect("a folder");
    assert_eq!(from("points.csv", "scenes/scene.toml"), here.join("points.csv"));
    // A name in full stays.
    assert_eq!(from("/data/points.csv", "/data/scene.toml"), Path::new("/data/points.csv"));
}

#[test]
fn content_that_no_document_holds_is_forgotten() {
    let change = {
        let scene = scene_of(Own::new(ring(777)));
        Scene::default().changes_to(&scene)
    };
    let named = |change: &&Change| change.key == "data.points";
    assert!(change.iter().any(|change| named(&change)));
    assert!(Scene::default().changed(&change).is_err());
}

#[test]
fn a_scene_is_saved_with_the_points_it_does_not_write_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ring.toml");
    let scene = scene_of(Own::new(ring(1000)));
    Networks::default().save_scene(&scene, &path).expect("saved");
    let text = std::fs::read_to_string(&path).expect("written");
    assert!(text.contains("points = \"ring.csv\""), "{text}");
    let again = Scene::load(&path).expect("reads back");
    let own = again.data.points.as_ref().expect("points");
    assert_eq!(own.content().0, ring(1000).0);
    assert_eq!(own.file(), Some(&*folder.path().join("ring.csv")));
    let other = folder.path().join("other.csv");
    std::fs::write(&other, "x,y\n1,2\n3,oops\n").expect("written");
    let setting = format!("data.points={}", other.display());
    let message = Scene::with_settings(None, &[setting, "field.kind=exact".into()])
        .expect_err("refused")
        .to_string();
    assert!(message.contains("other.csv") && message.contains("line 3"), "{message}");
}
