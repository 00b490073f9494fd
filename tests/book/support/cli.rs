//! The parts of the program on the page about the command line.

pub use std::path::PathBuf;

pub use durable::cli::{Cli, Context, clap};

pub struct Mailer;

impl Mailer {
    pub fn new() -> Self {
        Self
    }
}

pub fn encryption() -> durable::codec::Encryption {
    let key = durable::codec::Key::generate();
    durable::codec::Encryption::builder().key("k1", key).active("k1").build().expect("a key")
}
