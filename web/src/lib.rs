//! Driftscope in a browser's tab: the window on a page's canvas, and the work of its workers.

#![cfg(target_arch = "wasm32")]

use std::cell::RefCell;

use driftscope::app::stage::ViewTask;
use driftscope::app::{Driftscope, address, page_options};
use driftscope_study::work::Outpost;
use driftscope_study::{Task, fetch_bundled_by};
use js_sys::Uint8Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlCanvasElement, XmlHttpRequest};

/// Lets what goes wrong be written to the browser's console.
fn log_to_console() {
    // Once is enough.
    let _ = eframe::WebLogger::init(log::LevelFilter::Warn);
}

/// Opens the window on a canvas, as the page's address says behind its `#`.
///
/// # Errors
/// If there is neither WebGPU nor WebGL 2.
#[wasm_bindgen]
pub async fn open(canvas: HtmlCanvasElement, address: String) -> Result<(), JsValue> {
    log_to_console();
    fetch_bundled_by(fetched);
    let launch = address::launch(&address);
    let runner = eframe::WebRunner::new();
    RUNNER.set(Some(runner.clone()));
    let create: eframe::AppCreator<'static> = Box::new(move |cc| {
        let app: Box<dyn eframe::App> = Box::new(Driftscope::new(cc, launch));
        Ok(app)
    });
    runner.start(canvas, page_options(), create).await
}

/// Fetches a bundled network, while the caller waits: a worker may, and the page copies one into a script now
/// and then.
fn fetched(name: &str) -> Result<Vec<u8>, String> {
    let words = |error: JsValue| format!("{error:?}");
    let request = XmlHttpRequest::new().map_err(words)?;
    let address = format!("models/{name}.safetensors");
    request.open_with_async("GET", &address, false).map_err(words)?;
    // Bytes cannot be asked for in this way on a page; characters that are one byte each can.
    request.override_mime_type("text/plain; charset=x-user-defined").map_err(words)?;
    request.send().map_err(|_| format!("{address} is not there without a network"))?;
    match request.status() {
        Ok(200) => {}
        status => return Err(format!("{address}: {}", status.unwrap_or_default())),
    }
    let text = request.response_text().map_err(words)?.unwrap_or_default();
    Ok(text.chars().map(|letter| letter as u32 as u8).collect())
}

thread_local! {
    static RUNNER: RefCell<Option<eframe::WebRunner>> = const { RefCell::new(None) };
}

/// What is shown of the pane at work, for the page around it.
#[derive(Serialize)]
struct Readings<'a> {
    /// The scene, as a file of it has it.
    scene: String,
    mode: &'a str,
    panes: usize,
    playing: bool,
    progress: f64,
    particles: usize,
    /// Mean evaluations a particle.
    nfe: Option<f64>,
    complete: bool,
    settled: bool,
    /// Whether anything is being solved, trained or measured, the cards of the laboratory among it.
    working: bool,
    failure: Option<&'a str>,
    /// The particle under the pointer, or under a finger that stays on it.
    hovered: Option<usize>,
    /// Steps done and the loss.
    training: Option<(u64, Option<f32>)>,
    is_training: bool,
    /// Step from 1, and how many there are.
    lesson: Option<(usize, usize)>,
    said: &'a str,
}

/// What is shown, as JSON; nothing before the window is open.
#[wasm_bindgen]
#[must_use]
pub fn shown() -> Option<String> {
    let runner = RUNNER.with_borrow(Clone::clone)?;
    let window = runner.app_mut::<Driftscope>()?;
    let session = &window.state().session;
    let recording = session.recording();
    let readings = Readings {
        scene: session.scene().to_toml(),
        mode: session.mode().title(),
        panes: session.visible().len(),
        playing: session.playback().playing,
        progress: session.playback().progress,
        particles: session.scene().particles.count,
        nfe: recording.map(|recording| recording.nfe().mean),
        complete: recording.is_some_and(|recording| recording.complete),
        settled: window.is_settled(),
        working: session.is_working(),
        failure: session.failure(),
        hovered: session.hovered(),
        training: session.training().map(|training| (training.steps_done, training.loss)),
        is_training: session.is_training(),
        lesson: session.lesson().map(|lesson| (lesson.step + 1, lesson.lesson.steps.len())),
        said: window.said(),
    };
    serde_json::to_string(&readings).ok()
}

/// Does an action, written as JSON, as if a person had.
///
/// # Errors
/// If there is no window or it is no action.
#[wasm_bindgen]
pub fn act(action: &str) -> Result<(), JsError> {
    let action = serde_json::from_str(action).map_err(|error| JsError::new(&error.to_string()))?;
    let runner = RUNNER.with_borrow(Clone::clone);
    let mut window = runner.as_ref().and_then(eframe::WebRunner::app_mut::<Driftscope>);
    let window = window.as_mut().ok_or_else(|| JsError::new("the window is not open"))?;
    window.carry(action);
    Ok(())
}

/// What a worker does, of either kind.
enum Work {
    Session(Box<Outpost<Task>>),
    Stage(Box<Outpost<ViewTask>>),
}

thread_local! {
    static WORK: RefCell<Option<Work>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    /// Sends a parcel from a worker to the page.
    #[wasm_bindgen(js_namespace = self, js_name = postMessage)]
    fn post_message(parcel: &js_sys::ArrayBuffer, transfer: &js_sys::Array);
}

/// Begins a worker that does the work of a `session` or of a `stage`.
#[wasm_bindgen]
pub fn begin(kind: &str) {
    log_to_console();
    fetch_bundled_by(fetched);
    console_error_panic_hook();
    WORK.set(Some(match kind {
        "stage" => Work::Stage(Box::default()),
        _ => Work::Session(Box::default()),
    }));
}

/// Says what broke off in the worker's error, not only in the console.
fn console_error_panic_hook() {
    std::panic::set_hook(Box::new(|info| wasm_bindgen::throw_str(&info.to_string())));
}

/// Takes in a parcel of the page.
///
/// # Errors
/// If it is damaged.
#[wasm_bindgen]
pub fn hear(parcel: &[u8]) -> Result<(), JsError> {
    let heard = WORK.with_borrow_mut(|work| match work {
        Some(Work::Session(outpost)) => outpost.hear(parcel),
        Some(Work::Stage(outpost)) => outpost.hear(parcel),
        None => Err("the worker has not begun".to_owned()),
    });
    heard.map_err(|words| JsError::new(&words))
}

/// Does a turn of the work there is; whether there is more.
#[wasm_bindgen]
#[must_use]
pub fn go_on() -> bool {
    let mut post = |parcel: Vec<u8>| {
        let buffer = Uint8Array::from(&parcel[..]).buffer();
        post_message(&buffer, &js_sys::Array::of1(&buffer));
    };
    WORK.with_borrow_mut(|work| match work {
        Some(Work::Session(outpost)) => outpost.go_on(&mut post),
        Some(Work::Stage(outpost)) => outpost.go_on(&mut post),
        None => false,
    })
}
