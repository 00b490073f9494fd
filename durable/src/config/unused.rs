//! Settings that another setting switches off: they're shown as unused, and are no mistakes.
//!
//! So a file may have the paths of certificates and leave it to a variable whether TLS is on.

use std::collections::BTreeMap;
use std::time::Duration;

use super::keys::{OneQueue, Temporal, Worker};
use super::section::{Key, Located};
use super::types::Bool;
use super::value::{KeyPath, Values};

/// Settings that nobody reads, each with the reason.
#[derive(Clone, Default)]
pub(super) struct Unused {
    pub(super) values: Values,
    pub(super) reasons: BTreeMap<KeyPath, &'static str>,
}

/// Takes the settings out that another one switches off. With `enabled: false` all are left, as they
/// still say which server would be used.
pub(super) fn taken_out(values: &mut Values) -> Unused {
    let mut unused = Unused::default();
    let keys = Temporal::of(values);
    values.0.retain(|path, found| {
        let Some(reason) = reason(&keys, path) else { return true };
        unused.reasons.insert(path.clone(), reason);
        if !is_enabled(&keys) {
            return true;
        }
        unused.values.insert(path.clone(), found.clone());
        false
    });
    unused
}

/// Returns whether the program uses Temporal at all.
pub(super) fn is_enabled(keys: &Temporal) -> bool {
    keys.enabled.get() != Some(&false)
}

/// Returns the reason why a setting is unused, if it is.
pub(super) fn reason(keys: &Temporal, path: &[String]) -> Option<&'static str> {
    let is = |key: &dyn Located| key.path() == path;
    let is_off = |key: &Key<Bool>| key.get() == Some(&false);
    let worker = &keys.worker.keys;
    let is_of_tls = is(&keys.server_ca_cert)
        || is(&keys.client_cert)
        || is(&keys.client_key)
        || is(&keys.tls_server_name);
    let is_of_proxy = is(&keys.proxy_user) || is(&keys.proxy_password);
    let codec_server = &keys.codec_server.keys;
    let is_of_jwt = is(&codec_server.jwks_ca_cert)
        || is(&codec_server.jwt_audiences)
        || is(&codec_server.jwt_issuers);
    let is_of_worker = path.starts_with(keys.worker.path()) && !is(&worker.enabled);
    let rules = [
        (!is(&keys.enabled) && !is_enabled(keys), "`enabled` is false"),
        (is_of_tls && is_off(&keys.tls), "`tls` is false"),
        (
            is(&keys.compression.keys.level) && !keys.compression.keys.above_bytes.is_set(),
            "`compression.above_bytes` is not set",
        ),
        (is_of_proxy && !keys.proxy.is_set(), "`proxy` is not set"),
        (is_of_worker && is_off(&worker.enabled), "`worker.enabled` is false"),
        (
            is(&worker.restart_interval_s) && worker.max_restarts.get() == Some(&0),
            "`worker.max_restarts` is 0",
        ),
        (
            is(&worker.max_stuck_workflows)
                && worker.deadlock_timeout_s.get().is_some_and(Duration::is_zero),
            "`worker.deadlock_timeout_s` is 0",
        ),
        (
            is_of_missing_cache(worker, path),
            "`workflow_cache_size` is 0, so no worker keeps a workflow in memory",
        ),
        (
            is(&keys.dev_server.keys.ui_port) && is_off(&keys.dev_server.keys.ui),
            "`dev_server.ui` is false",
        ),
        (is_of_jwt && !codec_server.jwks_url.is_set(), "`codec_server.jwks_url` is not set"),
    ];
    rules.into_iter().find_map(|(applies, reason)| applies.then_some(reason))
}

/// Returns whether a setting is for the cache of workers none of which has one.
fn is_of_missing_cache(worker: &Worker, path: &[String]) -> bool {
    let all = &worker.all.0;
    let sticky = &all.sticky_queue_schedule_to_start_timeout_ms;
    let of_all = all.workflow_cache_size.get();
    let of = |queue: &OneQueue| queue.one.0.workflow_cache_size.get().copied();
    if path.last() != sticky.path().last() {
        return false;
    }
    if let Some([queue, _]) = path.strip_prefix(worker.queues.path()) {
        return worker.queues.get(queue).and_then(of).or(of_all.copied()) == Some(0);
    }
    let mut queues = worker.queues.iter().map(|(_, queue)| of(&queue.keys));
    of_all == Some(&0) && queues.all(|cache| matches!(cache, None | Some(0)))
}
