//! A window in a browser's tab: workers in place of threads, files in memory, downloads.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use driftscope_base::files::memory;
use driftscope_study::Store;
use driftscope_study::work::{Arrived, Port, RemoteCrew, Work};
use eframe::egui::{Context, DroppedFileHandle, ViewportBuilder};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    Blob, Event, HtmlAnchorElement, HtmlElement, HtmlInputElement, MessageEvent, Url, Worker,
    WorkerOptions, WorkerType,
};

use super::Asker;
use crate::app::file_dialog::{Chosen, Question};

/// Whether a dialog is waited for: not every browser tells that one was closed without a choice.
pub const AWAITS_DIALOGS: bool = false;

/// Whether there can be windows beside the first one.
pub const SEVERAL_WINDOWS: bool = false;

/// Whether what is shown has an address.
pub const HAS_ADDRESS: bool = true;

/// Lets the address say what is shown.
pub fn show_address(words: &str) {
    let page = window().history();
    let shown = page.and_then(|page| {
        page.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{words}")))
    });
    if let Err(error) = shown {
        log::warn!("the address stays as it is: {}", self::words(&error));
    }
}

/// What is said where vertex shaders have no storage buffers.
pub fn no_vertex_storage(_: &str) -> String {
    "Reduced edition, by WebGL 2; a browser with WebGPU has all of it.".to_owned()
}

/// A link as it is shared: the address of the page with it.
pub fn shared(link: String) -> String {
    let page = window().location().href().unwrap_or_default();
    let page = page.split('#').next().unwrap_or_default();
    format!("{page}#{link}")
}

/// Workers of a session, where the machine has processors for them.
const MOST_WORKERS: usize = 4;
/// The script that a worker begins with, beside the page.
const WORKER: &str = "./worker.js";

/// The way to a worker, which has this module, but none of its memory.
struct WorkerPort {
    worker: Worker,
    arrived: Rc<RefCell<VecDeque<Arrived>>>,
    /// What the browser calls; they live as long as the worker.
    _listeners: (Closure<dyn FnMut(MessageEvent)>, Closure<dyn FnMut(Event)>),
}

impl WorkerPort {
    /// Starts a worker that knows the work of `asker`.
    fn open(asker: Asker, ctx: &Context) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(WORKER, &options)?;
        let arrived = Rc::new(RefCell::new(VecDeque::new()));
        let hear = |tell: Rc<RefCell<VecDeque<Arrived>>>, ctx: Context| {
            move |what| {
                tell.borrow_mut().push_back(what);
                ctx.request_repaint();
            }
        };
        let told = hear(Rc::clone(&arrived), ctx.clone());
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            told(Arrived::Parcel(Uint8Array::new(&event.data()).to_vec()));
        });
        let told = hear(Rc::clone(&arrived), ctx.clone());
        let failure = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            event.prevent_default();
            // One that cannot be loaded says nothing.
            let said = js_sys::Reflect::get(&event, &"message".into()).ok();
            let said = said.and_then(|said| said.as_string()).filter(|said| !said.is_empty());
            told(Arrived::Broken(said.unwrap_or_else(|| "it cannot be loaded".to_owned())));
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(failure.as_ref().unchecked_ref()));
        let kind = match asker {
            Asker::Session => "session",
            Asker::Stage => "stage",
            Asker::Saving => "saving",
        };
        worker.post_message(&Array::of2(&wasm_bindgen::module(), &kind.into()))?;
        Ok(Self { worker, arrived, _listeners: (message, failure) })
    }
}

impl Port for WorkerPort {
    fn post(&mut self, parcel: Vec<u8>) {
        let bytes = Uint8Array::from(&parcel[..]);
        let buffer = bytes.buffer();
        let sent = self.worker.post_message_with_transfer(&buffer, &Array::of1(&buffer));
        if let Err(error) = sent {
            self.arrived.borrow_mut().push_back(Arrived::Broken(words(&error)));
        }
    }

    fn take(&mut self) -> Option<Arrived> {
        self.arrived.borrow_mut().pop_front()
    }
}

impl Drop for WorkerPort {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// Where no worker can be started.
struct NoPort(Option<String>);

impl Port for NoPort {
    fn post(&mut self, _: Vec<u8>) {
        self.0 = Some("this browser starts no worker".to_owned());
    }

    fn take(&mut self) -> Option<Arrived> {
        self.0.take().map(Arrived::Broken)
    }
}

/// What went wrong, in the browser's words.
fn words(error: &JsValue) -> String {
    let text = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    text.unwrap_or_else(|| format!("{error:?}"))
}

/// Who carries work out; `ctx` is woken by its news.
pub fn crew<W: Work>(asker: Asker, store: Store, ctx: &Context, _: bool) -> RemoteCrew<W> {
    let processors = window().navigator().hardware_concurrency() as usize;
    let count = match asker {
        Asker::Session => processors.saturating_sub(1).clamp(2, MOST_WORKERS),
        Asker::Stage | Asker::Saving => 1,
    };
    let ctx = ctx.clone();
    RemoteCrew::new(store, count, move || match WorkerPort::open(asker, &ctx) {
        Ok(port) => Box::new(port),
        Err(error) => {
            log::error!("no worker: {}", words(&error));
            Box::new(NoPort(None))
        }
    })
}

/// Does something here and now: a tab has no threads.
///
/// # Errors
/// Never.
pub fn aside(_: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    work();
    Ok(())
}

/// The browser says when the next frame is.
pub fn rest(_: Duration) {}

fn window() -> web_sys::Window {
    web_sys::window().expect("the window runs on the page's own thread")
}

/// Asks a person for a file to read; one that is written has its name already.
///
/// # Errors
/// Never.
pub fn ask(
    question: Question,
    _: bool,
    tell: impl FnOnce(Chosen) + Send + 'static,
) -> std::io::Result<()> {
    if let Some(name) = question.name {
        tell(Chosen::File(PathBuf::from(name)));
        return Ok(());
    }
    spawn_local(async move {
        tell(match choose(question.endings).await {
            Ok(path) => path.map_or(Chosen::Nothing, Chosen::File),
            Err(error) => Chosen::Failed(format!("The file cannot be read: {}.", words(&error))),
        });
    });
    Ok(())
}

/// Lets a person choose a file and lays it in; none if the person wants no file.
async fn choose(endings: &[&str]) -> Result<Option<PathBuf>, JsValue> {
    let document = window().document().ok_or("there is no page")?;
    let input: HtmlInputElement = document.create_element("input")?.unchecked_into();
    input.set_type("file");
    let accepted: Vec<String> = endings.iter().map(|ending| format!(".{ending}")).collect();
    input.set_accept(&accepted.join(","));
    let done = js_sys::Promise::new(&mut |resolve, _| {
        for event in ["change", "cancel"] {
            // A listener that cannot be set is never called, and the person asks again.
            let _ = input.add_event_listener_with_callback(event, &resolve);
        }
    });
    input.click();
    wasm_bindgen_futures::JsFuture::from(done).await?;
    let Some(file) = input.files().and_then(|files| files.get(0)) else { return Ok(None) };
    let content = wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await?;
    let bytes = Uint8Array::new(&content).to_vec();
    Ok(Some(memory::lay_in(Path::new(&file.name()), bytes)))
}

/// Tells the path at which a file that was dropped can be read, once it was.
pub fn receive(file: &DroppedFileHandle, tell: impl FnOnce(Chosen) + 'static) {
    let file = file.clone();
    spawn_local(async move {
        let path = file.path();
        tell(match file.bytes_async().await {
            Ok(bytes) => Chosen::File(memory::lay_in(path, bytes)),
            Err(error) => Chosen::Failed(format!("{} cannot be read: {error}", path.display())),
        });
    });
}

thread_local! {
    /// The newest of the files that were handed out.
    static HANDED_OUT: Cell<memory::Version> = const { Cell::new(0) };
}

/// Hands files that were written to the person, as downloads.
pub fn hand_out() {
    for file in memory::newer_than(HANDED_OUT.get()) {
        HANDED_OUT.set(file.version);
        if file.written
            && let Err(error) = download(&file.path, &file.bytes)
        {
            log::error!("{} is not handed out: {}", file.path.display(), words(&error));
        }
    }
}

fn download(path: &Path, bytes: &[u8]) -> Result<(), JsValue> {
    let document = window().document().ok_or("there is no page")?;
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes)))?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(&path.file_name().unwrap_or_default().to_string_lossy());
    link.unchecked_ref::<HtmlElement>().click();
    Url::revoke_object_url(&address)
}

/// The size of the window in pixels: the browser minds it.
pub fn window_size(
    _: &eframe::CreationContext<'_>,
) -> Option<impl Fn() -> [u32; 2] + Send + Sync + 'static> {
    None::<fn() -> [u32; 2]>
}

/// A window's icon is the page's.
pub fn with_icon(window: ViewportBuilder) -> ViewportBuilder {
    window
}
