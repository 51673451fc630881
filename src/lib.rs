//! Driftscope: an oscilloscope for diffusion samplers.
//!
//! One way through the house: a [`scene::Scene`] goes into the [`engine`], which makes a
//! [`engine::Recording`]; [`measure`] takes its measure and the views draw it.

pub mod app;
pub mod cli;
pub mod data;
pub mod diffusion;
pub mod engine;
mod exponential;
pub mod export;
pub mod field;
pub mod files;
pub mod interpolant;
pub mod measure;
pub mod memory;
pub mod network;
pub mod scene;
pub mod solver;
