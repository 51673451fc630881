//! Pictures, films and numbers of a scene, as a script gets them: the same every time, of the size, length
//! and speed that was asked for, and with the scene in them.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use driftscope::app::offscreen::View;
use driftscope_study::scene::Scene;
use tempfile::TempDir;

/// A scene that is solved at once.
const QUICK: [&str; 6] =
    ["--set", "particles.count=40", "--set", "sampler.method=euler", "--set", "sampler.steps=8"];

fn driftscope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_driftscope"))
        .args(arguments)
        .output()
        .expect("the program starts")
}

/// Renders a quick scene into a file of this name and returns its path.
fn render(folder: &TempDir, name: &str, more: &[&str]) -> PathBuf {
    let path = folder.path().join(name);
    let out = path.to_str().expect("a plain path");
    let arguments = [&["render", "--out", out], &QUICK[..], more].concat();
    let output = driftscope(&arguments);
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    path
}

fn folder() -> TempDir {
    TempDir::new().expect("a folder")
}

fn quick_scene() -> Scene {
    let settings: Vec<String> =
        QUICK.iter().filter(|word| **word != "--set").map(|&word| word.to_owned()).collect();
    Scene::with_settings(None, &settings).expect("a scene")
}

fn png(path: &Path) -> png::Reader<BufReader<File>> {
    let file = BufReader::new(File::open(path).expect("a file"));
    png::Decoder::new(file).read_info().expect("a PNG")
}

/// Every kind of file twice: the same bytes.
#[test]
fn the_same_order_gives_the_same_bytes() {
    let folder = folder();
    let small = ["--size", "320x240"];
    let film = ["--size", "160x120", "--fps", "10", "--seconds", "0.5"];
    for (name, more) in [
        ("a.png", &small[..]),
        ("a.svg", &small),
        ("a.webp", &small),
        ("a.gif", &film),
        ("a.apng", &film),
        ("film.webp", &film),
    ] {
        let once = std::fs::read(render(&folder, name, more)).expect("a file");
        let again = std::fs::read(render(&folder, name, more)).expect("a file");
        assert!(once == again, "{name} differs from run to run");
        assert!(once.len() > 500, "{name}");
    }
}

#[test]
fn pixels_are_points_times_the_scale() {
    let folder = folder();
    for (scale, wanted) in [("1", (300, 200)), ("2", (600, 400)), ("0.5", (150, 100))] {
        let path = render(&folder, "a.png", &["--size", "300x200", "--scale", scale]);
        assert_eq!(png(&path).info().size(), wanted);
    }
    // There is something to see, and it is not the same at the start and at the end.
    let at = |at: &str| {
        let mut reader = png(&render(&folder, "a.png", &["--size", "300x300", "--at", at]));
        let mut pixels = vec![0; reader.output_buffer_size().expect("its size")];
        reader.next_frame(&mut pixels).expect("a picture");
        pixels
    };
    let (start, end) = (at("0"), at("1"));
    let changed = start.chunks(3).zip(end.chunks(3)).filter(|(a, b)| a != b).count();
    assert!(changed > 200, "{changed} pixels have changed");
}

#[test]
fn films_have_their_frames_and_last_as_long_as_they_should() {
    let folder = folder();
    let film = ["--size", "120x100", "--fps", "12", "--seconds", "1.5"];
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let file = File::open(render(&folder, "a.gif", &film)).expect("a file");
    let mut decoder = options.read_info(BufReader::new(file)).expect("a GIF");
    assert_eq!((decoder.width(), decoder.height()), (120, 100));
    let (mut frames, mut hundredths) = (0, 0);
    while let Some(frame) = decoder.read_next_frame().expect("a frame") {
        frames += 1;
        hundredths += u32::from(frame.delay);
    }
    assert_eq!((frames, hundredths), (18, 150));
    assert_eq!(decoder.repeat(), gif::Repeat::Infinite);

    let apng = png(&render(&folder, "a.apng", &film));
    let control = apng.info().animation_control().expect("it moves");
    assert_eq!((control.num_frames, control.num_plays), (18, 0));
    let frame = apng.info().frame_control().expect("a frame");
    assert_eq!((frame.delay_num, frame.delay_den), (1, 12));

    let file = BufReader::new(File::open(render(&folder, "a.webp", &film)).expect("a file"));
    let mut webp = image_webp::WebPDecoder::new(file).expect("a WebP");
    assert!(webp.is_animated());
    assert_eq!((webp.dimensions(), webp.num_frames()), ((120, 100), 18));
    let mut pixels = vec![0; webp.output_buffer_size().expect("its size")];
    let lasted: u32 = (0..18).map(|_| webp.read_frame(&mut pixels).expect("a frame")).sum();
    assert_eq!(lasted, 1500);

    render(&folder, "frames/%03d.png", &film);
    let names = |number: u32| folder.path().join(format!("frames/{number:03}.png"));
    assert!((1..=18).all(|number| names(number).exists()) && !names(19).exists());
    assert_eq!(png(&names(7)).info().size(), (120, 100));
}

#[test]
fn the_scene_comes_back_from_every_picture() {
    let folder = folder();
    let wanted = quick_scene();
    for name in ["a.png", "a.svg", "a.gif", "a.webp", "a.apng"] {
        let path = render(&folder, name, &["--size", "100x100", "--at", "0.5"]);
        let scene = Scene::load(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(scene, wanted, "{name}");
    }
    // And is rendered again to the same picture.
    let first = render(&folder, "a.png", &["--size", "100x100", "--at", "0.5"]);
    let second = folder.path().join("b.png");
    let [first, second] = [&first, &second].map(|path| path.to_str().expect("a plain path"));
    let size = ["--size", "100x100", "--at", "0.5"];
    let output = driftscope(&[&["render", "--scene", first, "--out", second], &size[..]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(std::fs::read(first).expect("a file") == std::fs::read(second).expect("a file"));
}

#[test]
fn vectors_are_vectors() {
    let folder = folder();
    let layers = r#"view.layers=["marginal","velocity","trails","particles"]"#;
    let more = ["--set", layers, "--at", "0.5", "--caption"];
    let svg = std::fs::read_to_string(render(&folder, "a.svg", &more)).expect("a text");
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.matches("<circle ").count() >= 40, "{}", svg.matches("<circle ").count());
    // Marks of the axes, and the caption.
    assert!(svg.contains(">0</text>") && svg.contains("Euler"), "words are no text");
    assert_eq!(svg.matches("<image ").count(), 1, "one heat map");
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (inside, _) = tag.split_once('>').expect("every element ends");
        let name = inside.split([' ', '/']).next().unwrap_or_default();
        if let Some(closed) = inside.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "elements are nested");
        } else if !inside.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// As many lines and ends as the legend says.
#[test]
fn pairs_of_a_training_are_lines_between_two_ends() {
    let folder = folder();
    let svg = |layers: &str| {
        let layers = format!("view.layers=[{layers}]");
        let more = ["--set", &layers, "--set", "training.coupling=optimal"];
        std::fs::read_to_string(render(&folder, "a.svg", &more)).expect("a text")
    };
    let [without, with] = [svg(""), svg("\"pairs\"")];
    assert!(with.contains("Pairs: 128 · ") && !without.contains("Pairs: "));
    let count = |what: &str| [&with, &without].map(|svg| svg.matches(what).count());
    let [circles, before] = count("<circle ");
    // The legend has a pair of its own.
    assert_eq!(circles - before, 2 * (128 + 1));
    let [lines, before] = count("<path ");
    assert_eq!(lines - before, 128 + 1);
}

#[test]
fn every_plot_and_card_has_its_picture_and_its_numbers() {
    let folder = folder();
    let data = folder.path().join("a.csv");
    for view in View::all_named() {
        let (kind, name) = match &view {
            View::Plot(plot) => ("plot", plot.name()),
            View::Card(name) => ("card", name.clone()),
            _ => unreachable!("it has a name"),
        };
        let out = data.to_str().expect("a plain path");
        // Only fixed steps have times that can be moved.
        let method = if name == "optimised-times" { "euler" } else { "bosh3" };
        let method = format!("sampler.method={method}");
        let more = ["--set", &method, "--set", "sampler.rtol=1e-2"];
        // Only steps with noise have strong errors.
        let form = if name == "strong-error" { "sigma" } else { "none" };
        let form = format!("diffusion.form={form}");
        // Only a class has a tilted density.
        let class = [
            ["--set", "field.kind=exact"],
            ["--set", "data.name=two-moons"],
            ["--set", "guidance.label=1"],
        ]
        .concat();
        let class = if name.starts_with("guidance") { &class[..] } else { &[] };
        let more = [&more[..], &["--set", &form], class].concat();
        let asked = ["--view", kind, &name, "--data", out, "--size", "480x300"];
        let path = render(&folder, "a.png", &[&more[..], &asked[..]].concat());
        assert_eq!(png(&path).info().size(), (480, 300));
        let mut reader = csv::Reader::from_path(&data).expect("a table");
        let columns = reader.headers().expect("names").len();
        let rows = reader.records().map(|row| row.expect("a row").len());
        let rows: Vec<usize> = rows.collect();
        assert!(!rows.is_empty() && rows.iter().all(|&row| row == columns), "{kind} {name}");
        std::fs::remove_file(&data).expect("it was there");
    }
}

#[test]
fn what_cannot_be_drawn_is_refused_in_one_sentence() {
    let folder = folder();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("it can be written");
        path.to_str().expect("a plain path").to_owned()
    };
    let foreign = file("foreign.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    let damaged = file("damaged.png", b"\x89PNG\r\n\x1a\n\0\0");
    let out = folder.path().join("a.png");
    let out = out.to_str().expect("a plain path");
    let cases: [(&[&str], &str); 10] = [
        (&["--out", "a.bmp"], ".png, .svg, .gif, .apng, .webp or .mp4"),
        (&["--out", out, "--view", "plot", "loss"], "step-size-h"),
        (&["--out", out, "--view", "card", "nothing"], "error-budget"),
        (&["--out", out, "--view", "pane", "2"], "panes 1 to 1"),
        (&["--out", out, "--view", "everything"], "stage, pane N"),
        (&["--out", out, "--data", "a.csv"], "--view plot NAME"),
        (&["--out", out, "--seconds", "2"], "is one picture"),
        (&["--out", out, "--size", "9000x9000", "--scale", "16"], "too many"),
        (&["--out", out, "--scene", &foreign], "not made by driftscope"),
        (&["--out", out, "--scene", &damaged], "damaged"),
    ];
    for (arguments, words) in cases {
        let output = driftscope(&[&["render"], arguments].concat());
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(message.contains(words), "`{words}` is missing in: {message}");
        assert!(!Path::new(out).exists(), "{arguments:?}");
    }
    // Without ffmpeg, an MP4 says so.
    let film = folder.path().join("a.mp4");
    let film_name = film.to_str().expect("a plain path");
    let output = Command::new(env!("CARGO_BIN_EXE_driftscope"))
        .args([&["render", "--out", film_name, "--size", "64x64"], &QUICK[..]].concat())
        .env("PATH", folder.path())
        .output()
        .expect("the program starts");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("ffmpeg, which is not installed here"), "{message}");
    assert!(message.lines().count() == 1 && !film.exists());
}
