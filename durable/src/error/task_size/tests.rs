//! Decisions about sizes, with every limit and in replays.

use std::collections::HashSet;

use super::super::payload_limit::PayloadLimit;
use super::*;

/// A run with the markers of its history.
#[derive(Default)]
struct Recorded {
    replayed: Option<HashSet<String>>,
    markers: RefCell<HashSet<String>>,
    task: Cell<u32>,
    sent: Rc<Sent>,
}

impl Run for Recorded {
    fn is_replaying(&self) -> bool {
        self.replayed.is_some()
    }

    fn task(&self) -> u32 {
        self.task.get()
    }

    fn mark(&self, id: &str) -> bool {
        if let Some(replayed) = &self.replayed {
            return replayed.contains(id);
        }
        self.markers.borrow_mut().insert(id.to_owned())
    }

    fn sent(&self) -> &Rc<Sent> {
        &self.sent
    }
}

/// Sends values of these sizes in KiB with a limit, and returns which are refused.
fn send(run: Recorded, limit: &PayloadLimit, sizes: &[usize]) -> (String, HashSet<String>) {
    limit.clone().apply_to_workflows();
    let run = Rc::new(run);
    let current: Rc<dyn Run> = run.clone();
    let refused = sizes.iter().map(|kib| {
        let payload = Payload { data: vec![0; kib << 10], ..Payload::default() };
        let value = Value::new("input of activity", "charge");
        match within(&current, || check(&[payload], &value)) {
            Ok(()) => '.',
            Err(ValueError::TooLarge(_)) => 'v',
            Err(_) => 't',
        }
    });
    let refused = refused.collect();
    PayloadLimit::default().apply_to_workflows();
    (refused, run.markers.take())
}

#[test]
fn replays_decisions_with_every_other_limit() {
    let limits = [PayloadLimit::default(), PayloadLimit::new(64 << 10), PayloadLimit::new(0)];
    let sizes = [1, 100, 1500, 1500, 1500, 3000, 1, 50];
    for (limit, refused, markers) in
        [(&limits[0], "....tvtt", 1), (&limits[1], ".vvvvv..", 4), (&limits[2], "........", 1)]
    {
        let (sent, marked) = send(Recorded::default(), limit, &sizes);
        assert_eq!((sent.as_str(), marked.len()), (refused, markers), "{limit:?}");
        for other in &limits {
            let run = Recorded { replayed: Some(marked.clone()), ..Recorded::default() };
            assert_eq!(send(run, other, &sizes).0, refused, "{limit:?}, replayed with {other:?}");
        }
    }
}

#[test]
fn counts_each_task_anew() {
    let run = Rc::new(Recorded::default());
    let current: Rc<dyn Run> = run.clone();
    let value = Value::new("input of activity", "charge");
    let payload = || [Payload { data: vec![0; 1500 << 10], ..Payload::default() }];
    for (task, fits) in [(3, true), (3, true), (3, false), (9, true)] {
        run.task.set(task);
        let checked = within(&current, || check(&payload(), &value));
        assert_eq!(checked.is_ok(), fits, "task {task}");
    }
}

/// Makes small calls in two tasks, and returns which were accepted.
fn many_small(run: Recorded, tasks: [u32; 2]) -> (Vec<bool>, HashSet<String>) {
    let run = Rc::new(run);
    let current: Rc<dyn Run> = run.clone();
    let value = Value::new("input of activity", "charge");
    let payload = [Payload { data: vec![0; 900], ..Payload::default() }];
    let accepted = tasks.into_iter().flat_map(|task| {
        run.task.set(task);
        let call = || within(&current, || check(&payload, &value)).is_ok();
        (0..4000).map(|_| call()).collect::<Vec<_>>()
    });
    let accepted = accepted.collect();
    (accepted, run.markers.take())
}

#[test]
fn replays_refused_small_calls_without_the_boundaries_of_the_tasks() {
    let (accepted, markers) = many_small(Recorded::default(), [3, 9]);
    let first = accepted[..4000].iter().filter(|accepted| **accepted).count();
    assert!((3000..4000).contains(&first), "{first}");
    assert!(accepted[4000], "a later task has room");
    assert_eq!(markers.len(), 3, "{markers:?}");
    for tasks in [[3, 9], [1, 1]] {
        let run = Recorded { replayed: Some(markers.clone()), ..Recorded::default() };
        assert!(many_small(run, tasks).0 == accepted, "{tasks:?}");
    }
}
