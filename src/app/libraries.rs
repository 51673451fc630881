//! The system's libraries that a window needs, which are opened only when it does: where one is
//! absent, the window says which, instead of failing as if there were no display.

/// A library, and where Debian and its descendants have it.
#[derive(Debug, PartialEq, Eq)]
struct Library {
    /// Its names; one of them is enough.
    names: &'static [&'static str],
    /// The package.
    package: &'static str,
}

/// What a window on an X server needs (winit opens these).
const X11: [Library; 6] = [
    Library { names: &["libX11.so.6", "libX11.so"], package: "libx11-6" },
    Library { names: &["libXcursor.so.1", "libXcursor.so"], package: "libxcursor1" },
    Library { names: &["libX11-xcb.so.1", "libX11-xcb.so"], package: "libx11-xcb1" },
    Library { names: &["libXi.so.6", "libXi.so"], package: "libxi6" },
    Library { names: &["libxkbcommon.so.0", "libxkbcommon.so"], package: "libxkbcommon0" },
    Library {
        names: &["libxkbcommon-x11.so.0", "libxkbcommon-x11.so"],
        package: "libxkbcommon-x11-0",
    },
];

/// What a window of a Wayland compositor needs.
const WAYLAND: [Library; 2] = [
    Library {
        names: &["libwayland-client.so.0", "libwayland-client.so"],
        package: "libwayland-client0",
    },
    Library { names: &["libxkbcommon.so.0", "libxkbcommon.so"], package: "libxkbcommon0" },
];

/// What drawing needs: one of Vulkan and OpenGL.
const GRAPHICS: Library =
    Library { names: &["libvulkan.so.1", "libEGL.so.1", "libEGL.so"], package: "libvulkan1" };

/// Which libraries are absent that a window here needs, in a few words; none if all are there, or
/// if there is no display that would need them.
#[must_use]
pub fn absent() -> Option<String> {
    let display = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    // In the order in which winit looks for a display.
    let needed: &[Library] = if display("WAYLAND_DISPLAY") || display("WAYLAND_SOCKET") {
        &WAYLAND
    } else if display("DISPLAY") {
        &X11
    } else {
        return None;
    };
    let absent: Vec<&Library> = needed
        .iter()
        .chain([&GRAPHICS])
        .filter(|library| !library.names.iter().any(|name| opens(name)))
        .collect();
    words(&absent)
}

/// What is said of absent libraries.
fn words(absent: &[&Library]) -> Option<String> {
    if absent.is_empty() {
        return None;
    }
    let list = |pick: fn(&Library) -> &str, between: &str| {
        absent.iter().map(|library| pick(library)).collect::<Vec<_>>().join(between)
    };
    let names = list(|library| library.names[0], " and ");
    let (noun, verb) = if absent.len() == 1 { ("library", "is") } else { ("libraries", "are") };
    let packages = list(|library| library.package, " ");
    Some(format!("the system {noun} {names} {verb} missing; on Debian: apt install {packages}"))
}

/// Whether the system has a library of this name, with all that it needs itself.
#[allow(unsafe_code, reason = "there is no safe call for this in the dependencies")]
fn opens(name: &str) -> bool {
    let Ok(name) = std::ffi::CString::new(name) else { return false };
    // SAFETY: the name ends in a zero. What the libraries do when they are opened they would do
    // later anyway, since the window opens the same ones.
    let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_LAZY) };
    // It stays open, for the window to find.
    !handle.is_null()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_the_library_and_its_package() {
        assert_eq!(words(&[]), None);
        for library in X11.iter().chain(&WAYLAND).chain([&GRAPHICS]) {
            let said = words(&[library]).expect("it is absent");
            let [name, package] = [library.names[0], library.package];
            let wanted =
                format!("the system library {name} is missing; on Debian: apt install {package}");
            assert_eq!(said, wanted);
        }
        let said = words(&[&X11[1], &X11[3]]).expect("they are absent");
        assert!(said.contains("libraries libXcursor.so.1 and libXi.so.6 are"), "{said}");
        assert!(said.ends_with("apt install libxcursor1 libxi6"), "{said}");
    }

    #[test]
    fn what_is_there_opens_and_what_is_not_does_not() {
        assert!(opens("libc.so.6"));
        assert!(!opens("libno-such-library.so.1"));
    }
}
