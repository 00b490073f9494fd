//! The report at the start of workers: as a value and in the log.

use durable::prelude::*;
use durable::worker::{DeploymentVersion, VersioningBehavior};
use durable_tests::{client, unique};

#[tokio::test]
async fn the_report_says_what_is_served_with_which_options_and_where() -> durable::Result<()> {
    let client = client().await;
    let queue = unique("reported");
    let name = queue.clone();
    let version = DeploymentVersion::new("reported", "42");
    let workers = Workers::new(&client)
        .queues(["serving"])
        .worker_options(move |options| {
            options.task_queue.clone_from(&name);
            options.max_cached_workflows = 7;
            options.max_worker_activities_per_second = Some(2.5);
        })
        .deployment_version(version, VersioningBehavior::Pinned)
        .drain_timeout(Duration::from_secs(3))
        .start()
        .await?;
    let report = workers.report().clone();
    assert_eq!(report.durable_version, "0.1.0");
    assert_eq!(report.server, client.address());
    assert_eq!(report.namespace, "default");
    assert_eq!(report.drain_timeout, Duration::from_secs(3));
    assert_eq!((report.stop_timeout, report.max_restarts), (Duration::from_secs(10), 5));
    assert_eq!(report.deadlock_timeout, Some(Duration::from_secs(2)));
    assert_eq!(report.max_stuck_workflows, 4);
    assert_eq!(report.recycle_after_activities, 100_000);
    assert_eq!(report.backlog_interval, Duration::from_secs(15));
    let [served] = report.queues.as_slice() else { panic!("{report:?}") };
    assert_eq!(served.queue, queue);
    assert_eq!(
        served.workflows,
        [
            "Careful", "Echo", "Nearby", "Rude", "Spinning", "Steady", "Steps", "Stubborn",
            "Yielding"
        ]
    );
    assert_eq!(
        served.activities,
        ["attentive", "careful", "rude", "steady", "step", "stubborn", "yielding"]
    );
    assert_eq!(served.options.workflow_cache_size, 7);
    assert_eq!(served.options.activity_slots, Some(100));
    assert_eq!(served.options.activities_per_second, Some(2.5));
    assert_eq!(served.options.deployment.as_deref(), Some("reported"));
    assert_eq!(served.options.build_id, "42");

    let text = report.to_string();
    for part in [
        "durable 0.1.0 on the Temporal Rust SDK 1.1.1 serves namespace `default` of 127.0.0.1:",
        "activities: attentive, careful, rude, steady, step, stubborn, yielding",
        "; deadlock timeout 2s, at most 4 stuck workflows; workers are replaced after 100000 activities",
        "cache: 7 workflows",
        "activities a second: 2.5",
        "build `42` of deployment `reported`",
    ] {
        assert!(text.contains(part), "no `{part}` in {text}");
    }
    workers.shutdown().await
}

#[tokio::test]
async fn the_report_has_what_the_configuration_says_of_recycling_and_backlogs()
-> durable::Result<()> {
    let text = "temporal: { worker: { recycle_after_activities: 0, backlog_interval_s: 30 } }";
    let server = [("TEMPORAL_ADDRESS", client().await.address().to_owned())];
    let config = durable::config::Config::loader().text(text).environment(server).load()?;
    let client = Client::builder().config(&config).connect().await?;
    let queue = unique("reported");
    let workers = Workers::new(&client)
        .queues(["serving"])
        .worker_options(move |options| options.task_queue.clone_from(&queue))
        .start()
        .await?;
    let report = workers.report().clone();
    assert_eq!(report.recycle_after_activities, 0);
    assert_eq!(report.backlog_interval, Duration::from_secs(30));
    assert!(!report.to_string().contains("replaced"), "{report}");
    workers.shutdown().await
}
