//! A watch over a weather station, for as long as somebody wants it. Each run takes some readings, and
//! hands what it knows to the next one, so no history grows without end.

use durable::prelude::*;
use durable::workflow::ContinueAsNewOptions;

/// The most readings that a run takes. The server suggests a new run only after thousands of events.
const READINGS_OF_A_RUN: u32 = 3;

/// All that goes from run to run, and the input of the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    pub station: String,
    pub interval: Duration,
    /// The number of readings. `None` means until it is stopped.
    pub limit: Option<u32>,
    #[serde(default)]
    pub readings: u32,
    #[serde(default)]
    pub warmest: Option<f64>,
    #[serde(default)]
    pub runs: u32,
    #[serde(default)]
    pub stopped: bool,
}

impl Watch {
    /// A watch that has just begun.
    pub fn new(station: &str, interval: Duration) -> Self {
        let station = station.to_owned();
        Self { station, interval, limit: None, readings: 0, warmest: None, runs: 0, stopped: false }
    }

    fn is_over(&self) -> bool {
        self.stopped || self.limit.is_some_and(|limit| self.readings >= limit)
    }
}

/// Reads the temperature at a station.
#[activity(queue = "continue-as-new", start_to_close_timeout = "10s")]
pub async fn read_temperature(station: String, reading: u32) -> Result<f64, ActivityError> {
    // A warm day, somewhere around the tenth reading.
    let hour = f64::from(reading) / 10.0;
    Ok(f64::from(u32::try_from(station.len()).unwrap_or_default()) + 10.0 * (1.5 * hour).sin())
}

/// Watches a station until it is told to stop, or has what is wanted.
#[workflow(queue = "continue-as-new", id = "watch-{station}")]
pub struct StationWatch {
    watch: Watch,
}

#[workflow_methods]
impl StationWatch {
    /// Takes what the run before has handed over, so that it is there when the first signal comes.
    #[init]
    fn new(watch: Watch) -> Self {
        Self { watch: Watch { runs: watch.runs + 1, ..watch } }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Watch> {
        for _ in 0..READINGS_OF_A_RUN {
            Self::take_reading(ctx).await?;
            if ctx.state(|state| state.watch.is_over()) {
                ctx.handlers_finished().await?;
                return Ok(ctx.state(|state| state.watch.clone()));
            }
            ctx.continue_as_new_when_suggested(|state| state.watch.clone()).await?;
        }
        // First wait, then look: a handler that still runs may change what goes to the next run.
        ctx.handlers_finished().await?;
        let watch = ctx.state(|state| state.watch.clone());
        match ctx.continue_as_new(watch, ContinueAsNewOptions::default())? {}
    }

    /// Stops at the next reading.
    #[signal]
    fn stop(&mut self) {
        self.watch.stopped = true;
    }

    /// Reads more often, or less.
    #[signal]
    fn set_interval(&mut self, interval: Duration) {
        self.watch.interval = interval;
    }

    /// Returns the state of the watch.
    #[query]
    fn watch(&self) -> Watch {
        self.watch.clone()
    }
}

impl StationWatch {
    async fn take_reading(ctx: &WorkflowContext<Self>) -> WorkflowResult<()> {
        let (station, reading, interval) = ctx.state(|state| {
            let Watch { station, readings, interval, .. } = &state.watch;
            (station.clone(), *readings, *interval)
        });
        let temperature = read_temperature::execute(ctx, station, reading).await?;
        ctx.state_mut(|state| {
            let watch = &mut state.watch;
            watch.readings += 1;
            watch.warmest = Some(watch.warmest.map_or(temperature, |it| it.max(temperature)));
        });
        ctx.wait_condition_timeout(|state| state.watch.is_over(), interval).await?;
        Ok(())
    }
}
