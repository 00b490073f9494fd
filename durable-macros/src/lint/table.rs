//! Everything that breaks replay, by its path, with its deterministic form.
//!
//! A path is known by its end: `Instant::now` and `time::Instant::now` are `std::time::Instant::now`,
//! while `clock::Instant::now` is somebody's own.

/// The reason for which something breaks replay, and its deterministic form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form {
    why: &'static str,
    instead: &'static str,
    needs: Needs,
}

/// The things that a deterministic form needs of its method.
#[derive(Debug, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// A context that belongs to a run.
    Context,
    /// A context, and that the method may wait.
    Waiting,
}

/// The context that a method has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It waits, or nobody knows.
    Async,
    /// A signal or an update that cannot wait.
    Plain,
    /// `#[init]`, a query or a validator, which see the workflow from outside.
    View,
}

impl Form {
    /// The message, for what is called like this.
    pub(super) fn message(&self, written: &str, place: Place) -> String {
        let Self { why, instead, needs } = self;
        let instead = instead.replace("{}", written);
        match (needs, place) {
            (Needs::Context | Needs::Waiting, Place::View) => format!(
                "`{written}` {why}, and this method has no context to ask; in `#[run]`, a signal or \
                 an update {instead}, and keep what comes of it in the struct"
            ),
            (Needs::Waiting, Place::Plain) => format!(
                "`{written}` {why}; make this method an `async fn` that takes \
                 `ctx: &mut WorkflowContext<Self>`, and {instead}"
            ),
            _ => format!("`{written}` {why}; {instead}"),
        }
    }
}

const fn form(why: &'static str, instead: &'static str, needs: Needs) -> Form {
    Form { why, instead, needs }
}

const TIME: Form = form("is another time on every replay", "write `ctx.now()`", Needs::Context);
pub(super) const ELAPSED: Form = form(
    "compares with the system's clock, which is another time on every replay",
    "write `ctx.now().duration_since(..)`",
    Needs::Context,
);
pub(super) const ACTIVITY: Form = form(
    "is an activity, and called as a function it runs again on every replay",
    "write `{}::execute(ctx, ..).await`",
    Needs::Waiting,
);
const RANDOM: Form =
    form("is another value on every replay", "write `ctx.random()`", Needs::Context);
const UUID: Form = form("is another id on every replay", "write `ctx.uuid()`", Needs::Context);
const SLEEP: Form = form(
    "leaves no timer in the history, so it ends with the worker and a replay waits again",
    "write `ctx.sleep(..).await?`",
    Needs::Waiting,
);
const BLOCK: Form = form(
    "stops the worker's thread, and every workflow on it",
    "write `ctx.sleep(..).await?`",
    Needs::Waiting,
);
const TIMEOUT: Form = form(
    "measures by a clock that is not in the history",
    "write `durable::workflow::select!` with `ctx.timer(..)`, or `ctx.wait_condition_timeout(..)`",
    Needs::Waiting,
);
const INTERVAL: Form = form(
    "ticks by a clock that is not in the history",
    "write `ctx.sleep(..).await?` in a loop",
    Needs::Waiting,
);
const SPAWN: Form = form(
    "runs beside the workflow, in an order that a replay cannot repeat",
    "await the futures together, with `durable::workflow::join!` or `durable::workflow::join_all`",
    Needs::Waiting,
);
const THREAD: Form = form(
    "runs beside the workflow, in an order that a replay cannot repeat",
    "call an `#[activity]` that does the work",
    Needs::Waiting,
);
const SELECT: Form = form(
    "does not promise to poll in the order that is written",
    "write `durable::workflow::select!`, which does",
    Needs::Waiting,
);
const JOIN: Form = form(
    "does not promise to poll in the order that is written",
    "write `durable::workflow::join!`, which does",
    Needs::Waiting,
);
const TRY_JOIN: Form = form(
    "does not promise to poll in the order that is written",
    "write `durable::workflow::join!`, and `?` after each result",
    Needs::Waiting,
);
const JOIN_ALL: Form = form(
    "polls by wake-ups of its own, which the SDK takes for foreign ones",
    "write `durable::workflow::join_all(..)`",
    Needs::Waiting,
);
const BOUNDED: Form = form(
    "polls by wake-ups of its own, which the SDK takes for foreign ones",
    "write `durable::workflow::join_all_bounded(..)`",
    Needs::Waiting,
);
const IO: Form = form(
    "may find something else on every replay",
    "call an `#[activity]` that does it",
    Needs::Waiting,
);
const MACHINE: Form = form(
    "asks the machine that the workflow happens to run on",
    "take the value as an input, or call an `#[activity]` that asks",
    Needs::Nothing,
);
const EXIT: Form = form(
    "ends the worker, and a replay would end it again",
    "return an error, which ends the workflow",
    Needs::Nothing,
);
pub(super) const STATIC: Form = form(
    "is changed by every workflow of the worker and every replay, and is lost with the process",
    "keep the state in the workflow's struct",
    Needs::Nothing,
);
pub(super) const UNORDERED: Form = form(
    "comes in another order in every process",
    "use a `BTreeMap` or `BTreeSet`, or collect and sort it first",
    Needs::Nothing,
);

/// Paths of one form.
struct Rule {
    form: &'static Form,
    /// With how many segments at the end a path is unmistakable.
    least: usize,
    /// `*` is any one segment.
    paths: &'static [&'static str],
}

const fn rule(form: &'static Form, least: usize, paths: &'static [&'static str]) -> Rule {
    Rule { form, least, paths }
}

const CALLS: &[Rule] = &[
    rule(&TIME, 2, &["std::time::SystemTime::now", "std::time::Instant::now"]),
    rule(&TIME, 2, &["tokio::time::Instant::now", "time::OffsetDateTime::now_utc"]),
    rule(&TIME, 2, &["time::OffsetDateTime::now_local", "time::UtcDateTime::now"]),
    rule(&TIME, 2, &["chrono::Utc::now", "chrono::offset::Utc::now", "jiff::Zoned::now"]),
    rule(&TIME, 2, &["chrono::Local::now", "chrono::offset::Local::now"]),
    rule(&TIME, 3, &["jiff::Timestamp::now"]),
    rule(&ELAPSED, 2, &["std::time::SystemTime::elapsed", "std::time::Instant::elapsed"]),
    rule(&UUID, 2, &["uuid::Uuid::new_v4", "uuid::Uuid::now_v1"]),
    rule(&UUID, 2, &["uuid::Uuid::now_v6", "uuid::Uuid::now_v7", "ulid::Ulid::new"]),
    // A seeded generator, such as `rand::rngs::StdRng::seed_from_u64(ctx.random())`, is none of these.
    rule(&RANDOM, 1, &["rand::thread_rng"]),
    rule(&RANDOM, 2, &["rand::*", "fastrand::*", "getrandom::*", "rand::rngs::OsRng"]),
    rule(&RANDOM, 2, &["rand::rngs::StdRng::from_os_rng", "rand::rngs::StdRng::from_entropy"]),
    rule(&RANDOM, 2, &["rand::rngs::SmallRng::from_os_rng", "rand::rngs::SmallRng::from_entropy"]),
    rule(&RANDOM, 2, &["rand::rngs::ThreadRng::default", "fastrand::Rng::new"]),
    rule(&SLEEP, 2, &["tokio::time::sleep", "tokio::time::sleep_until", "async_std::task::sleep"]),
    rule(&BLOCK, 2, &["std::thread::sleep", "std::thread::park", "std::thread::park_timeout"]),
    rule(&TIMEOUT, 2, &["tokio::time::timeout", "tokio::time::timeout_at"]),
    rule(&INTERVAL, 2, &["tokio::time::interval", "tokio::time::interval_at"]),
    rule(&SPAWN, 2, &["tokio::spawn", "tokio::task::spawn", "tokio::task::spawn_local"]),
    rule(&SPAWN, 2, &["tokio::task::JoinSet::new", "async_std::task::spawn"]),
    rule(&THREAD, 2, &["tokio::task::spawn_blocking", "tokio::task::block_in_place"]),
    rule(&THREAD, 2, &["std::thread::spawn", "std::thread::scope", "rayon::spawn", "rayon::join"]),
    rule(&THREAD, 3, &["std::thread::Builder::new"]),
    rule(&JOIN_ALL, 2, &["futures::future::join_all", "futures::future::try_join_all"]),
    rule(&JOIN_ALL, 2, &["futures::stream::FuturesUnordered::new"]),
    rule(&SELECT, 2, &["futures::future::select", "futures::future::select_all"]),
    rule(&SELECT, 2, &["futures::future::select_ok", "futures::future::try_select"]),
    rule(&IO, 2, &["std::fs::*", "tokio::fs::*", "std::fs::File::open", "std::fs::File::create"]),
    rule(&IO, 2, &["tokio::fs::File::open", "tokio::fs::File::create"]),
    rule(&IO, 2, &["std::fs::OpenOptions::new", "tokio::fs::OpenOptions::new"]),
    rule(&IO, 2, &["std::net::TcpStream::*", "std::net::TcpListener::*", "std::net::UdpSocket::*"]),
    rule(&IO, 3, &["tokio::net::TcpStream::*", "tokio::net::TcpListener::*"]),
    rule(&IO, 3, &["tokio::net::UdpSocket::*", "tokio::net::lookup_host"]),
    rule(&IO, 2, &["std::io::stdin", "tokio::io::stdin", "reqwest::get"]),
    rule(&IO, 3, &["reqwest::Client::*", "reqwest::ClientBuilder::*", "reqwest::blocking::*"]),
    rule(&IO, 3, &["reqwest::blocking::Client::*", "reqwest::blocking::ClientBuilder::*"]),
    rule(&IO, 3, &["std::process::Command::new", "tokio::process::Command::new"]),
    rule(&MACHINE, 2, &["std::env::*", "std::process::id", "std::thread::current"]),
    rule(&MACHINE, 2, &["std::thread::available_parallelism", "num_cpus::get"]),
    rule(&EXIT, 2, &["std::process::exit", "std::process::abort"]),
];

/// Methods of streams whose names nothing else has.
const METHODS: &[&str] =
    &["buffered", "buffer_unordered", "for_each_concurrent", "try_for_each_concurrent"];

/// The macros whose forms are refused.
const MACROS: &[Rule] = &[
    rule(&SELECT, 2, &["tokio::select", "futures::select"]),
    rule(&JOIN, 2, &["tokio::join", "futures::join"]),
    rule(&TRY_JOIN, 2, &["tokio::try_join", "futures::try_join"]),
    rule(&STATIC, 1, &["std::thread_local"]),
];

/// The macros that print.
const PRINTS: &[&str] = &["std::println", "std::print", "std::eprintln", "std::eprint", "std::dbg"];

/// The hash tables whose order is random.
const TABLES: &[&str] = &[
    "std::collections::HashMap",
    "std::collections::HashSet",
    "std::collections::hash_map::HashMap",
    "std::collections::hash_set::HashSet",
    "hashbrown::HashMap",
    "hashbrown::HashSet",
];

/// Returns the entry for a call, or for a function that is handed on.
pub(super) fn call(written: &[String]) -> Option<&'static Form> {
    find(CALLS, written)
}

/// Returns the entry for a method, whatever it is called on.
pub(super) fn method(name: &str) -> Option<&'static Form> {
    METHODS.contains(&name).then_some(&BOUNDED)
}

/// Returns the entry for a macro.
pub(super) fn macro_(written: &[String]) -> Option<&'static Form> {
    find(MACROS, written)
}

/// Returns true if a macro prints.
pub(super) fn prints(written: &[String]) -> bool {
    PRINTS.iter().any(|path| is_end(written, path, 1))
}

/// Returns true if a type is a hash table.
pub(super) fn is_table(written: &[String]) -> bool {
    TABLES.iter().any(|path| is_end(written, path, 1))
}

fn find(rules: &'static [Rule], written: &[String]) -> Option<&'static Form> {
    let fits = |rule: &&Rule| rule.paths.iter().any(|path| is_end(written, path, rule.least));
    rules.iter().find(fits).map(|rule| rule.form)
}

/// Returns true if the written path is the end of a known one, and long enough to tell.
fn is_end(written: &[String], path: &str, least: usize) -> bool {
    // Macros are built without optimizations. Nearly all paths are too short, or differ in the last name that isn't `*`.
    if written.len() < least {
        return false;
    }
    let (names, from_end) = match path.strip_suffix("::*") {
        Some(names) => (names, 2),
        None => (path, 1),
    };
    let name = written.len().checked_sub(from_end).map(|place| written[place].as_str());
    if !name.is_some_and(|name| names.ends_with(name)) {
        return false;
    }
    let known = path.split("::").count();
    let whole = written.len() == known;
    let fits = |(place, (known, written)): (usize, (&str, &String))| {
        let written = if whole && place == 0 { root(written) } else { written };
        known == "*" || known == written
    };
    written.len() <= known
        && path.split("::").skip(known - written.len()).zip(written).enumerate().all(fits)
}

/// One name for the crates that have the same things.
fn root(name: &str) -> &str {
    match name {
        "core" | "alloc" => "std",
        "futures_util" | "futures_lite" => "futures",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &str) -> Vec<String> {
        path.split("::").map(str::to_owned).collect()
    }

    #[test]
    fn a_path_is_known_by_its_end() {
        for (path, form) in [
            ("SystemTime::now", &TIME),
            ("time::Instant::now", &TIME),
            ("core::time::Instant::now", &TIME),
            ("chrono::offset::Utc::now", &TIME),
            ("Uuid::now_v7", &UUID),
            ("thread_rng", &RANDOM),
            ("rand::random", &RANDOM),
            ("fastrand::u32", &RANDOM),
            ("thread::sleep", &BLOCK),
            ("tokio::time::sleep", &SLEEP),
            ("time::timeout", &TIMEOUT),
            ("task::spawn_blocking", &THREAD),
            ("futures_util::future::join_all", &JOIN_ALL),
            ("fs::read_to_string", &IO),
            ("TcpStream::connect", &IO),
            ("reqwest::Client::new", &IO),
            ("env::var", &MACHINE),
            ("process::Command::new", &IO),
        ] {
            assert_eq!(call(&written(path)), Some(form), "{path}");
        }
        assert_eq!(macro_(&written("tokio::select")), Some(&SELECT));
        assert_eq!(macro_(&written("futures_util::join")), Some(&JOIN));
        assert_eq!(macro_(&written("thread_local")), Some(&STATIC));
        assert!(prints(&written("println")) && prints(&written("std::dbg")));
        assert!(is_table(&written("HashMap")) && is_table(&written("collections::HashSet")));
    }

    #[test]
    fn what_only_looks_like_it_is_not() {
        for path in [
            "sleep",
            "select",
            "now",
            "Clock::now",
            "clock::Instant::now",
            "crate::time::Instant::now",
            "store::fs::read",
            "self::fs::read",
            "Self::spawn",
            "Command::new",
            "Client::new",
            "std::net::Ipv4Addr::new",
            "std::env::consts::OS",
            "tokio::time::Duration::from_secs",
            "rand::rngs::StdRng::seed_from_u64",
            "fastrand::Rng::with_seed",
            "reqwest::StatusCode::from_u16",
            "Uuid::parse_str",
            "durable::workflow::join_all",
        ] {
            assert_eq!(call(&written(path)), None, "{path}");
        }
        for path in ["select", "join", "durable::workflow::select", "tracing::info"] {
            assert_eq!(macro_(&written(path)), None, "{path}");
        }
        assert!(!prints(&written("log::println")) && !is_table(&written("crate::HashMap")));
        assert!(!is_table(&written("BTreeMap")));
    }

    #[test]
    fn every_path_is_found_by_its_own_rule_and_no_other() {
        for rules in [CALLS, MACROS] {
            for rule in rules {
                for path in rule.paths {
                    let found = find(rules, &written(path));
                    assert_eq!(found, Some(rule.form), "{path}");
                }
            }
        }
    }

    #[test]
    fn a_message_says_what_the_method_at_hand_can_do() {
        let message = |form: &Form, place| form.message("it", place);
        assert_eq!(
            message(&TIME, Place::Plain),
            "`it` is another time on every replay; write `ctx.now()`"
        );
        assert!(message(&TIME, Place::View).contains("in `#[run]`, a signal or an update"));
        assert!(message(&SLEEP, Place::Plain).contains("make this method an `async fn`"));
        assert!(message(&UNORDERED, Place::View).ends_with("or collect and sort it first"));
    }
}
