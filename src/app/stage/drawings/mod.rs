//! What the stage draws and takes longer than a frame to make: as plain values that say what is
//! wanted, what is made of them, and how.

pub mod arrows;
pub mod attempts;
pub mod colouring;
pub mod crowd;
pub mod densities;
pub mod difference;
pub mod drawing;
pub mod extract;
pub mod grid;
pub mod lens;
pub mod pairs;
pub mod span;
pub mod speeds;
pub mod streamlines;
