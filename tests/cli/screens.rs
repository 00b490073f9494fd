//! The screens of an operator, at 80 and at 120 columns, on a fixed scenario: a stuck workflow, one whose
//! activity is retried, a failed one, one that waits for a child, one without workers, and a schedule.
//!
//! `DURABLE_WRITE_SCREENS=1` writes them anew. Times, run ids and processes are replaced by signs, and
//! runs of spaces by two, because their lengths differ from run to run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use durable_tests::{Shared, eventually};

use crate::{Ran, ended, program, run};

const STUCK: &str = "screen-order-4711-of-customer-lovelace-with-a-long-id";
const COLUMNS: [usize; 2] = [80, 120];

/// The commands, each with the name of its screen.
const SCREENS: &[(&str, &[&str])] = &[
    ("describe-stuck", &["describe", STUCK]),
    ("describe-retried", &["describe", "screen-retried"]),
    ("describe-failed", &["describe", "screen-failed"]),
    ("describe-parent", &["describe", "screen-parent"]),
    ("describe-timer", &["describe", "screen-child"]),
    ("describe-unserved", &["describe", "screen-unserved"]),
    ("stack", &["stack", "screen-parent"]),
    ("stack-timer", &["stack", "screen-child"]),
    ("list", &["list", "--id-prefix", "screen-"]),
    ("history", &["history", "screen-failed", "--payloads"]),
    ("queue", &["queue", "cli-screens"]),
    ("workers-none", &["workers", "--queue", "cli-nobody"]),
    ("queue-unserved", &["queue", "cli-absent"]),
    ("schedule", &["schedule", "describe", "screen-nightly"]),
    ("schedules", &["schedule", "list"]),
    ("schema", &["schema"]),
];

/// Sets the scenario up once, on a server of its own queues, and waits until every part of it shows.
fn scenario() {
    static SCENARIO: OnceLock<()> = OnceLock::new();
    SCENARIO.get_or_init(|| {
        for arguments in [
            &["start", "StuckWorkflow", "\"4711\"", "--id", STUCK][..],
            &["start", "ChargeWorkflow", "100", "--id", "screen-retried", "--summary", "an order"],
            &["start", "ChargeWorkflow", "0", "--id", "screen-failed", "--memo", "tier=\"gold\""],
            &["start", "ParentWorkflow", "\"screen-child\"", "--id", "screen-parent"],
            &["start", "LonelyWorkflow", "--id", "screen-unserved"],
            &[
                "schedule",
                "create",
                "screen-nightly",
                "LonelyWorkflow",
                "--cron",
                "30 3 * * 1-5",
                "--time-zone",
                "Europe/Rome",
                "--note",
                "waits for the new warehouse",
                "--paused",
            ],
        ] {
            run(arguments).text();
        }
        let shows = |id: &'static str, key: &'static str| {
            eventually(key, move || async move {
                let described = run(&["describe", id, "--output", "json"]).json();
                let value = &described[key];
                let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
                (!is_empty).then_some(())
            })
        };
        Shared::get().runtime().block_on(async {
            shows(STUCK, "task_failure").await;
            shows("screen-failed", "failure").await;
            shows("screen-parent", "pending_children").await;
            shows("screen-child", "pending_timers").await;
            eventually("retry", || async {
                let described = run(&["describe", "screen-retried", "--output", "json"]).json();
                described["pending_activities"][0]["last_failure"].is_object().then_some(())
            })
            .await;
            eventually("list of six", || async {
                let listed = run(&["list", "--id-prefix", "screen-", "--output", "json"]).json();
                let ended = listed.as_array()?.iter().any(|it| it["status"] == "Failed");
                (listed.as_array()?.len() == 6 && ended).then_some(())
            })
            .await;
            eventually("schedule", || async {
                run(&["schedule", "list"]).text().contains("screen-nightly").then_some(())
            })
            .await;
        });
    });
}

fn run_in(columns: usize, arguments: &[&str]) -> Ran {
    scenario();
    let mut command = program(arguments);
    command.env("TEMPORAL_ADDRESS", Shared::get().address());
    ended(command.arg("--utc").env("COLUMNS", columns.to_string()))
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cli/screens").join(name)
}

#[test]
fn screens_show_the_scenario_at_80_and_120_columns() {
    let mut different = Vec::new();
    for (name, arguments) in SCREENS {
        for columns in COLUMNS {
            let screen = run_in(columns, arguments).text();
            for line in screen.lines() {
                let width = line.chars().count();
                assert!(width <= columns, "{name}: {width} of {columns} columns: {line}");
            }
            let screen = normalized(&screen, name);
            let file = file(&format!("{name}.{columns}.txt"));
            if std::env::var_os("DURABLE_WRITE_SCREENS").is_some() {
                fs::create_dir_all(file.parent().expect("a folder")).expect("it can be made");
                fs::write(&file, &screen).expect("it can be written");
            }
            let expected = fs::read_to_string(&file).unwrap_or_default();
            if expected != screen {
                different.push(format!("{}:\n{expected}--- now:\n{screen}", file.display()));
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn times_are_relative_unless_utc_is_asked_for() {
    scenario();
    let relative = run(&["describe", "screen-failed"]).text();
    assert!(relative.contains(", after ") && !relative.contains("Z,"), "{relative}");
    let list = run(&["list", "--id-prefix", "screen-"]).text();
    assert!(list.lines().next().is_some_and(|line| line.ends_with("duration")), "{list}");
    let utc = run(&["list", "--id-prefix", "screen-", "--utc"]).text();
    assert!(utc.contains("Z\n") && !utc.contains(" ago"), "{utc}");
}

/// Replaces everything that differs from run to run.
fn normalized(screen: &str, name: &str) -> String {
    // Other tests have schedules of their own.
    let keeps =
        |line: &&str| name != "schedules" || line.contains("screen-") || !line.contains("active");
    let mut lines: Vec<_> = screen.lines().filter(keeps).map(line).collect();
    if name == "list" {
        // A child may be started before or after the workflow that was started next.
        lines[1..].sort();
    }
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    // Between two attempts the server may show the one or the other.
    text.replace("attempt # is handled by", "attempt # waits for")
}

fn line(line: &str) -> String {
    let indent: String = line.chars().take_while(|char| *char == ' ').collect();
    let mut words: Vec<String> = Vec::new();
    for group in line.trim_start().split("  ").filter(|group| !group.is_empty()) {
        let mut group: Vec<_> = group.trim().split(' ').map(word).collect();
        group.dedup_by(|one, other| one == "#" && other == "#");
        for place in 1..group.len() {
            if group[place - 1].trim_start_matches('(') == "attempt" {
                group[place] = group[place].replace(|char: char| char.is_ascii_digit(), "#");
            }
        }
        words.push(group.join(" "));
    }
    let indent = if indent.len() > 8 { "        " } else { &indent };
    format!("{indent}{}", words.join("  "))
}

fn word(word: &str) -> String {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let is_id = |char: char| char.is_ascii_hexdigit() || matches!(char, '-' | '…');
    if word.len() >= 20 && digits >= 14 && word.contains('T') && word.contains('Z') {
        return "TIME".to_owned() + word.split_once('Z').map_or("", |(_, rest)| rest);
    }
    if word.chars().count() >= 10 && digits >= 5 && word.chars().all(is_id) {
        return "RUN".to_owned();
    }
    if let Some((process, _)) = word.split_once('@')
        && process.chars().all(|char| char.is_ascii_digit())
    {
        return "WORKER".to_owned();
    }
    if let Some((before, after)) = word.split_once("unversioned:") {
        let rest = after.trim_start_matches(|char: char| char.is_ascii_hexdigit());
        return format!("{before}unversioned:HASH{rest}");
    }
    let unit = word.trim_start_matches(|char: char| char.is_ascii_digit());
    let bare = unit.trim_end_matches([',', '.']);
    if unit.len() < word.len() && matches!(bare, "ms" | "s" | "m" | "h" | "day" | "days") {
        return format!("#{}", &unit[bare.len()..]);
    }
    if word.ends_with("/s") && digits >= 2 {
        return "#/s".to_owned();
    }
    word.to_owned()
}
