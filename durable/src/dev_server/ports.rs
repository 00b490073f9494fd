//! Ports on the loopback address: free ones, and the check of requested ones.
//!
//! Ports are only chosen here. Another process may take one before the server binds it, in which case
//! the launch tries again.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use super::error::DevServerError;

/// The ports that one launch uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ports {
    pub(super) frontend: u16,
    pub(super) ui: Option<u16>,
}

/// A requested port, with the builder's method that requests it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) option: &'static str,
    pub(super) port: Option<u16>,
}

impl Wanted {
    /// Returns the requested port if it is free, or a free one if none is requested.
    pub(super) fn choose(self) -> Result<u16, DevServerError> {
        let Self { option, port } = self;
        match port {
            None => free_port().map_err(|source| DevServerError::Port { option, source }),
            Some(port) => match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
                Ok(_) => Ok(port),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    Err(DevServerError::PortInUse { port, option })
                }
                Err(source) => Err(DevServerError::Port { option, source }),
            },
        }
    }
}

fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    // Linux gives ports out at random, so two processes that ask at the same time may get the same
    // one. A connection that was closed from the listening side keeps the port out of that draw for
    // a minute, while a listener that sets SO_REUSEADDR, as the server does, can still bind it.
    // The other systems give ports out in turn.
    if cfg!(target_os = "linux") {
        let _client = std::net::TcpStream::connect(address)?;
        let (accepted, _) = listener.accept()?;
        drop(accepted);
    }
    Ok(address.port())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn free_ports_can_be_bound_and_do_not_repeat() {
        let mut seen = HashSet::new();
        for _ in 0..50 {
            let port = free_port().expect("a machine has free ports");
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free");
            // Elsewhere than on Linux the draw may come round.
            assert!(seen.insert(port) || !cfg!(target_os = "linux"));
        }
    }

    #[test]
    fn an_asked_for_port_that_is_taken_is_named() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = taken.local_addr().expect("it is bound").port();
        let error =
            Wanted { option: "ui_port", port: Some(port) }.choose().expect_err("it is taken");
        let text = error.to_string();
        assert!(text.contains(&port.to_string()) && text.contains("`ui_port`"), "{text}");
    }
}
