//! The dev server: that it runs and answers, that it leaves nothing behind, and that it is found or
//! fetched whatever the machine offers.

#![cfg(unix)]

mod cache;
mod fetching;
mod helper_process;
mod lifetime;
mod machine;
mod running;
