//! Faults: user code that panics, in every place where it runs and by every way to get there. A worker
//! survives all of it. And chaos: whatever is killed, nothing is lost.

#[cfg(unix)]
mod chaos;
mod clients;
mod converted;
mod intercepted;
mod plugged;
mod poison;
mod state;
mod subjects;
mod table;

/// The short form of the chaos. CONTRIBUTING.md has the long one.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workflows_survive_chaos_exactly_and_a_healthy_queue_is_served_meanwhile() {
    let duration = std::time::Duration::from_secs(20);
    let report = chaos::run(chaos::Plan { workflows: 30, duration, workers: 2, seed: 7 }).await;
    println!("{report}");
}
