//! Settings that another setting switches off: they're shown as unused, and are no mistakes.
//!
//! So a file may have the paths of certificates and leave it to a variable whether TLS is on.

use std::collections::BTreeMap;

use super::value::{KeyPath, Values};

/// Settings that nobody reads, each with the reason.
#[derive(Clone, Default)]
pub(super) struct Unused {
    pub(super) values: Values,
    pub(super) reasons: BTreeMap<KeyPath, &'static str>,
}

const TLS: &[&str] = &["server_ca_cert", "client_cert", "client_key", "tls_server_name"];
const PROXY: &[&str] = &["proxy_user", "proxy_password"];
const CACHE: &str = "workflow_cache_size";
const STICKY: &str = "sticky_queue_schedule_to_start_timeout_ms";

/// Takes the settings out that another one switches off. With `enabled: false` all are left, as they
/// still say which server would be used.
pub(super) fn taken_out(values: &mut Values) -> Unused {
    let mut unused = Unused::default();
    let switches = values.clone();
    let is_enabled = is_enabled(&switches);
    values.0.retain(|path, found| {
        let Some(reason) = reason(&switches, path) else { return true };
        unused.reasons.insert(path.clone(), reason);
        if !is_enabled {
            return true;
        }
        unused.values.insert(path.clone(), found.clone());
        false
    });
    unused
}

/// Returns whether the program uses Temporal at all.
pub(super) fn is_enabled(values: &Values) -> bool {
    values.bool(&["enabled"]) != Some(false)
}

/// Returns the reason why a setting is unused, if it is.
pub(super) fn reason(values: &Values, path: &[String]) -> Option<&'static str> {
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    let is_off = |switch: &[&str]| values.bool(switch) == Some(false);
    let is_zero = |limit: &[&str]| values.count(limit) == Some(0);
    let rules: [(bool, &[&str], &'static str); 8] = [
        (!is_enabled(values), &["enabled"], "`enabled` is false"),
        (is_off(&["tls"]), &["tls"], "`tls` is false"),
        (is_plain(values), &["tls"], "`url` begins with `http://`, which means no TLS"),
        (!values.has(&["proxy"]), &["proxy"], "`proxy` is not set"),
        (is_off(&["worker", "enabled"]), &["worker", "enabled"], "`worker.enabled` is false"),
        (
            is_zero(&["worker", "max_restarts"]),
            &["worker", "max_restarts"],
            "`worker.max_restarts` is 0",
        ),
        (
            is_without_cache(values, &path),
            &["worker", CACHE],
            "`workflow_cache_size` is 0, so no worker keeps a workflow in memory",
        ),
        (is_off(&["dev_server", "ui"]), &["dev_server", "ui"], "`dev_server.ui` is false"),
    ];
    let mut applying = rules.iter().filter(|(applies, ..)| *applies);
    applying.find(|(_, switch, _)| depends(&path, switch)).map(|(.., reason)| *reason)
}

/// Returns whether a setting has an effect only while the switch is on.
fn depends(path: &[&str], switch: &[&str]) -> bool {
    match switch {
        ["enabled"] => path != ["enabled"],
        ["tls"] => matches!(path, [key] if TLS.contains(key)),
        ["proxy"] => matches!(path, [key] if PROXY.contains(key)),
        ["worker", "enabled"] => path[0] == "worker" && path != switch,
        ["worker", "max_restarts"] => path == ["worker", "restart_interval_s"],
        ["dev_server", "ui"] => path == ["dev_server", "ui_port"],
        // Whose cache is meant, `is_without_cache` has found out.
        _ => path.last() == Some(&STICKY),
    }
}

fn is_plain(values: &Values) -> bool {
    values.text(&["url"]).is_some_and(|url| url.starts_with("http://"))
}

/// Returns whether no worker that a setting is for has a cache.
fn is_without_cache(values: &Values, path: &[&str]) -> bool {
    let of_all = values.count(&["worker", CACHE]);
    let of_queue = |queue: &str| values.count(&["worker", "queues", queue, CACHE]);
    match path {
        ["worker", "queues", queue, _] => of_queue(queue).or(of_all) == Some(0),
        ["worker", _] => {
            let queues = values.names(&["worker", "queues"]);
            of_all == Some(0)
                && queues.iter().all(|queue| matches!(of_queue(queue), None | Some(0)))
        }
        _ => false,
    }
}
