//! Runs the example as a user does: a server and the workers in one terminal, commands in another.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

fn command(arguments: &[&str]) -> Command {
    let this = std::env::current_exe().expect("this binary has a path");
    let folder: PathBuf = this.ancestors().nth(2).expect("it is in a target directory").into();
    let mut command = Command::new(folder.join("examples/cli"));
    command.args(arguments).env_remove("TEMPORAL_ADDRESS");
    command
}

/// `dev`, which ends with the test.
struct Dev(Child);

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_ticket_is_taken_and_closed_from_the_command_line() {
    let mut dev = command(&["dev", "--free-ports", "--log-level", "warn"]);
    let mut dev = Dev(dev.stdout(Stdio::piped()).spawn().expect("the example is there"));
    let mut first = String::new();
    let mut printed = BufReader::new(dev.0.stdout.as_mut().expect("it is piped"));
    printed.read_line(&mut first).expect("it is text");
    let address = first.split_whitespace().last().expect("it is the server's line").to_owned();

    let ran = |arguments: &[&str]| {
        let output = command(arguments).args(["--address", &address]).output();
        let output = output.expect("the example is there");
        let (text, errors) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        format!("{text}{errors}")
    };
    let mut start = command(&["start", "TicketWorkflow", "-", "--address", &address]);
    let mut start =
        start.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it is there");
    let mut input = start.stdin.take().expect("it is piped");
    input.write_all(br#"{"id": "7", "title": "The door sticks"}"#).expect("it is read");
    drop(input);
    assert!(start.wait().expect("it ends").success());

    assert_eq!(ran(&["query", "ticket-7", "status"]), "\"open\"\n");
    let refused = ran(&["signal", "ticket-7", "assign", "7"]);
    assert_eq!(
        refused,
        "error: input `person: String`: invalid type: integer `7`, expected a string\n"
    );
    ran(&["signal", "ticket-7", "assign", "\"Grace\""]);
    let closed = ran(&["update", "ticket-7", "close", "\"planed the door\"", "20"]);
    assert!(closed.starts_with("\"planed the door: 40 EUR\"\n"), "{closed}");
    assert_eq!(ran(&["result", "ticket-7"]), "\"Grace took 20 minutes\"\n");
}
