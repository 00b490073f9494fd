//! The workflow threads of a queue. Each is an SDK worker with its share of the limits of the queue.
//!
//! SDK 1.1.1 runs all workflows of a worker on one thread. Several workers of one queue use several
//! processors. The server gives each workflow to one of them, which keeps it in its cache.

use std::num::NonZeroU32;

use temporalio_sdk::WorkerOptions;

use super::id::WorkerId;
use super::pool::Workers;
use super::settings::WorkerSettings;

/// The share of one thread in the limits of its queue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) thread: u32,
    threads: NonZeroU32,
}

impl Share {
    /// Returns the shares of the threads that the settings ask for.
    pub(super) fn of_each(settings: &WorkerSettings) -> impl Iterator<Item = Self> + use<> {
        let threads = settings.threads();
        (0..threads.get()).map(move |thread| Self { thread, threads })
    }

    /// Returns the part of a count. The parts of all threads add up to it.
    pub(super) fn of(self, count: u32) -> u32 {
        count / self.threads + u32::from(self.thread < count % self.threads)
    }

    /// Returns the part of a count that is at least so large, unless the count is zero.
    pub(super) fn at_least(self, least: u32, count: u32) -> u32 {
        if count == 0 { 0 } else { self.of(count).max(least) }
    }

    /// Returns the part of a rate.
    pub(super) fn of_rate(self, rate: f64) -> f64 {
        rate / f64::from(self.threads.get())
    }
}

impl WorkerSettings {
    /// Returns the number of workflow threads: the one that is set, but no more than every thread has a
    /// slot of each kind.
    fn threads(&self) -> NonZeroU32 {
        // A worker with a cache needs two slots for workflow tasks.
        let for_tasks = if self.workflow_cache_size > 0 { 2 } else { 1 };
        let most = [
            self.max_concurrent_activities,
            self.max_concurrent_local_activities,
            self.max_concurrent_workflow_tasks / for_tasks,
        ];
        let threads = most.into_iter().fold(self.workflow_threads, u32::min);
        NonZeroU32::new(threads).unwrap_or(NonZeroU32::MIN)
    }
}

/// Makes a further worker of a queue another one for the SDK's client, which refuses two workers of a
/// queue with the same build id (SDK 1.1.1).
pub(super) fn distinguish(options: &mut WorkerOptions, id: WorkerId) {
    let build_id = &mut options.deployment_options.version.build_id;
    *build_id = format!("{build_id}-{}", id.thread + 1);
}

impl Workers {
    /// Sets the number of threads on which each queue runs its workflows. The default is what is
    /// configured, or else 1.
    ///
    /// More threads help when the code of workflows computes. A workflow stays on its thread as long as it
    /// is in memory. The limits of a queue, such as the size of its cache, are divided among its threads.
    /// So there are never more threads than slots for workflow tasks (two for each thread), activities or
    /// local activities. The further threads have the build id with `-2`, `-3` and so on, which
    /// descriptions show, but for [deployment versions](Self::deployment_version), whose further threads
    /// have a connection of their own.
    pub fn workflow_threads(mut self, count: u32) -> Self {
        self.settings.change(move |settings| {
            let queues = settings.queues.values_mut();
            for worker in queues.chain([&mut settings.worker]) {
                worker.workflow_threads = count;
            }
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Share, WorkerSettings};

    fn shares(settings: &WorkerSettings) -> Vec<Share> {
        Share::of_each(settings).collect()
    }

    #[test]
    fn the_parts_of_a_limit_add_up_to_it() {
        for threads in 1..=7 {
            let settings =
                WorkerSettings { workflow_threads: threads, ..WorkerSettings::default() };
            let shares = shares(&settings);
            assert_eq!(shares.len(), threads as usize);
            for count in [7, 8, 100, 1000] {
                let parts = shares.iter().map(|share| share.of(count));
                assert_eq!(parts.clone().sum::<u32>(), count);
                assert!(
                    parts
                        .clone()
                        .max()
                        .zip(parts.min())
                        .is_some_and(|(most, least)| most - least <= 1)
                );
            }
            let rate: f64 = shares.iter().map(|share| share.of_rate(10.0)).sum();
            assert!((rate - 10.0).abs() < 1e-9, "{rate}");
            assert!(
                shares.iter().all(|share| share.at_least(2, 3) >= 2 && share.at_least(1, 0) == 0)
            );
        }
    }

    #[test]
    fn every_thread_has_a_slot_of_each_kind() {
        let wanted = WorkerSettings { workflow_threads: 4, ..WorkerSettings::default() };
        for (settings, threads) in [
            (WorkerSettings { max_concurrent_activities: 1, ..wanted.clone() }, 1),
            (WorkerSettings { max_concurrent_local_activities: 3, ..wanted.clone() }, 3),
            (WorkerSettings { max_concurrent_workflow_tasks: 4, ..wanted.clone() }, 2),
            (
                WorkerSettings {
                    max_concurrent_workflow_tasks: 4,
                    workflow_cache_size: 0,
                    ..wanted.clone()
                },
                4,
            ),
            (WorkerSettings { workflow_threads: 0, ..wanted.clone() }, 1),
            (wanted, 4),
        ] {
            assert_eq!(shares(&settings).len(), threads, "{settings:?}");
        }
    }
}
