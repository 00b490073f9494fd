//! Blocks of a shell with output: the commands are run, in the order of the page, and print what the page shows.
//!
//! A page has a dev server and a program of its own. Ids, times and ports differ from run to run, and are compared as
//! such. A line `...` on the page stands for any lines.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use durable_book::{Block, pages, root};

/// A page, the start of its commands, and the program that carries them out. It has a command `dev`, or needs no server.
const PROGRAMS: &[(&str, &str, &str, bool)] = &[
    ("docs/getting-started.md", "cargo run --", env!("CARGO_BIN_EXE_book-trials"), true),
    ("docs/cli.md", "tickets", env!("CARGO_BIN_EXE_book-tickets"), true),
    ("docs/contract.md", "orders", env!("CARGO_BIN_EXE_book-orders"), false),
];

/// A command of a block, and the lines that it prints.
struct Step {
    line: usize,
    command: String,
    output: Vec<String>,
}

/// Splits a block into its commands. A command goes on after a `\` at the end of its line.
fn steps(block: &Block) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (number, text) in block.code.lines().enumerate() {
        match (text.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step {
                line: block.line + 1 + number,
                command: command.into(),
                output: Vec::new(),
            }),
            (None, Some(step)) if step.command.ends_with('\\') && step.output.is_empty() => {
                step.command.pop();
                step.command.push_str(text.trim_start());
            }
            (None, Some(step)) => step.output.push(text.into()),
            (None, None) => panic!("line {}: a block begins with `$ `", block.line),
        }
    }
    steps
}

/// A program that runs `dev`, with a server of its own. It is stopped at the end.
struct Dev {
    process: Child,
    address: String,
    output: Vec<String>,
}

impl Dev {
    fn start(program: &str) -> Self {
        let mut command = Command::new(program);
        command.args(["dev", "--free-ports"]).current_dir(std::env::temp_dir());
        let mut process = without_settings(command)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program that was built starts");
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let first = lines.by_ref().take(2);
        let output: Vec<_> = first.map(|line| line.expect("it is text")).collect();
        // Activities print, which fails when nobody reads.
        std::thread::spawn(move || lines.for_each(drop));
        let address = output[0].split_whitespace().last().expect("an address").to_owned();
        Self { process, address, output }
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let interrupted =
            Command::new("kill").args(["-INT", &self.process.id().to_string()]).status();
        let until = Instant::now() + Duration::from_secs(20);
        while interrupted.is_ok() && Instant::now() < until {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                return;
            }
            sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Removes the settings of whoever runs the tests. The place of the `temporal` command remains.
fn without_settings(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let is_place = ["DURABLE_TEMPORAL_CLI", "DURABLE_CACHE_DIR"].contains(&&*text);
        if !is_place && ["DURABLE_", "TEMPORAL_"].iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command.env("COLUMNS", "120");
    command
}

/// Runs a command in a shell, and returns what it prints to either stream.
fn run(command: &str, start: &str, program: &str, folder: &Path, dev: Option<&Dev>) -> Vec<String> {
    let rest =
        command.strip_prefix(start).unwrap_or_else(|| panic!("`{command}` isn't `{start} ..`"));
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("exec 2>&1; '{program}' {rest}")).current_dir(folder);
    let mut shell = without_settings(shell);
    shell.envs(dev.map(|dev| ("TEMPORAL_ADDRESS", &dev.address)));
    let output = shell.output().expect("there is a shell");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// Returns a word that stands for all words of its kind: ids, times, durations, addresses, places in a file.
fn kind(word: &str) -> String {
    let is_number = |text: &str| text.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    let core = word.trim_matches(|c| "(),;".contains(c));
    let unit = core.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let replaced = if core.len() == 36 && core.matches('-').count() == 4 {
        "[id]"
    } else if is_number(core) && core.contains('T') && core.ends_with('Z') {
        "[time]"
    } else if is_number(core) && core.ends_with("/s") {
        "[rate]"
    } else if is_number(core) && core.contains('@') {
        "[worker]"
    } else if core == "now" || is_number(core) && ["ms", "s", "m", "h"].contains(&unit) {
        "[duration]"
    } else if let Some((address, _)) = core.split_once("127.0.0.1:") {
        return format!("{address}[address]");
    } else if let Some((_, place)) = core.rsplit_once('/').filter(|_| core.contains(".rs:")) {
        return word.replace(core, place);
    } else {
        return word.to_owned();
    };
    word.replace(core, replaced)
}

/// Returns a line with its kinds of words, and single spaces.
fn comparable(line: &str) -> String {
    let mut words: Vec<String> = line.split_whitespace().map(kind).collect();
    for at in 1..words.len() {
        if words[at - 1].ends_with("attempt") {
            words[at] = words[at].replace(|c: char| c.is_ascii_digit(), "N");
        }
    }
    words.dedup_by(|a, b| a == "[duration]" && b == "[duration]");
    words.join(" ").replace("[duration] ago", "[duration]")
}

/// Returns `true` if the lines are those of the page, on which `...` stands for any lines.
fn fits(shown: &[String], printed: &[String]) -> bool {
    match (shown, printed) {
        ([], []) => true,
        ([first, rest @ ..], _) if first == "..." => {
            (0..=printed.len()).any(|skipped| fits(rest, &printed[skipped..]))
        }
        ([first, rest @ ..], [line, lines @ ..]) => {
            comparable(first) == comparable(line) && fits(rest, lines)
        }
        _ => false,
    }
}

/// Writes the contract of the orders as it was before a signal got its present name.
fn write_former_contract(folder: &Path) {
    let contract = fs::read_to_string(root().join("examples/orders/contract.json"));
    let contract = contract.expect("it is there").replace("\"approve\"", "\"approved\"");
    fs::write(folder.join("contract.json"), contract).expect("it can be written");
}

/// Runs the commands of a page. A command is repeated until the workers have come so far.
fn check(page: &str) {
    let (path, start, program, has_server) =
        PROGRAMS.iter().find(|(path, ..)| *path == page).expect("the page has a program");
    let pages = pages();
    let page = pages.iter().find(|page| page.path == *path).expect("the page is there");
    let folder = tempfile::tempdir().expect("a folder can be made");
    write_former_contract(folder.path());
    let dev = has_server.then(|| Dev::start(program));
    for block in page.blocks().iter().filter(|block| block.info == "console") {
        for Step { line, command, output } in steps(block) {
            let until = Instant::now() + Duration::from_secs(20);
            // The first command of a page may be the one that runs already.
            let mut printed = dev.as_ref().map_or_else(Vec::new, |dev| dev.output.clone());
            while !fits(&output, &printed) {
                assert!(
                    Instant::now() < until,
                    "{path}:{line}: `{command}` prints\n{}\nand the page shows\n{}",
                    printed.join("\n"),
                    output.join("\n")
                );
                printed = run(&command, start, program, folder.path(), dev.as_ref());
                sleep(Duration::from_millis(100));
            }
        }
    }
}

#[test]
fn commands_of_the_first_chapter_print_what_it_shows() {
    check("docs/getting-started.md");
}

#[test]
fn commands_of_the_page_about_the_command_line_print_what_it_shows() {
    check("docs/cli.md");
}

#[test]
fn commands_of_the_page_about_the_contract_print_what_it_shows() {
    check("docs/contract.md");
}

#[test]
fn every_block_with_output_is_run() {
    for page in pages() {
        let is_run = PROGRAMS.iter().any(|(path, ..)| *path == page.path);
        for block in page.blocks() {
            let place = format!("{}:{}", page.path, block.line);
            assert!(
                is_run || block.info != "console",
                "{place}: no program runs the page's commands"
            );
            let has_prompt = block.code.lines().any(|line| line.starts_with("$ "));
            assert!(!has_prompt || block.info == "console", "{place}: a shell is `console`");
        }
    }
}

#[test]
fn compares_lines_by_the_kinds_of_their_words() {
    for (shown, printed, same) in [
        ("started  3m 20s ago", "started   now", true),
        (
            "run id  01a21b29-959c-7a53-9a87-ed982b07de45",
            "run id 01a21b29-aaaa-7a53-9a87-ed982b07de45",
            true,
        ),
        ("web UI  http://127.0.0.1:8233", "web UI http://127.0.0.1:4711", true),
        ("at src/lib.rs:1:2", "at tests/a/src/lib.rs:1:2", true),
        ("at src/lib.rs:1:2", "at tests/a/src/lib.rs:1:3", false),
        ("status  Failed", "status  Running", false),
        ("attempt 3 waits", "attempt 4 waits", true),
        ("3 events", "4 events", false),
    ] {
        assert_eq!(comparable(shown) == comparable(printed), same, "{shown}");
    }
}
