//! Handouts of lessons and scenes: one file that asks for nothing, with all that it should hold.

#[path = "shared/dialog.rs"]
mod dialog;
#[path = "shared/wait.rs"]
mod wait;

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use driftscope::app::handout::{Handout, Seen};
use driftscope::app::offscreen::RenderError;
use driftscope::app::text::html::escaped;
use driftscope::app::{Driftscope, Launch};
use driftscope_base::cancel::Cancel;
use driftscope_study::export::code::TARGETS;
use driftscope_study::lesson::{Lesson, Stand, check_claims};
use driftscope_study::scene::Scene;
use driftscope_study::scene::parameters::Settings;
use driftscope_study::{Experiment, Networks};
use eframe::egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use tempfile::TempDir;

use self::dialog::answer;
use self::wait::wait;

/// A lesson that is solved at once, with every way to ask and letters that HTML takes for its own.
const LESSON: &str = r##"
title = "Less < more & \"so on\" <script>alert(1)</script>"
about = "What <b>is</b> & what is not."
kind = "sheet"
[[step]]
set = ["data.name=single-gaussian", "field.kind=exact", "particles.count=40", "sampler.method=euler", "sampler.steps=8"]
text = '''
# 1. Corners & <i>cuts</i>
Euler's step: $x_{n+1} = x_n + h\,v(x_n, t_n)$, see [the page](https://example.org/?a=1&b=2).
'''
only = ["plot step-size-h"]
question = { ask = "Which is **less** than $x < y$?", choices = ["this < that", "that & $x_0$", "neither"], answer = 2 }
claim = ["nfe() = 8", "nfe(rk4, 8) = 32"]
notes = "Because it is \"so\" < 1."
[[step]]
set = ["at=0.5", "pin=3"]
text = "# Halfway\nThe run stands."
question = { ask = "How many evaluations?", scale = [1, 100], logarithmic = true, unit = "evaluations", answer = "nfe()" }
[[step]]
text = "# Number\nThe same run as in the first step."
set = ["pin=none"]
question = { ask = "How many steps are kept?", unit = "steps", answer = "accepted()" }
claim = "rejected() < 1"
[[step]]
set = ["sampler.steps=16"]
text = "# A curve"
only = ["plot step-size-h"]
question = { ask = "How long is a step?", curve = "step-size-h" }
claim = "nfe() = 17"
"##;

fn driftscope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_driftscope")).args(arguments).output().expect("it starts")
}

/// Writes a handout with the command line and reads it.
fn written(folder: &TempDir, name: &str, arguments: &[&str]) -> String {
    let out = folder.path().join(name);
    let output = driftscope(&[arguments, &["--out", out.to_str().expect("a path")]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
    std::fs::read_to_string(out).expect("a page")
}

fn lesson_file(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("lesson.toml");
    std::fs::write(&path, LESSON).expect("written");
    path
}

/// A tag: its name, whether it closes or is closed, and its attributes.
struct Tag {
    name: String,
    closes: bool,
    closed: bool,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Every tag of a page; what is no well-formed HTML fails.
fn tags(page: &str) -> Vec<Tag> {
    let (mut found, mut rest) = (Vec::new(), page);
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "a stray >: {}", &rest[..start.min(80)]);
        rest = &rest[start + 1..];
        let mut inside = false;
        let end = rest.find(|letter: char| {
            inside ^= letter == '"';
            letter == '>' && !inside
        });
        let text = &rest[..end.expect("a tag ends")];
        rest = &rest[text.len() + 1..];
        if text == "!DOCTYPE html" {
            continue;
        }
        let closes = text.starts_with('/');
        let closed = text.ends_with('/');
        let text = text.trim_matches('/');
        let (name, mut list) = text.split_once(' ').unwrap_or((text, ""));
        let mut attributes = Vec::new();
        while let Some((key, value)) = list.trim_start().split_once("=\"") {
            let (value, after) = value.split_once('"').expect("a value in quotes");
            assert!(!value.contains('<'), "{name} {key}={value}");
            attributes.push((key.to_owned(), value.to_owned()));
            list = after;
        }
        assert!(list.trim().is_empty(), "{name}: {list}");
        if name == "style" && !closes {
            let end = rest.find("</style>").expect("the style ends");
            rest = &rest[end..];
        }
        found.push(Tag { name: name.to_owned(), closes, closed, attributes });
    }
    found
}

/// What every page is: whole, closed, and without anything that asks for something else.
fn check_page(page: &str) -> Vec<Tag> {
    let tags = tags(page);
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    let mut open: Vec<&str> = Vec::new();
    for tag in &tags {
        let lonely = ["meta", "img", "br", "hr"].contains(&tag.name.as_str()) || tag.closed;
        if tag.closes {
            assert_eq!(open.pop(), Some(tag.name.as_str()));
        } else if !lonely {
            open.push(&tag.name);
        }
        for loading in ["src", "srcset", "data", "poster", "background", "xlink:href"] {
            let from = tag.get(loading);
            assert!(from.is_none_or(|from| from.starts_with("data:")), "{}: {from:?}", tag.name);
        }
        assert!(tag.attributes.iter().all(|(key, _)| !key.starts_with("on")), "{}", tag.name);
        for never in ["script", "link", "iframe", "object", "embed", "base", "form"] {
            assert_ne!(tag.name, never);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    let policy =
        tags.iter().find_map(|tag| tag.get("content").filter(|c| c.contains("default-src")));
    assert!(policy.expect("a policy").starts_with("default-src 'none';"));
    assert!(tags.iter().any(|tag| tag.get("charset") == Some("utf-8")));
    for named in page.split("url(").skip(1) {
        assert!(named.starts_with("data:"), "{}", &named[..40.min(named.len())]);
    }
    assert!(!page.contains("@import"));
    for picture in tags.iter().filter(|tag| tag.name == "img") {
        assert!(picture.get("alt").is_some_and(|alt| alt.len() > 10), "{:?}", picture.get("alt"));
        assert!(picture.get("width").is_some() && picture.get("height").is_some());
    }
    tags
}

/// The bytes of a `data:` URI (RFC 4648).
fn bytes(uri: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (_, text) = uri.split_once(";base64,").expect("base 64");
    let (mut found, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let place = LETTERS.iter().position(|own| *own == letter).expect("a letter");
        (bits, count) = (bits << 6 | place as u32, count + 6);
        if count >= 8 {
            count -= 8;
            found.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    found
}

/// The frames of every film of a page, as the places of their colours.
fn films(tags: &[Tag]) -> Vec<Vec<Vec<u8>>> {
    let is_film = |tag: &&Tag| tag.get("class") == Some("film");
    let frames = |tag: &Tag| {
        let decoder = png::Decoder::new(Cursor::new(bytes(tag.get("src").expect("a source"))));
        let mut reader = decoder.read_info().expect("an APNG");
        let control = *reader.info().animation_control().expect("it moves");
        assert_eq!(control.num_plays, 0, "it is repeated for ever");
        let mut buffer = vec![0; reader.output_buffer_size().expect("it fits")];
        (0..control.num_frames)
            .map(|_| {
                reader.next_frame(&mut buffer).expect("a frame");
                buffer.clone()
            })
            .collect()
    };
    tags.iter().filter(is_film).map(frames).collect()
}

fn stills<'a>(tags: &'a [Tag], kind: &'a str) -> impl Iterator<Item = &'a Tag> {
    tags.iter().filter(move |tag| tag.get("src").is_some_and(|from| from.starts_with(kind)))
}

#[test]
fn a_lesson_is_one_page_with_all_that_it_says_asks_and_claims() {
    let folder = TempDir::new().expect("a folder");
    let file = lesson_file(&folder);
    let file = file.to_str().expect("a path");
    let page = written(&folder, "a.html", &["lesson", "handout", file]);
    let again = written(&folder, "b.html", &["lesson", "handout", file]);
    assert!(page == again, "the same lesson gives the same bytes");
    let tags = check_page(&page);
    assert!(page.len() < 2_000_000, "{} bytes", page.len());

    // What stands in the file stands in the page, and is words there.
    let title = "Less &lt; more &amp; &quot;so on&quot; &lt;script&gt;alert(1)&lt;/script&gt;";
    assert_eq!(page.matches(title).count(), 2, "title and heading");
    for words in [
        "What &lt;b&gt;is&lt;/b&gt; &amp; what is not.",
        "<h2>1. Corners &amp; &lt;i&gt;cuts&lt;/i&gt;</h2>",
        "href=\"https://example.org/?a=1&amp;b=2\"",
        "aria-label=\"x_{n+1} = x_n + h\\,v(x_n, t_n)\"",
        "<h2>Halfway</h2>",
        "this &lt; that",
        "How many evaluations?",
        "A scale from 1.00 to 100 evaluations, to make a mark on",
        ">10.0</text>",
        "How many steps are kept?",
        "<p class=\"room\">Answer: <span></span> steps</p>",
        "aria-label=\"Axes for a curve: Step size h over t\"",
        "font-family:\"KaTeX_Math-Italic\"",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let lesson = Lesson::load(Path::new(file)).expect("a lesson");
    let (steps, answers) = page.split_once("<section class=\"answers\">").expect("answers");
    assert_eq!(steps.matches("<section class=\"step\"").count(), lesson.steps.len());
    assert!(!steps.contains(">measured "), "answers stand behind all steps");
    let mut claims = 0;
    check_claims(&lesson, &Networks::default(), &Cancel::default(), |claim| {
        let is_answer = claim.text.starts_with("answer ");
        if !is_answer {
            let words = escaped(&claim.text);
            let place = answers.find(&format!("<code>{words}</code>"));
            let line = answers[place.expect("every claim stands there")..].lines().next();
            let line = line.expect("a line");
            assert!(line.contains("measured"), "{line}");
            assert_eq!(line.contains("does not hold"), !claim.holds(), "{line}");
        }
        claims += usize::from(!is_answer);
    })
    .expect("measured");
    assert_eq!((claims, answers.matches("does not hold").count()), (4, 1));
    for words in [
        "<strong>B.</strong> that &amp; ",
        "<strong>8.00</strong> evaluations, as measured",
        "<strong>8.00</strong> steps, as measured",
        "Because it is &quot;so&quot; &lt; 1.",
        "measured 32.0 = 32.0",
        "Evaluations of the field per particle, on average.",
    ] {
        assert!(answers.contains(words), "{words}");
    }

    // A picture of every step, a film of each run, and the curve only among the answers.
    assert_eq!(stills(&tags, "data:image/png").count(), lesson.steps.len());
    let films = films(&tags);
    assert_eq!(films.len(), 2, "the first and the third step are the same run");
    for frames in &films {
        assert!(frames.len() > 10, "{} frames", frames.len());
        let moves = frames.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(moves > frames.len() / 2, "{moves} of {} frames move", frames.len());
    }
    let drawn = |part: &str| part.matches("data:image/svg+xml").count();
    assert_eq!((drawn(steps), drawn(answers)), (1, 1));
    let svg = stills(&tags, "data:image/svg+xml").next().expect("a graph");
    let svg = String::from_utf8(bytes(svg.get("src").expect("a source"))).expect("text");
    assert!(svg.starts_with("<svg") && svg.contains("Step size h"), "{svg}");

    // What a still shows is in it, as in every picture that the program makes.
    let still = folder.path().join("still.png");
    let picture = stills(&tags, "data:image/png").next().expect("a picture");
    std::fs::write(&still, bytes(picture.get("src").expect("a source"))).expect("written");
    let shown = Scene::with_settings(still.to_str(), &[]).expect("a scene");
    assert_eq!(shown, lesson.scene(0).expect("stands"));
}

#[test]
fn a_scene_is_one_page_with_its_settings_readings_link_and_code() {
    let folder = TempDir::new().expect("a folder");
    let settings = ["particles.count=60", "sampler.steps=20", "title=\"A & <b>\""];
    let set: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
    let arguments = [&["handout", "--scene", "ode-and-sde", "--at", "0.5", "--pin", "2"], &set[..]];
    let arguments = arguments.concat();
    let page = written(&folder, "a.html", &arguments);
    assert!(page == written(&folder, "b.html", &arguments), "the same scene gives the same bytes");
    let tags = check_page(&page);
    let settings = settings.map(str::to_owned);
    let scene = Scene::with_settings(Some("ode-and-sde"), &settings).expect("a scene");

    let (_, line) = page.split_once("driftscope --scene '").expect("a line");
    let (line, _) = line.split_once('\'').expect("it ends");
    assert_eq!(Scene::with_settings(Some(line), &[]).expect("it opens"), scene);
    let (seen, networks) = (std::sync::Arc::new(scene.clone()), Networks::default());
    let experiment = Experiment::new(&seen, &networks).expect("it can be solved");
    for target in TARGETS {
        let script = escaped(target.script(&experiment, None).trim_end());
        assert!(page.contains(&script), "{}", target.name);
        assert!(page.contains(&format!("<summary>{}</summary>", escaped(target.title))));
    }
    for words in [
        "<h1>A &amp; &lt;b&gt;</h1>",
        &escaped(&scene.about),
        "<code>sampler.steps</code></td><td>20</td><td>50</td>",
        "<code>particles.count</code></td><td>60</td><td>2000</td>",
        "<th scope=\"col\">Evaluations</th>",
        "t = 0.500",
    ] {
        assert!(page.contains(words), "{words}");
    }
    // Every setting that has an effect is there, and no other.
    for row in Scene::parameters().iter().filter(|row| !["title", "about"].contains(&row.key)) {
        let there = page.contains(&format!("<code>{}</code></td>", row.key));
        assert_eq!(there, row.idle(&scene).is_none() && row.key != "panes", "{}", row.key);
    }
    assert_eq!(films(&tags).len(), 1);
    assert_eq!(stills(&tags, "data:image/svg+xml").count(), 3, "steps, errors, counts");

    // Panes stand side by side in one picture, and have their numbers each; times are those of the window.
    let settings = ["particles.count=60".to_owned()];
    let scene = Scene::with_settings(Some("euler-against-rk4"), &settings);
    let scene = scene.unwrap_or_else(|_| {
        let mut scene = Scene::with_settings(None, &settings).expect("a scene");
        scene.add_pane();
        scene
    });
    let count = scene.pane_count();
    assert!(count > 1);
    let elapsed = vec![Some(std::time::Duration::from_millis(1234)); count];
    let stand = Stand { scene, at: Some(1.0), ..Stand::default() };
    let handout = Handout::Scene(Box::new(Seen { stand, elapsed, ..Seen::default() }));
    let page = handout.html(&networks, &mut |_| true).expect("a page");
    let tags = check_page(&page);
    assert_eq!(stills(&tags, "data:image/svg+xml").count(), 3 * count);
    assert_eq!(page.matches("1.23\u{2009}s").count(), count);
    assert!(page.contains("Pane 2"));
}

#[test]
fn it_says_how_far_it_is_and_can_be_stopped() {
    let lesson = Lesson::from_toml(LESSON, "here").expect("a lesson");
    let handout = Handout::Lesson(Box::new(lesson));
    let networks = Networks::default();
    let mut shares = Vec::new();
    handout
        .html(&networks, &mut |share| {
            shares.push(share);
            true
        })
        .expect("a page");
    assert!(shares.is_sorted() && shares.last() == Some(&1.0), "{shares:?}");
    for after in [0, 1, shares.len() / 2, shares.len() - 2] {
        let mut heard = 0;
        let stopped = handout.html(&networks, &mut |_| {
            heard += 1;
            heard <= after
        });
        assert!(matches!(stopped, Err(RenderError::Stopped)), "after {after}");
    }
}

#[test]
fn what_is_refused_is_said_in_one_sentence() {
    let folder = TempDir::new().expect("a folder");
    let out = folder.path().join("out.html");
    let out = out.to_str().expect("a path");
    let wrong = folder.path().join("wrong.toml");
    let text = LESSON.replace("plot step-size-h", "plot step-size-of-h");
    std::fs::write(&wrong, text).expect("written");
    let wrong = wrong.to_str().expect("a path");
    for (arguments, words) in [
        (&["lesson", "handout", "nowhere", "--out", out][..], "nowhere"),
        (&["lesson", "handout", wrong, "--out", out], "step-size-of-h"),
        (&["handout", "--scene", "nowhere", "--out", out], "nowhere"),
        (
            &[
                "handout",
                "--set",
                "particles.count=40",
                "--set",
                "sampler.method=euler",
                "--out",
                "/nowhere/a.html",
            ],
            "/nowhere/a.html",
        ),
        (&["handout", "--at", "1.5", "--out", out], "from 0 to 1"),
        (&["lesson", "handout", "sheet-order"], "--out"),
    ] {
        let output = driftscope(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
        assert!(!Path::new(out).exists());
    }
}

#[test]
fn the_window_asks_where_and_writes_what_it_shows() {
    let folder = TempDir::new().expect("a folder");
    let lesson = Lesson::from_toml(LESSON, "here").expect("a lesson");
    let launch = Launch { lesson: Some((lesson, 0)), own_dialogs: true, ..Launch::default() };
    let mut harness: Harness<'_, Driftscope> = Harness::builder()
        .with_size([1280.0, 800.0])
        .allow_missing_glyphs()
        .build_eframe(move |cc| Driftscope::new(cc, launch));
    harness.run_steps(4);
    harness.get_by_label("Lesson handout…").click();
    let of_lesson = folder.path().join("lesson.html");
    answer(&mut harness, "Save lesson handout", &of_lesson, Some("Save"));
    wait(&mut harness, "the page", |_| of_lesson.exists());
    let page = std::fs::read_to_string(&of_lesson).expect("a page");
    check_page(&page);
    assert!(page.contains("<section class=\"answers\">"));

    // What is on screen: the step that is shown, its words, and how long its solve took here.
    harness.key_press(Key::PageDown);
    harness.key_press(Key::PageDown);
    harness.run_steps(3);
    wait(&mut harness, "the particles", |harness| harness.state().is_settled());
    harness.get_by_label_contains("Euler · 8 steps").click();
    harness.run_steps(3);
    // A menu's button has its shortcut, here none, behind its title.
    harness.get_by_label("Handout… ").click();
    let of_scene = folder.path().join("scene");
    answer(&mut harness, "Save handout", &of_scene, Some("Save"));
    let of_scene = of_scene.with_extension("html");
    wait(&mut harness, "the page", |_| of_scene.exists());
    let page = std::fs::read_to_string(&of_scene).expect("a page");
    check_page(&page);
    // It is called as the lesson, whose step it is.
    assert!(page.contains(">Step 2 of 4</p>") && page.contains("<h2>Halfway</h2>"));
    let title = Lesson::from_toml(LESSON, "here").expect("a lesson").title;
    assert!(page.contains(&format!("<h1>{}</h1>", escaped(&title))));
    assert!(page.contains("t = 0.500") && !page.contains("<td>–</td></tr>"), "its time is known");
    assert!(!page.contains("class=\"answers\""), "nothing is given away");
}
