//! Driftscope in a browser's tab: the window on a page's canvas, and the work of its workers.

#![cfg(target_arch = "wasm32")]

use std::cell::RefCell;

use driftscope::app::stage::ViewTask;
use driftscope::app::{Driftscope, address, page_options};
use driftscope_study::Task;
use driftscope_study::work::Outpost;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

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
    let launch = address::launch(&address);
    let runner = eframe::WebRunner::new();
    let create: eframe::AppCreator<'static> = Box::new(move |cc| {
        let app: Box<dyn eframe::App> = Box::new(Driftscope::new(cc, launch));
        Ok(app)
    });
    runner.start(canvas, page_options(), create).await
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
