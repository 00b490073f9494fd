//! The work of an operator: waits, resets, pauses, and changes of many workflows at once.

use std::time::{Duration, Instant};

use durable::dev_server::DevServer;
use durable_tests::{Shared, eventually, unique};
use serde_json::{Value, json};

use crate::{ended, parcel, program, run, run_alone, serve};

fn wait_for<T>(what: &str, ask: impl Fn() -> Option<T>) -> T {
    Shared::get().runtime().block_on(eventually(what, || async { ask() }))
}

/// Starts parcels with a prefix of their own, and waits until they are listed.
fn parcels(name: &str, count: usize) -> (String, String) {
    let prefix = unique(name);
    for number in 0..count {
        let id = format!("{prefix}-{number}");
        run(&["start", "ParcelWorkflow", &parcel(&id, &[("book", 300)]), "--id", &id]).text();
    }
    let query = format!("WorkflowId STARTS_WITH '{prefix}-'");
    wait_for("the started parcels", || {
        let counted = run(&["list", "--query", &query, "--count"]).text();
        (counted.trim() == count.to_string()).then_some(())
    });
    (prefix, query)
}

#[test]
fn a_query_without_workers_fails_in_time_and_names_the_cause() {
    let id = unique("unanswered");
    run(&["start", "LonelyWorkflow", "--id", &id]).text();
    let started = Instant::now();
    let refused = run(&["query", &id, "state", "--timeout", "2s"]).refused(1);
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    let cause = format!(
        "error: query `state` of workflow `{id}` got no answer within 2s: no worker polls `cli-nobody`"
    );
    assert!(refused.contains(&cause), "{refused}");
    run(&["terminate", &id]).text();
}

#[test]
fn an_update_says_its_id_and_what_it_waits_for() {
    let id = unique("waiting");
    run(&["start", "StuckWorkflow", "\"7\"", "--id", &id]).text();
    wait_for("the stuck workflow", || {
        let described = run(&["describe", &id, "--output", "json"]).json();
        (described["stuck"] == json!(true)).then_some(())
    });
    let waited = ["update", &id, "__none", "--update-id", "u7", "--timeout", "2s"];
    let refused = run(&waited).refused(1);
    assert!(
        refused.starts_with(&format!("update `__none` (u7) is sent to workflow `{id}`\n")),
        "{refused}"
    );
    assert!(refused.contains("its workflow task fails (attempt "), "{refused}");
    run(&["terminate", &id]).text();
}

#[cfg(unix)]
#[test]
fn a_wait_that_is_interrupted_leaves_the_workflow_running() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::{Command, Stdio};

    serve();
    let id = unique("interrupted");
    let mut command = program(&["execute", "LonelyWorkflow", "--id", &id]);
    command.env("TEMPORAL_ADDRESS", Shared::get().address());
    let mut child = command.stderr(Stdio::piped()).spawn().expect("the program runs");
    let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("it is text");
    assert!(line.starts_with(&format!("workflow `{id}` was started (run ")), "{line}");
    // The warning comes once it is waiting.
    line.clear();
    stderr.read_line(&mut line).expect("it is text");
    assert!(line.contains("no worker polls queue `cli-nobody`"), "{line}");
    let interrupted = Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status();
    assert!(interrupted.expect("kill runs").success());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).expect("it is text");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert!(rest.contains(&format!("look at it with `describe {id}`")), "{rest}");
    let described = run(&["describe", &id, "--output", "json"]).json();
    assert_eq!(described["status"], json!("Running"));
    run(&["terminate", &id]).text();
}

#[test]
fn many_workflows_are_signalled_cancelled_and_terminated_by_a_query() {
    let (prefix, query) = parcels("many", 3);
    let question = ["terminate", "--query", &query];
    let refused = run(&question).refused(2);
    assert_eq!(
        refused,
        "error: this would terminate 3 running workflows; confirm it with `--yes`\n"
    );

    let signal = ["signal", "--query", &query, "deliver", "\"High Street\"", "7", "--yes"];
    let sent = run(&signal).text();
    assert_eq!(sent, "sent signal `deliver` to 3 of 3 running workflows\n");
    assert_eq!(run(&["result", &format!("{prefix}-0")]).json(), json!("300 g to High Street 7"));
    let nothing = wait_for("the end of all", || {
        let ran = run(&[&question[..], &["--yes"]].concat()).text();
        ran.starts_with("no running workflows").then_some(ran)
    });
    assert_eq!(nothing, "no running workflows match the query\n");

    let (prefix, query) = parcels("cancelled", 2);
    let cancel = ["cancel", "--query", &query, "--yes", "--output", "json"];
    assert_eq!(run(&cancel).json(), json!({ "matched": 2, "succeeded": 2, "failed": 0 }));
    let ended = run(&["result", &format!("{prefix}-1")]).refused(1);
    assert!(ended.contains("was cancelled"), "{ended}");
}

#[test]
fn one_workflow_or_a_query_is_selected_and_not_both() {
    for arguments in [
        &["terminate"][..],
        &["terminate", "order-7", "--query", "A = 1"],
        &["cancel", "--run-id", "x", "--query", "A = 1"],
        &["reset", "order-7"],
        &["reset", "order-7", "--first", "--last"],
        &["reset", "--query", "A = 1", "--event", "7"],
        &["signal", "order-7"],
        &["pause", "order-7", "--activity", "1", "--activity-type", "charge"],
        &["list", "--count", "--watch"],
        &["list", "--interval", "1s"],
    ] {
        let refused = run_alone(arguments).refused(2);
        assert!(refused.starts_with("error: "), "{arguments:?}: {refused}");
    }
}

#[test]
fn a_workflow_is_reset_to_a_point_of_its_history() {
    let id = unique("reset");
    run(&["start", "ParcelWorkflow", &parcel("7", &[("book", 300)]), "--id", &id]).text();
    run(&["signal", &id, "deliver", "\"High Street\"", "7"]).text();
    run(&["result", &id]).text();
    for point in [&["--last"][..], &["--first"], &["--event", "4"]] {
        let reset = [&["reset", &id, "--reason", "again", "--output", "json"], point].concat();
        let reset = run(&reset).json();
        let run_id = reset["run_id"].as_str().expect("a run id").to_owned();
        let described = run(&["describe", &id, "--output", "json"]).json();
        assert_eq!(described["run_id"], json!(run_id), "{point:?}");
        // The signal is applied to the new run again.
        assert_eq!(run(&["result", &id]).json(), json!("300 g to High Street 7"), "{point:?}");
    }
    let refused = run(&["reset", &id, "--before-build", "1.4.2"]).refused(1);
    let problem = format!(
        "error: workflow `{id}` can't be reset to the point before build `1.4.2`: its history has no \
         such workflow task\n"
    );
    assert_eq!(refused, problem);
    let refused = run(&["reset", &unique("never-was"), "--last"]).refused(1);
    assert_eq!(refused.lines().count(), 1, "{refused}");
    let query = format!("WorkflowId = '{id}'");
    let reset = run(&["reset", "--query", &query, "--first", "--yes"]).text();
    assert!(reset.starts_with("reset "), "{reset}");
}

#[test]
fn activities_are_paused_and_unpaused() {
    let id = unique("paused");
    run(&["start", "ChargeWorkflow", "100", "--id", &id]).text();
    let activity =
        || run(&["describe", &id, "--output", "json"]).json()["pending_activities"][0].clone();
    wait_for("the failed attempt", || activity()["last_failure"].is_object().then_some(()));
    let by_type = ["pause", &id, "--activity-type", "charge", "--reason", "the bank is down"];
    assert_eq!(
        run(&by_type).text(),
        format!("activities `charge` of workflow `{id}` were paused\n")
    );
    let paused = activity();
    assert_eq!(
        (&paused["state"], &paused["paused"]["reason"]),
        (&json!("paused"), &json!("the bank is down"))
    );
    assert_eq!(paused["maximum_attempts"], json!(5));
    let text = run(&["describe", &id]).text();
    assert!(
        text.contains("the bank is down") && text.contains("attempt           2 of 5"),
        "{text}"
    );
    run(&["unpause", &id, "--activity", "1"]).text();
    assert_eq!(activity()["paused"], Value::Null);
    let refused = run(&["pause", &id, "--activity", "77"]).refused(1);
    assert!(refused.contains(&format!("workflow `{id}`")), "{refused}");
    run(&["terminate", &id]).text();
}

#[test]
fn a_workflow_is_paused_where_the_server_allows_it() {
    let refused = {
        let id = unique("unpausable");
        run(&["start", "LonelyWorkflow", "--id", &id]).text();
        let refused = run(&["pause", &id]).refused(1);
        run(&["terminate", &id]).text();
        refused
    };
    assert!(refused.contains("workflow pause is not enabled for namespace: default"), "{refused}");
    let runtime = Shared::get().runtime();
    let server = DevServer::builder().dynamic_config("frontend.WorkflowPauseEnabled", true);
    let server = runtime.block_on(server.start()).expect("the server starts");
    let there =
        |arguments: &[&str]| ended(program(arguments).env("TEMPORAL_ADDRESS", server.address()));
    there(&["start", "LonelyWorkflow", "--id", "order-7"]).text();
    there(&["pause", "order-7", "--reason", "the shop is closed"]).text();
    let described = there(&["describe", "order-7", "--output", "json"]).json();
    assert_eq!(described["status"], json!("Paused"));
    assert_eq!(described["paused"]["reason"], json!("the shop is closed"));
    assert!(there(&["describe", "order-7"]).text().contains("the shop is closed"));
    there(&["unpause", "order-7"]).text();
    let described = there(&["describe", "order-7", "--output", "json"]).json();
    assert_eq!((&described["status"], &described["paused"]), (&json!("Running"), &Value::Null));
    runtime.block_on(server.shutdown()).expect("the server stops");
}

#[test]
fn workers_and_a_queue_say_who_serves() {
    serve();
    let polled = wait_for("the polling workers", || {
        let queue = run(&["queue", "cli-parcels", "--output", "json"]).json();
        (queue["workflows"]["polled"] == json!(true)).then_some(queue)
    });
    let identity = polled["workflows"]["pollers"][0]["identity"].as_str().expect("a text");
    assert!(identity.starts_with(&std::process::id().to_string()), "{identity}");
    assert_eq!(polled["workflows"]["backlog"], json!(0));

    let id = unique("backlog");
    run(&["start", "LonelyWorkflow", "--id", &id]).text();
    wait_for("the backlog", || {
        let queue = run(&["queue", "cli-nobody", "--output", "json"]).json();
        (queue["workflows"]["backlog"].as_u64() > Some(0)).then_some(())
    });
    let text = run(&["queue", "cli-nobody"]).text();
    assert!(text.contains("no worker polls queue `cli-nobody`; start one with"), "{text}");
    let workers = run(&["workers", "--queue", "cli-nobody", "--output", "json"]).json();
    assert_eq!(workers, json!([]));
    run(&["terminate", &id]).text();
}

#[test]
fn a_history_is_followed_to_its_end_with_its_payloads() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    let id = unique("followed");
    run(&["start", "ParcelWorkflow", &parcel("7", &[("book", 300)]), "--id", &id]).text();
    let mut command = program(&["history", &id, "--follow", "--output", "json"]);
    command.env("TEMPORAL_ADDRESS", Shared::get().address()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut next = || {
        let line = lines.next()?.expect("it is text");
        Some(serde_json::from_str::<Value>(&line).expect("it is JSON"))
    };
    let started = next().expect("an event");
    assert_eq!(started["payloads"]["input"]["items"][0]["name"], json!("book"));
    run(&["signal", &id, "deliver", "\"High Street\"", "7"]).text();
    let events: Vec<_> = std::iter::from_fn(next).collect();
    assert!(child.wait().expect("it ends").success());
    let output = &events.last().expect("more events")["payloads"]["output"];
    assert_eq!(output, &json!("300 g to High Street 7"));
    let text = run(&["history", &id, "--payloads"]).text();
    assert!(text.contains("input: [\"High Street\",7]"), "{text}");
    assert!(text.contains("output: \"300 g to High Street 7\""), "{text}");
}

#[test]
fn a_watched_list_goes_on_until_it_is_interrupted() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    let prefix = unique("watched");
    serve();
    let watch = ["list", "--id-prefix", &prefix, "--watch", "--interval", "100ms"];
    let mut command = program(&watch);
    command.env("TEMPORAL_ADDRESS", Shared::get().address()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut next = || lines.next().expect("more").expect("it is text");
    assert_eq!(next(), "no workflows found");
    let id = format!("{prefix}-7");
    run(&["start", "LonelyWorkflow", "--id", &id]).text();
    while !next().starts_with(&id) {}
    let interrupted = Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status();
    assert!(interrupted.expect("kill runs").success());
    assert!(child.wait().expect("it ends").success());
    run(&["terminate", &id]).text();
}

#[test]
fn errors_are_json_under_output_json() {
    let problem = |arguments: &[&str], code: i32| {
        let said = run(&[arguments, &["--output", "json"]].concat()).refused(code);
        let said: Value =
            serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
        assert_eq!(said["error"]["exit_code"], json!(code));
        said["error"].clone()
    };
    let missing = problem(&["describe", "never-was"], 1);
    assert_eq!(missing["message"], json!("workflow `never-was` was not found"));
    assert_eq!(missing["causes"], json!([]));
    let schedule = problem(&["schedule", "describe", "never-was"], 1);
    assert_eq!(schedule["causes"], json!([]));
    let unknown = problem(&["lst"], 2);
    assert!(
        unknown["message"].as_str().is_some_and(|it| it.contains("unrecognized subcommand 'lst'"))
    );
    let input = problem(&["start", "ParcelWorkflow", "{}"], 2);
    assert!(
        input["message"].as_str().is_some_and(|it| it.contains("missing field `id`")),
        "{input}"
    );
}
