//! No input to six of them, and every form of output.

#![expect(clippy::many_single_char_names, reason = "their number is what matters")]

use std::collections::HashMap;

use durable::prelude::*;

#[activity(queue = "inputs")]
async fn none() {}

#[activity(queue = "inputs")]
async fn one(a: u8) -> u8 {
    a
}

#[activity(queue = "inputs")]
async fn two(a: u8, b: u8) -> Result<u8, ActivityError> {
    Ok(a + b)
}

#[activity(queue = "inputs")]
async fn three(a: u8, b: u8, c: u8) -> std::io::Result<u8> {
    Ok(a + b + c)
}

#[activity(queue = "inputs")]
fn four(a: u8, b: u8, c: u8, d: u8) -> Result<(), std::num::TryFromIntError> {
    u16::from(a + b + c + d).try_into().map(|_: u8| ())
}

#[activity(queue = "inputs")]
fn five(a: u8, b: u8, c: u8, d: u8, e: HashMap<String, Vec<u8>>) -> (u8, usize) {
    (a + b + c + d, e.len())
}

#[activity(queue = "inputs")]
fn six(a: u8, b: u8, c: u8, d: u8, (e, f): (u8, u8), _: [u8; 2]) -> u8 {
    a + b + c + d + e + f
}

#[workflow(queue = "inputs")]
#[derive(Default)]
struct Inputs;

#[workflow_methods]
impl Inputs {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        none::execute(ctx).await?;
        one::execute(ctx, 1).await?;
        two::start(ctx, 1, 2).await?;
        three::execute_local(ctx, 1, 2, 3).await?;
        four::execute(ctx, 1, 2, 3, 4).await?;
        let _: (u8, usize) = five::execute(ctx, 1, 2, 3, 4, HashMap::new()).await?;
        let _: u8 = six::execute(ctx, 1, 2, 3, 4, (5, 6), [7, 8]).await?;
        Ok(())
    }

    #[signal]
    fn no_input(&mut self) {}

    #[signal]
    async fn six_inputs(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8) {
        let _ = (a, b, c, d, e, f);
    }

    #[query]
    fn two_inputs(&self, a: u8, b: u8) -> Result<u8, std::fmt::Error> {
        a.checked_add(b).ok_or(std::fmt::Error)
    }

    #[update]
    fn nothing_back(&mut self, a: u8) {
        let _ = a;
    }

    #[update]
    async fn three_inputs(a: u8, b: u8, c: u8) -> Result<u8, String> {
        Ok(a + b + c)
    }

    #[update_validator(three_inputs)]
    fn check(&self, a: &u8, b: &u8, c: &u8) -> Result<(), String> {
        if a + b + c > 100 { Err("too much".to_owned()) } else { Ok(()) }
    }
}

#[test]
fn inputs_and_outputs_read_as_they_are_written() {
    let five = super::activity("inputs", "five");
    assert_eq!(super::written(&five.parameters[4..]), ["e: HashMap<String, Vec<u8>>"]);
    assert_eq!(five.output, "(u8, usize)");
    assert_eq!(super::activity("inputs", "three").output, "u8");
    assert_eq!(super::activity("inputs", "none").output, "()");
    let six = super::activity("inputs", "six");
    assert_eq!(super::written(&six.parameters[4..]), ["arg4: (u8, u8)", "arg5: [u8; 2]"]);
}

#[test]
fn functions_stay_functions() {
    assert_eq!(six(1, 2, 3, 4, (5, 6), [7, 8]), 21);
    assert!(four(100, 100, 50, 5).is_ok());
}

/// Calls what is generated, as other code does; it is compiled only.
#[expect(dead_code, reason = "there is no server here")]
async fn callers(client: &Client) -> durable::Result<()> {
    let handle = Inputs::start(client).await?;
    handle.no_input().await?;
    handle.six_inputs(1, 2, 3, 4, 5, 6).await?;
    let _: u8 = handle.two_inputs(1, 2).await?;
    handle.nothing_back(1).await?;
    let _: u8 = handle.three_inputs(1, 2, 3).await?;
    let started = handle.three_inputs(1, 2, 3).update_id("once").start().await?;
    let _: u8 = started.result().await?;
    handle.result().await?;
    Inputs::execute(client).id("inputs").await?;
    let later = Inputs::schedule(client, Duration::from_secs(60)).await?;
    Inputs::handle(client, later.id()).cancel("no need").await
}
