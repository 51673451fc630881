use super::*;

#[test]
fn the_last_file_stands_first_and_none_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut recent = Vec::new();
    for n in [1, 2, 3, 2] {
        recent = with_recent(&recent, Path::new(&format!("/a/{n}.toml")));
    }
    let names = ["/a/2.toml", "/a/3.toml", "/a/1.toml"].map(PathBuf::from);
    assert_eq!(recent, names);
    write_recent(folder.path(), &recent).expect("written");
    assert_eq!(Remembered::read(folder.path()).recent, names);
    for n in 0..40 {
        recent = with_recent(&recent, Path::new(&format!("/b/{n}")));
    }
    assert_eq!(recent.len(), MOST_RECENT);
    std::fs::write(folder.path().join(RECENT), "files = 3").expect("written");
    assert!(Remembered::read(folder.path()).recent.is_empty(), "what cannot be read is nothing");
}

#[test]
fn one_that_did_not_end_by_itself_is_noticed_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("new");
    let first = Remembered::read(&folder);
    assert!(first.is_first && !first.interrupted && first.last.is_none());
    // Another at the same time is no interruption.
    let second = Remembered::read(&folder);
    assert!(!second.is_first && !second.interrupted);
    drop((first, second));
    assert!(!Remembered::read(&folder).interrupted, "both ended by themselves");
    // One that was interrupted leaves a file that nobody holds.
    std::fs::write(folder.join("running-1-0"), "").expect("written");
    assert!(Remembered::read(&folder).interrupted);
    assert!(!Remembered::read(&folder).interrupted, "it is said once");
}

#[test]
fn what_is_kept_is_read_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let window = LastWindow {
        theme: "Projector".to_owned(),
        presenter: true,
        mode: "Lessons".to_owned(),
        lesson: None,
        step: 2,
        writes: true,
    };
    window.write(folder.path()).expect("written");
    assert!(Remembered::read(folder.path()).last.is_none(), "no scene, no session");
    let lesson = driftscope_study::lesson::LESSONS[0].lesson();
    let mut scene = driftscope_study::scene::Scene::default();
    scene.sampler.rtol = 1e-7;
    scene.save(&last::scene_file(folder.path())).expect("written");
    lesson.save(&last::lesson_file(folder.path())).expect("written");
    let found = Remembered::read(folder.path()).last.expect("remembered").expect("read");
    assert_eq!(*found, LastSession { scene, draft: Some(lesson), window });
    std::fs::write(last::scene_file(folder.path()), "seed = many").expect("written");
    let why = Remembered::read(folder.path()).last.expect("remembered").expect_err("refused");
    assert!(why.contains("seed"), "{why}");
}
