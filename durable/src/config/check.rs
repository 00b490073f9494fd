//! Invalid combinations of values, found after the layers were merged.

use super::error::ConfigProblem;
use super::options;
use super::value::{Value, ValueSource, Values, in_file};
use super::worker;
use crate::address::Address;
use crate::options::{ActivityOptions, InvalidOptions, WorkflowOptions};
use crate::worker::WorkerSettings;

/// Renames `tls_enabled`, which is another name of `tls`.
pub(super) fn one_name_for_tls(values: &mut Values, problems: &mut Vec<ConfigProblem>) {
    let Some(found) = values.0.remove(["tls_enabled".to_owned()].as_slice()) else { return };
    if values.has(&["tls"]) {
        problems.push(ConfigProblem {
            source: found.source,
            key: "temporal.tls_enabled".to_owned(),
            problem: "this is another name of `tls`, which is also set; remove one of them"
                .to_owned(),
        });
    } else {
        values.insert(vec!["tls".to_owned()], found);
    }
}

/// Finds the invalid combinations.
pub(super) fn combinations(values: &Values, problems: &mut Vec<ConfigProblem>) {
    let mut checking = Checking { values, problems };
    checking.connection();
    checking.options();
    checking.workers();
}

struct Checking<'a> {
    values: &'a Values,
    problems: &'a mut Vec<ConfigProblem>,
}

impl Checking<'_> {
    fn connection(&mut self) {
        let url = self.values.text(&["url"]).unwrap_or_default().to_owned();
        if let Err(error) = Address::parse(&url)
            && !url.is_empty()
        {
            let problem = format!("invalid address: {error}; write `host:port` or a URL");
            self.problem_if_set(&["url"], &problem);
        }
        self.headers();
        self.proxy();
        if self.values.bool(&["tls"]) == Some(false) {
            if url.starts_with("https://") {
                self.problem_if_set(
                    &["url"],
                    "`https://` means TLS, which `tls: false` turns off; remove one of them",
                );
            }
        } else if url.starts_with("http://") {
            let problem = "`http://` in `url` means no TLS; write the address as `host:port`";
            self.problem_if_set(&["tls"], problem);
        }
        for (one, other) in [("client_cert", "client_key"), ("client_key", "client_cert")] {
            if !self.values.has(&[other]) {
                let problem = format!(
                    "a certificate needs its key, and a key its certificate; set `{other}` too"
                );
                self.problem_if_set(&[one], &problem);
            }
        }
        for key in ["connect_timeout_s", "connect_limit_s"] {
            if self.values.duration(&[key]).is_some_and(|limit| limit.is_zero()) {
                self.problem_if_set(&[key], "expected more than 0 seconds");
            }
        }
    }

    /// Checks the proxy. Its address is shown, so it must not contain a password.
    fn proxy(&mut self) {
        let Some(address) = self.values.text(&["proxy"]) else { return };
        let is_url = address.contains("://");
        if address.contains('@') {
            let problem = "unexpected user or password in the address; set `proxy_user` and \
                           `proxy_password`";
            self.problem_if_set(&["proxy"], problem);
        } else if is_url && !address.starts_with("http://") {
            self.problem_if_set(&["proxy"], "only `http` proxies are supported; write `host:port`");
        } else if let Err(error) = Address::parse(address) {
            let problem = format!("invalid address: {error}; write `host:port`");
            self.problem_if_set(&["proxy"], &problem);
        }
        for (one, other) in [("proxy_user", "proxy_password"), ("proxy_password", "proxy_user")] {
            if !self.values.has(&[other]) {
                let problem =
                    format!("a user needs a password, and a password a user; set `{other}` too");
                self.problem_if_set(&[one], &problem);
            }
        }
    }

    /// Checks the headers, which are sent with every call.
    fn headers(&mut self) {
        let can_be_sent = |value: &str| value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let unsendable = "expected printable ASCII; a value that was read from a file may end with a line \
                          break";
        if self.values.text(&["api_key"]).is_some_and(|key| !can_be_sent(key)) {
            self.problem_if_set(&["api_key"], unsendable);
        }
        for name in self.values.names(&["headers"]) {
            let path = ["headers", &name];
            let is_name =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            if !name.bytes().all(is_name) || name.ends_with("-bin") {
                let problem = "invalid header name; expected lower-case letters, digits and `-`, and no \
                               `-bin` at the end";
                self.problem_if_set(&path, problem);
            }
            if name == "authorization" && self.values.has(&["api_key"]) {
                self.problem_if_set(
                    &path,
                    "`api_key` is sent as this header too; remove one of them",
                );
            }
            if self.values.text(&path).is_some_and(|value| !can_be_sent(value)) {
                self.problem_if_set(&path, unsendable);
            }
        }
    }

    fn options(&mut self) {
        let configured = options::of(self.values);
        let all = WorkflowOptions::default();
        self.invalid(&["workflows"], all.clone().resolve(all, configured.of_workflow("")).err());
        let all = ActivityOptions::default();
        self.invalid(&["activities"], all.clone().resolve(all, configured.of_activity("")).err());
        for name in self.values.names(&["workflows", "types"]) {
            let (call, annotation) = (WorkflowOptions::default(), WorkflowOptions::default());
            let resolved = call.resolve(annotation, configured.of_workflow(&name));
            self.invalid(&["workflows", "types", &name], resolved.err());
        }
        for name in self.values.names(&["activities", "types"]) {
            let (call, annotation) = (ActivityOptions::default(), ActivityOptions::default());
            let resolved = call.resolve(annotation, configured.of_activity(&name));
            self.invalid(&["activities", "types", &name], resolved.err());
        }
    }

    /// Reports the problems of merged options, at the keys that they mention.
    fn invalid(&mut self, section: &[&str], invalid: Option<InvalidOptions>) {
        for problem in invalid.into_iter().flat_map(|invalid| invalid.problems) {
            let mentioned = |path: &[String]| {
                let name = path.last().map_or("", String::as_str);
                let stem = name.trim_end_matches("_s").trim_end_matches("_seconds");
                path.iter().zip(section).all(|(part, want)| part == want)
                    && path.len() > section.len()
                    && !path[section.len()..].contains(&"types".to_owned())
                    && problem.contains(stem)
            };
            // A type without settings of its own has the problem of all types, which was reported.
            let Some((path, found)) = self.values.0.iter().find(|(path, _)| mentioned(path)) else {
                continue;
            };
            self.problems.push(ConfigProblem {
                source: found.source.clone(),
                key: in_file(path),
                problem,
            });
        }
    }

    fn workers(&mut self) {
        self.worker(&["worker"], &worker::settings(self.values, None));
        for queue in self.values.names(&["worker", "queues"]) {
            let settings = worker::settings(self.values, Some(&queue));
            self.worker(&["worker", "queues", &queue], &settings);
        }
    }

    fn worker(&mut self, section: &[&str], settings: &WorkerSettings) {
        let two = "expected at least 2 for a worker with a cache: one for workflows in memory, and one for \
                   others; set it to 2 or more, or `workflow_cache_size` to 0";
        if settings.workflow_cache_size > 0 {
            if settings.max_concurrent_workflow_tasks < 2 {
                self.problem_of_worker(section, "max_concurrent_workflow_tasks", two);
            }
            if settings.workflow_pollers.is_some_and(|pollers| pollers < 2) {
                self.problem_of_worker(section, "workflow_pollers", two);
            }
        }
        let (memory, cpu) = ("target_memory_usage", "target_cpu_usage");
        let is_set = [settings.target_memory_usage.is_some(), settings.target_cpu_usage.is_some()];
        let alone = match is_set {
            [true, false] => Some((memory, cpu)),
            [false, true] => Some((cpu, memory)),
            _ => None,
        };
        if let Some((one, other)) = alone {
            let problem = format!("a worker needs both targets; set `{other}` too");
            self.problem_of_worker(section, one, &problem);
        }
    }

    /// Reports a problem of a worker's key at the place that sets it: the queue, or all queues. A problem
    /// of all queues is reported once.
    fn problem_of_worker(&mut self, section: &[&str], key: &str, problem: &str) {
        let of_queue = [section, &[key]].concat();
        let set = if self.values.has(&of_queue) { of_queue } else { vec!["worker", key] };
        let path: Vec<_> = set.iter().map(|part| (*part).to_owned()).collect();
        if !self.problems.iter().any(|known| known.key == in_file(&path)) {
            self.problem_if_set(&set, problem);
        }
    }

    /// Reports a problem of a key, if it is set.
    fn problem_if_set(&mut self, path: &[&str], problem: &str) {
        if let Some(found) = self.values.get(path)
            && found.value != Value::Bool(false)
            && found.source != ValueSource::BuiltIn
        {
            let path = path.iter().map(|part| (*part).to_owned()).collect();
            self.problems.push(ConfigProblem {
                source: found.source.clone(),
                key: in_file(&path),
                problem: problem.to_owned(),
            });
        }
    }
}
