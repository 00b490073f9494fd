//! The workflows and activities of this program.

pub mod activities;
pub mod workflows;
