//! A window on the desktop: threads, files on a disk, the desktop's dialogs.

use std::path::PathBuf;
use std::time::Duration;

use driftscope_study::Store;
use driftscope_study::work::{ThreadCrew, Work};
use eframe::egui::{Context, DroppedFileHandle, ViewportBuilder};

use super::Asker;
use crate::app::emblem::emblem;
use crate::app::file_dialog::{Chosen, Question};

/// A desktop that has not said within this time whether it has a dialog has none.
#[cfg(target_os = "linux")]
const PATIENCE: Duration = Duration::from_secs(3);
/// Whether a dialog is waited for: there is one at a time.
pub const AWAITS_DIALOGS: bool = true;

/// Whether there can be windows beside the first one.
pub const SEVERAL_WINDOWS: bool = true;

/// Whether what is shown has an address.
pub const HAS_ADDRESS: bool = false;

/// Lets the address say what is shown: here there is none.
pub fn show_address(_: &str) {}

/// What is said where vertex shaders have no storage buffers.
pub fn no_vertex_storage(adapter: &str) -> String {
    format!(
        "The graphics driver “{adapter}” cannot show the stage: it gives vertex shaders no storage \
         buffers. Update the driver, or choose another one with the environment variable \
         WGPU_BACKEND=vulkan (on Debian, the package mesa-vulkan-drivers draws without a graphics card)."
    )
}

/// A link as it is shared.
pub fn shared(link: String) -> String {
    link
}

/// Who carries work out; `ctx` is woken by its news. `beside_frames` where the processors draw the frames.
pub fn crew<W: Work>(_: Asker, store: Store, ctx: &Context, beside_frames: bool) -> ThreadCrew<W> {
    let woken = ctx.clone();
    let crew = ThreadCrew::new(store, move || woken.request_repaint());
    if beside_frames { crew.beside_frames() } else { crew }
}

/// Does something beside the window.
///
/// # Errors
/// If the system gives no thread.
pub fn aside(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new().name(name.into()).spawn(work).map(drop)
}

/// Waits between two frames.
pub fn rest(time: Duration) {
    std::thread::sleep(time);
}

/// Asks a person for a file; `own` if the dialog is to be drawn in the window.
///
/// # Errors
/// If the system gives no thread.
pub fn ask(
    question: Question,
    own: bool,
    tell: impl FnOnce(Chosen) + Send + 'static,
) -> std::io::Result<()> {
    aside("driftscope-files", move || {
        tell(if own || !desktop_has_one() {
            Chosen::NoDialog
        } else {
            ask_desktop(question).map_or(Chosen::Nothing, Chosen::File)
        });
    })
}

/// Asks by the desktop's dialog and waits for the answer; none if the person wants no file.
fn ask_desktop(question: Question) -> Option<PathBuf> {
    let Question { title, kind, endings, name, .. } = question;
    let dialog = rfd::FileDialog::new().set_title(title).add_filter(kind, endings);
    match name {
        Some(name) => dialog.set_file_name(name).save_file(),
        None => dialog.pick_file(),
    }
}

/// Whether the desktop has a file dialog: on Linux its portal's, or zenity's.
fn desktop_has_one() -> bool {
    #[cfg(target_os = "linux")]
    {
        let path = std::env::var_os("PATH").unwrap_or_default();
        has_program(&path, "zenity") || portal_answers()
    }
    #[cfg(not(target_os = "linux"))]
    true
}

/// Whether one of the folders of `path` has a program of this name.
#[cfg(target_os = "linux")]
fn has_program(path: &std::ffi::OsStr, name: &str) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::env::split_paths(path).any(|folder| {
        std::fs::metadata(folder.join(name))
            .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
    })
}

/// Whether the desktop's portal is there and can choose files, which not every portal can.
#[cfg(target_os = "linux")]
fn portal_answers() -> bool {
    const PORTAL: &str = "org.freedesktop.portal.Desktop";
    const PLACE: &str = "/org/freedesktop/portal/desktop";
    let ask = async {
        let bus = zbus::Connection::session().await?;
        let what = ("org.freedesktop.portal.FileChooser", "version");
        let properties = Some("org.freedesktop.DBus.Properties");
        bus.call_method(Some(PORTAL), PLACE, properties, "Get", &what).await
    };
    let (sender, answer) = std::sync::mpsc::sync_channel(1);
    let thread = std::thread::Builder::new().name("driftscope-portal".into());
    let asked = thread.spawn(move || {
        // A desktop that answers too late finds nobody waiting.
        let _ = sender.send(zbus::block_on(ask).is_ok());
    });
    asked.is_ok() && answer.recv_timeout(PATIENCE).unwrap_or(false)
}

/// Tells the path at which a file that was dropped can be read.
pub fn receive(file: &DroppedFileHandle, tell: impl FnOnce(Chosen) + 'static) {
    tell(Chosen::File(file.path().to_path_buf()));
}

/// Hands files that were written to the person: here they are where the person wanted them.
pub fn hand_out() {}

/// The size of the window in pixels, asked for at any time.
pub fn window_size(
    cc: &eframe::CreationContext<'_>,
) -> Option<impl Fn() -> [u32; 2] + Send + Sync + 'static> {
    let window = cc.winit_window().cloned()?;
    Some(move || {
        let size = window.inner_size();
        [size.width, size.height]
    })
}

/// A window with the program's icon.
pub fn with_icon(window: ViewportBuilder) -> ViewportBuilder {
    window.with_icon(emblem())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_only_where_it_can_be_run() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a folder");
        let (path, file) = (dir.path().as_os_str(), dir.path().join("zenity"));
        assert!(!has_program(path, "zenity"));
        std::fs::write(&file, "").expect("writes");
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).expect("sets");
        assert!(!has_program(path, "zenity"));
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).expect("sets");
        assert!(has_program(path, "zenity"));
    }
}
