//! A whole program in one line: it serves, starts, signals, queries, lists and checks what is annotated in
//! `workflow.rs`.
//!
//! ```sh
//! cargo run --example cli -- dev                        # a Temporal server, its web UI, and the workers
//! cargo run --example cli -- start TicketWorkflow '{"id": "7", "title": "The door sticks"}'
//! cargo run --example cli -- query ticket-7 status
//! cargo run --example cli -- signal ticket-7 assign '"Grace"'
//! cargo run --example cli -- update ticket-7 close '"planed the door"' 20
//! cargo run --example cli -- result ticket-7
//! ```

mod workflow;

fn main() -> std::process::ExitCode {
    durable::cli::main()
}
