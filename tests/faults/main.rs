//! Faults: user code that panics, in every place where it runs and by every way to get there. A worker
//! survives all of it.

mod plugged;
mod poison;
mod state;
mod subjects;
mod table;
