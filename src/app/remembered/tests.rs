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
    let found = Remembered::read(&folder);
    assert!(found.interrupted && found.report.is_none());
    assert!(!Remembered::read(&folder).interrupted, "it is said once");
    // One that panicked leaves its file, and has said why.
    let holder = folder.clone();
    let panicked = std::thread::spawn(move || {
        let _held = Marker::set(&holder);
        panic!("on purpose");
    });
    assert!(panicked.join().is_err());
    let own = report::report_of(&folder, std::process::id());
    std::fs::write(&own, "on purpose").expect("written");
    let found = Remembered::read(&folder);
    assert!(found.interrupted && found.report == Some(own));
}

#[test]
fn what_is_kept_is_read_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = folder.path().join(LAST);
    let window = LastWindow {
        theme: "Projector".to_owned(),
        presenter: true,
        mode: "Lessons".to_owned(),
        lesson: None,
        step: 2,
        writes: true,
        shows_own: false,
    };
    window.write(&session).expect("written");
    assert!(Remembered::read(folder.path()).last.is_none(), "no scene, no session");
    let lesson = driftscope_study::lesson::LESSONS[0].lesson();
    let mut scene = driftscope_study::scene::Scene::default();
    scene.sampler.rtol = 1e-7;
    scene.save(&last::scene_file(&session)).expect("written");
    lesson.save(&last::lesson_file(&session)).expect("written");
    let found = Remembered::read(folder.path()).last.expect("remembered").expect("read");
    let stood = LastSession { scene, lesson: Some(lesson), window, trainings: Vec::new() };
    assert_eq!(*found, stood);
    // After an interruption it is where nothing takes its place, and among the recent files.
    std::fs::write(folder.path().join("running-1-0"), "").expect("written");
    let found = Remembered::read(folder.path());
    assert!(found.interrupted && !session.exists());
    assert_eq!(*found.last.expect("remembered").expect("read"), stood);
    let kept = folder.path().join(KEPT);
    assert_eq!(found.recent, [last::scene_file(&kept), last::lesson_file(&kept)]);
    drop(found.marker);
    std::fs::rename(&kept, &session).expect("moved");
    std::fs::write(last::scene_file(&session), "seed = \"many\"").expect("written");
    let why = Remembered::read(folder.path()).last.expect("remembered").expect_err("refused");
    assert!(why.contains("seed"), "{why}");
    // It is not overwritten either.
    let text = std::fs::read_to_string(last::scene_file(&kept)).expect("it is there");
    assert_eq!(text, "seed = \"many\"");
}
