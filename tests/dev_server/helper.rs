//! The program that the dev server's tests start and kill: it locates the `temporal` command, or
//! starts a server and then does what its argument says.

use std::env;
use std::process::{Command, ExitCode};
use std::time::Duration;

use durable::dev_server::{self, DevServer, LocateOptions};

#[tokio::main]
async fn main() -> ExitCode {
    let argument = env::args().nth(1).expect("the tests give an argument");
    if argument == "locate" {
        return locate().await;
    }
    let mut builder = DevServer::builder();
    if let Some(database) = env::args().nth(2) {
        builder = builder.database(database);
    }
    let server = builder.start().await.expect("the dev server starts");
    // The server prints a little more once it is up. Were this process killed before, the server
    // would die of writing to a broken pipe, and the tests would not see that it is ended.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut bystander = None;
    if argument == "sleep-with-child" {
        // A child that outlives this process and inherits whatever is open to be inherited.
        bystander = Some(Command::new("sleep").arg("60").spawn().expect("there is `sleep`"));
    }
    let bystander = bystander.map_or(0, |child| child.id());
    println!("{} {} {bystander}", server.process_id(), server.address());
    match argument.as_str() {
        "sleep" | "sleep-with-child" => sleep().await,
        "drop" => {
            drop(server);
            sleep().await;
        }
        "panic" => panic!("the test asks for it"),
        "panic-in-thread" => {
            let panicked = std::thread::spawn(move || {
                let _server = server;
                panic!("the test asks for it");
            });
            assert!(panicked.join().is_err());
            sleep().await;
        }
        "exit" => std::process::exit(0),
        "abort" => std::process::abort(),
        "drain" => drain(server).await,
        other => panic!("`{other}` is none of the tests' arguments"),
    }
    ExitCode::SUCCESS
}

async fn locate() -> ExitCode {
    match dev_server::locate(&LocateOptions::new()).await {
        Ok(cli) => {
            println!("{:?} {}", cli.source(), cli.path().display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// A worker that gets a Ctrl-C and still needs the server for a while.
async fn drain(server: DevServer) {
    tokio::signal::ctrl_c().await.expect("the signal can be waited for");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let up = tokio::net::TcpStream::connect(server.address()).await.is_ok();
    println!("{}", if up { "the server is still up" } else { "the server is gone" });
    server.shutdown().await.expect("the server ends");
}

async fn sleep() {
    tokio::time::sleep(Duration::from_mins(2)).await;
}
