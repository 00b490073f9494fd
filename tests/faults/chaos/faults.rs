//! The faults: a server that is killed and started again, workers that are killed, connections that are
//! cut.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use durable::dev_server::DevServer;
use durable_tests::process::signal;

use super::flows::FOLDER;
use super::front::Front;

/// A small random number generator, so that a run can be repeated with its seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// Returns a number below a limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap_or_default()
    }
}

/// The number of faults of each kind.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) killed_workers: usize,
    pub(crate) given_up_workers: usize,
    pub(crate) killed_servers: usize,
    pub(crate) cut_connections: usize,
}

/// The server, and the worker processes that reach it through a front.
pub(crate) struct Machines {
    folder: PathBuf,
    server: Option<DevServer>,
    port: u16,
    front: Front,
    workers: Vec<Child>,
    pub(crate) faults: Faults,
}

impl Machines {
    pub(crate) async fn start(folder: &Path, workers: usize) -> Self {
        let server = DevServer::builder().database(folder.join("temporal.db")).start().await;
        let server = server.expect("the server starts");
        let port = server.address().rsplit(':').next().expect("a port").parse().expect("a port");
        let mut machines = Self {
            folder: folder.to_owned(),
            front: Front::of(server.address().to_owned()).await,
            server: Some(server),
            port,
            workers: Vec::new(),
            faults: Faults::default(),
        };
        for _ in 0..workers {
            let worker = machines.worker();
            machines.workers.push(worker);
        }
        machines
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn worker(&self) -> Child {
        let log = File::options().append(true).create(true).open(self.folder.join("workers.log"));
        Command::new(env!("CARGO_BIN_EXE_chaos-worker"))
            .env("TEMPORAL_ADDRESS", &self.front.address)
            .env("RUST_BACKTRACE", "0")
            .env(FOLDER, &self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.expect("it can be written"))
            .spawn()
            .expect("the worker starts")
    }

    /// Starts workers again that have ended by themselves, as a supervisor of processes does.
    pub(crate) fn revive(&mut self) {
        for place in 0..self.workers.len() {
            if self.workers[place].try_wait().expect("it is our child").is_some() {
                self.faults.given_up_workers += 1;
                self.workers[place] = self.worker();
            }
        }
    }

    /// Lets something fail.
    pub(crate) async fn fail(&mut self, random: &mut Random) {
        match random.below(8) {
            0..4 => {
                let place = random.below(self.workers.len());
                end(&mut self.workers[place]);
                self.workers[place] = self.worker();
                self.faults.killed_workers += 1;
            }
            4..7 => {
                self.front.cut();
                self.faults.cut_connections += 1;
            }
            _ => {
                if let Some(server) = self.server.take() {
                    signal("KILL", server.process_id().into());
                    server.ended().await;
                }
                let database = self.folder.join("temporal.db");
                let server = DevServer::builder().database(database).port(self.port).start().await;
                self.server = Some(server.expect("the server starts again"));
                self.faults.killed_servers += 1;
            }
        }
    }
}

fn end(worker: &mut Child) {
    let _ = worker.kill();
    let _ = worker.wait();
}

impl Drop for Machines {
    fn drop(&mut self) {
        self.workers.iter_mut().for_each(end);
    }
}
