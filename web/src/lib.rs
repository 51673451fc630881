//! Driftscope in a browser's tab: the window on a page's canvas, and the work of its workers.

#![cfg(target_arch = "wasm32")]

use std::cell::RefCell;

use driftscope::app::fonts::FontFile;
use driftscope::app::stage::ViewTask;
use driftscope::app::{Driftscope, SlowFile, address, page_options, theme};
use driftscope_study::work::{Outpost, Work};
use driftscope_study::{Task, fetch_bundled_by};
use eframe::egui;
use js_sys::{Promise, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlCanvasElement, Response, XmlHttpRequest};

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
    fetch_bundled_by(bundled);
    let launch = address::launch(&address);
    let runner = eframe::WebRunner::new();
    RUNNER.set(Some(runner.clone()));
    let create: eframe::AppCreator<'static> = Box::new(move |cc| {
        wasm_bindgen_futures::spawn_local(bring_fonts(cc.egui_ctx.clone()));
        let app: Box<dyn eframe::App> = Box::new(Driftscope::new(cc, launch));
        Ok(app)
    });
    runner.start(canvas, page_options(), create).await
}

/// Fetches a bundled network.
fn bundled(name: &str) -> Result<Vec<u8>, String> {
    fetched(&format!("models/{name}.safetensors"))
}

/// Fetches a file beside the page, while the caller waits: a worker may, and the page copies a network into a script
/// now and then.
fn fetched(address: &str) -> Result<Vec<u8>, String> {
    let words = |error: JsValue| format!("{error:?}");
    let request = XmlHttpRequest::new().map_err(words)?;
    request.open_with_async("GET", address, false).map_err(words)?;
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

/// Fetches the fonts that the first picture does without. One that cannot be had is done without for good.
async fn bring_fonts(ctx: egui::Context) {
    let Some(window) = web_sys::window() else { return };
    let ask = |file: &'static FontFile| (file, window.fetch_with_str(&address_of(file)));
    // All are on their way before the first is waited for.
    for (file, answer) in theme::missing_fonts().map(ask).collect::<Vec<_>>() {
        match bytes_of(answer).await {
            Ok(bytes) => file.bring(bytes),
            Err(error) => log::warn!("{} cannot be had: {error:?}", file.name),
        }
    }
    theme::install(&ctx);
    ctx.request_repaint();
}

/// Where a font lies, beside the page.
fn address_of(file: &FontFile) -> String {
    format!("fonts/{}.ttf", file.name)
}

/// What a request brings.
async fn bytes_of(answer: Promise) -> Result<Vec<u8>, JsValue> {
    let answer: Response = JsFuture::from(answer).await?.dyn_into()?;
    if !answer.ok() {
        return Err(answer.status().into());
    }
    let bytes = JsFuture::from(answer.array_buffer()?).await?;
    Ok(Uint8Array::new(&bytes).to_vec())
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
    /// Which run is shown, and of how many particles it is there.
    run: Option<u64>,
    solved: usize,
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
        run: recording.map(|recording| recording.id),
        solved: recording.map_or(0, |recording| recording.count()),
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

/// Where a worker carries work out, of whichever kind.
trait Post {
    fn hear(&mut self, parcel: &[u8]) -> Result<(), String>;
    fn go_on(&mut self, post: &mut (dyn FnMut(Vec<u8>) + Send)) -> bool;
}

impl<W: Work> Post for Outpost<W> {
    fn hear(&mut self, parcel: &[u8]) -> Result<(), String> {
        self.hear(parcel)
    }

    fn go_on(&mut self, post: &mut (dyn FnMut(Vec<u8>) + Send)) -> bool {
        self.go_on(post)
    }
}

thread_local! {
    static POST: RefCell<Option<Box<dyn Post>>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    /// Sends a parcel from a worker to the page.
    #[wasm_bindgen(js_namespace = self, js_name = postMessage)]
    fn post_message(parcel: &js_sys::ArrayBuffer, transfer: &js_sys::Array);
}

/// Begins a worker that does the work of a `session`, of a `stage` or of `saving`.
#[wasm_bindgen]
pub fn begin(kind: &str) {
    log_to_console();
    fetch_bundled_by(bundled);
    console_error_panic_hook();
    POST.set(Some(match kind {
        "stage" => Box::<Outpost<ViewTask>>::default(),
        "saving" => {
            for file in theme::missing_fonts() {
                match fetched(&address_of(file)) {
                    Ok(bytes) => file.bring(bytes),
                    Err(error) => log::warn!("{error}"),
                }
            }
            Box::<Outpost<SlowFile>>::default()
        }
        _ => Box::<Outpost<Task>>::default(),
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
    let heard = POST.with_borrow_mut(|post| match post {
        Some(post) => post.hear(parcel),
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
    POST.with_borrow_mut(|here| here.as_mut().is_some_and(|here| here.go_on(&mut post)))
}
