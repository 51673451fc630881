//! The icon of the program's windows.

use eframe::egui::IconData;
use eframe::icon_data::from_png_bytes;

/// It, as packages install it.
pub fn emblem() -> IconData {
    from_png_bytes(include_bytes!("../../packaging/icon.png")).expect("a test reads it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_square_of_usual_size() {
        let IconData { rgba, width, height } = emblem();
        assert_eq!((width, height, rgba.len()), (256, 256, 4 * 256 * 256));
    }
}
