//! The places of panics in workflow code.
//!
//! Only a panic hook sees the location of a panic. Ours notes it for the threads of workers while they run
//! workflow code, and calls the hook that was set before. The default hook isn't called then, because the
//! log says the same in one line.

use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::{self, PanicHookInfo};
use std::ptr;
use std::sync::{Mutex, Once, PoisonError};

use tracing::dispatcher;
use tracing::subscriber::NoSubscriber;

/// The place of a panic.
#[derive(Debug, Clone)]
pub(crate) struct PanicPlace {
    /// The file, line and column.
    pub(crate) location: String,
    /// The calls of the program's own code that led there, the innermost first.
    pub(crate) stack: String,
}

thread_local! {
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
    static IN_USER_CODE: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<PanicPlace>> = const { RefCell::new(None) };
}

/// Notes the places of panics in workflow code of this thread, which is a worker's.
pub(crate) fn note_on_this_thread() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(install);
    IS_WORKER.set(true);
}

/// Marks the thread as running user code until it is dropped.
pub(super) struct UserCode(bool);

impl UserCode {
    pub(super) fn enter() -> Self {
        Self(IN_USER_CODE.replace(true))
    }
}

impl Drop for UserCode {
    fn drop(&mut self) {
        IN_USER_CODE.set(self.0);
    }
}

/// Returns the place of the last panic of this thread, once.
pub(crate) fn take_place() -> Option<PanicPlace> {
    LAST.take()
}

fn install() {
    let previous = panic::take_hook();
    // The hook that is taken now is the default one.
    let default = panic::take_hook();
    let is_default =
        ptr::addr_eq(&raw const *previous, &raw const *default) && size_of_val(&*previous) == 0;
    panic::set_hook(Box::new(move |panic| {
        if IS_WORKER.get() && IN_USER_CODE.get() {
            LAST.set(Some(PanicPlace::of(panic)));
            if is_default && is_logging() {
                return;
            }
        }
        previous(panic);
    }));
}

fn is_logging() -> bool {
    dispatcher::get_default(|current| !current.is::<NoSubscriber>())
}

impl PanicPlace {
    fn of(panic: &PanicHookInfo<'_>) -> Self {
        /// The stacks of places, because names are looked up slowly, and a task that fails is tried again.
        static STACKS: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
        let location = panic.location().map_or_else(|| "unknown".to_owned(), ToString::to_string);
        let stacks = || STACKS.lock().unwrap_or_else(PoisonError::into_inner);
        let known = stacks().get(&location).cloned();
        let stack = known.unwrap_or_else(|| {
            let stack = own_frames(&Backtrace::force_capture().to_string());
            let mut stacks = stacks();
            // Places are few; a program that makes them up doesn't fill the memory.
            if stacks.len() < MOST_STACKS {
                stacks.insert(location.clone(), stack.clone());
            }
            stack
        });
        Self { location, stack }
    }
}

const MOST_STACKS: usize = 100;
const MOST_FRAMES: usize = 12;

/// Returns the frames of a backtrace that are of the program's own code, in one line.
fn own_frames(backtrace: &str) -> String {
    let mut frames: Vec<String> = Vec::new();
    let mut lines = backtrace.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        let Some((_, name)) = line.split_once(": ") else { continue };
        let place = lines.next_if(|next| next.starts_with("at ")).map(|place| &place[3..]);
        if is_of_libraries(name, place) {
            continue;
        }
        frames.push(match place {
            Some(place) => format!("{name} ({place})"),
            None => name.to_owned(),
        });
    }
    frames.truncate(MOST_FRAMES);
    frames.join(", ")
}

fn is_of_libraries(name: &str, place: Option<&str>) -> bool {
    let name = name.trim_start_matches(['<', '&']);
    let crates = ["std::", "core::", "alloc::", "durable::", "temporalio", "tokio::", "futures_"];
    let folders = ["/rustc/", "/registry/src/", "/library/", "/git/checkouts/"];
    crates.iter().any(|name_of| name.starts_with(name_of))
        || name.starts_with("__")
        || name.starts_with("rust_")
        || place.is_some_and(|place| {
            let place = place.replace('\\', "/");
            folders.iter().any(|folder| place.contains(folder)) || place.contains("durable/src/")
        })
}

#[cfg(test)]
mod tests {
    use super::own_frames;

    #[test]
    fn keeps_the_frames_of_the_program() {
        let backtrace = "\
   0: std::backtrace::Backtrace::create
             at /rustc/abc/library/std/src/backtrace.rs:331:13
   1: rust_begin_unwind
   2: shop::orders::price
             at ./src/orders.rs:12:5
   3: shop::orders::OrderWorkflow::run::{{closure}}
             at ./src/orders.rs:40:9
   4: <core::pin::Pin<P> as core::future::future::Future>::poll
             at /rustc/abc/library/core/src/future/future.rs:133:9
   5: tokio::runtime::park::block_on
   6: main";
        assert_eq!(
            own_frames(backtrace),
            "shop::orders::price (./src/orders.rs:12:5), \
             shop::orders::OrderWorkflow::run::{{closure}} (./src/orders.rs:40:9), main"
        );
    }
}
