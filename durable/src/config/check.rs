//! Invalid combinations of values, found after the layers were merged.

use std::time::Duration;

use super::error::ConfigProblem;
use super::keys::{ActivityKeys, OneQueue, Retry, Temporal, WorkerKeys, WorkflowKeys};
use super::mistake::ConfigMistake;
use super::section::{Key, Located};
use super::types::KeyType;
use super::value::{Values, in_file};
use super::{encryption, options, serving};
use crate::address::{Address, InvalidAddress};
use crate::options::{ActivityOptions, InvalidOptions, OptionName, WorkflowOptions};
use crate::worker::WorkerSettings;

/// Renames `tls_enabled`, which is another name of `tls`.
pub(super) fn one_name_for_tls(layer: &mut Values, problems: &mut Vec<ConfigProblem>) {
    let keys = Temporal::of(layer);
    let alias = &keys.tls_enabled.0;
    let (Some(value), Some(source)) = (alias.get(), alias.source()) else { return };
    if keys.tls.is_set() {
        let problem = "this is another name of `tls`, which is also set";
        let mistake = ConfigMistake::Contradiction { problem, fix: REMOVE_ONE };
        problems.push(ConfigProblem::of_key(source.clone(), &in_file(alias.path()), mistake));
    } else {
        keys.tls.put(value, source.clone(), layer);
    }
    layer.0.remove(alias.path());
}

const REMOVE_ONE: &str = "remove one of them";

/// Finds the invalid combinations.
pub(super) fn combinations(keys: &Temporal, problems: &mut Vec<ConfigProblem>) {
    let mut checking = Checking { keys, problems };
    checking.connection();
    checking.tls();
    checking.headers();
    checking.proxy();
    encryption::check(keys, checking.problems);
    checking.workflows();
    checking.activities();
    checking.workers();
    checking.codec_server();
}

struct Checking<'a> {
    keys: &'a Temporal,
    problems: &'a mut Vec<ConfigProblem>,
}

impl Checking<'_> {
    fn connection(&mut self) {
        let keys = self.keys;
        if let Some(url) = keys.url.get()
            && let Err(error) = Address::parse(url)
        {
            let (reason, form) = (error.to_string(), "`host:port` or a URL");
            self.problem(&keys.url, ConfigMistake::InvalidAddress { reason, form });
        }
        for key in [&keys.connect_timeout_s, &keys.connect_limit_s] {
            if key.get().is_some_and(Duration::is_zero) {
                self.problem(key, ConfigMistake::ZeroTime);
            }
        }
    }

    fn tls(&mut self) {
        let keys = self.keys;
        let scheme = keys.url.get().and_then(|url| Address::parse(url).ok()?.scheme);
        if let (Some(scheme), Some(is_on), Some(by)) = (scheme, keys.tls.get(), keys.tls.source())
            && scheme.is_tls() != *is_on
        {
            let (scheme, by) = (scheme.to_string(), by.clone());
            let mistake = ConfigMistake::TlsContradiction { scheme, is_on: *is_on, by };
            self.problem(&keys.url, mistake);
        }
        if scheme.is_some_and(|scheme| !scheme.is_tls()) && !keys.tls.is_set() {
            let problem = "`url` begins with `http://`, which means no TLS";
            let fix = "write `https://`, or `tls: false` for a connection without TLS";
            let of_tls: [&dyn Located; 3] =
                [&keys.server_ca_cert, &keys.client_cert, &keys.tls_server_name];
            for key in of_tls.into_iter().filter(|key| key.source().is_some()) {
                self.problem(key, ConfigMistake::Contradiction { problem, fix });
            }
        }
        let reason = "a certificate needs its key, and a key its certificate";
        self.both(&keys.client_cert, &keys.client_key, reason);
    }

    /// Checks the headers, which are sent with every call.
    fn headers(&mut self) {
        let can_be_sent = |value: &String| value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let keys = self.keys;
        if !keys.api_key.get().is_none_or(can_be_sent) {
            self.problem(&keys.api_key, ConfigMistake::InvalidHeaderValue);
        }
        if keys.api_key.is_set() {
            let problem = "`api_key` is set too";
            let mistake = ConfigMistake::Contradiction { problem, fix: REMOVE_ONE };
            self.problem(&keys.api_key_file, mistake);
        }
        for (name, header) in keys.headers.iter() {
            let is_name =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            if !name.bytes().all(is_name) || name.ends_with("-bin") {
                self.problem(header, ConfigMistake::InvalidHeaderName);
            }
            if name == "authorization" && (keys.api_key.is_set() || keys.api_key_file.is_set()) {
                let problem = "the API key is sent as this header too";
                self.problem(header, ConfigMistake::Contradiction { problem, fix: REMOVE_ONE });
            }
            if !header.get().is_none_or(can_be_sent) {
                self.problem(header, ConfigMistake::InvalidHeaderValue);
            }
        }
    }

    /// Checks the proxy. Its address is shown, so it must not contain a password.
    fn proxy(&mut self) {
        let keys = self.keys;
        let Some(address) = keys.proxy.get() else { return };
        let mistake = match Address::parse_proxy(address) {
            Ok(_) => None,
            Err(InvalidAddress::CredentialsOfProxy) => Some(ConfigMistake::CredentialsInAddress),
            Err(InvalidAddress::UnsupportedProxy) => Some(ConfigMistake::UnsupportedProxy),
            Err(error) => {
                let (reason, form) = (error.to_string(), "`host:port`");
                Some(ConfigMistake::InvalidAddress { reason, form })
            }
        };
        if let Some(mistake) = mistake {
            self.problem(&keys.proxy, mistake);
        }
        let reason = "a user needs a password, and a password a user";
        self.both(&keys.proxy_user, &keys.proxy_password, reason);
    }

    fn codec_server(&mut self) {
        let keys = &self.keys.codec_server.keys;
        if keys.bearer_token.is_set() {
            let problem = "`bearer_token` is set too";
            let mistake = ConfigMistake::Contradiction { problem, fix: REMOVE_ONE };
            self.problem(&keys.bearer_token_file, mistake);
        }
        if !keys.jwt_audiences.is_set() && !keys.jwt_issuers.is_set() {
            let reason = "without an audience or an issuer, every token of the keys is accepted";
            let other = keys.jwt_audiences.name();
            self.problem(&keys.jwks_url, ConfigMistake::Incomplete { reason, other });
        }
        let reason = "a certificate needs its key, and a key its certificate";
        self.both(&keys.tls_cert, &keys.tls_key, reason);
        if keys.timeout_s.get().is_some_and(Duration::is_zero) {
            self.problem(&keys.timeout_s, ConfigMistake::ZeroTime);
        }
    }

    fn workflows(&mut self) {
        let keys = &self.keys.workflows.keys;
        let configured = options::of(self.keys);
        let nothing = WorkflowOptions::default;
        let resolved = nothing().resolve(nothing(), configured.of_workflow(""));
        self.options(resolved.err(), |option| workflow_key(&keys.all.0, option));
        for (name, chosen) in keys.types.iter() {
            let resolved = nothing().resolve(nothing(), configured.of_workflow(name));
            self.options(resolved.err(), |option| workflow_key(&chosen.keys.one.0, option));
        }
    }

    fn activities(&mut self) {
        let keys = &self.keys.activities.keys;
        let configured = options::of(self.keys);
        let nothing = ActivityOptions::default;
        let resolved = nothing().resolve(nothing(), configured.of_activity(""));
        self.options(resolved.err(), |option| activity_key(&keys.all.0, option));
        for (name, chosen) in keys.types.iter() {
            let resolved = nothing().resolve(nothing(), configured.of_activity(name));
            self.options(resolved.err(), |option| activity_key(&chosen.keys.one.0, option));
        }
    }

    /// Reports the problems of merged options, each at the first of its options that is set.
    fn options<'k>(
        &mut self,
        invalid: Option<InvalidOptions>,
        key: impl Fn(OptionName) -> Option<&'k dyn Located>,
    ) {
        for problem in invalid.into_iter().flat_map(|invalid| invalid.problems) {
            let mut keys = problem.options().iter().filter_map(|option| key(*option));
            // A type without settings of its own has the problem of all types, which was reported.
            if let Some(set) = keys.find(|key| key.source().is_some()) {
                self.problem(set, ConfigMistake::InvalidOption(problem));
            }
        }
    }

    fn workers(&mut self) {
        let keys = &self.keys.worker.keys;
        let of_all = serving::of_all(self.keys).worker;
        self.worker(None, &keys.all.0, &of_all);
        for (_, chosen) in keys.queues.iter() {
            let settings = serving::of_queue(&of_all, &chosen.keys);
            self.worker(Some(&chosen.keys), &keys.all.0, &settings);
        }
    }

    fn worker(&mut self, queue: Option<&OneQueue>, all: &WorkerKeys, settings: &WorkerSettings) {
        let own = queue.map_or(all, |queue| &queue.one.0);
        if settings.workflow_cache_size > 0 {
            if settings.max_concurrent_workflow_tasks < 2 {
                let mistake = ConfigMistake::TooFewForCache;
                self.problem_of_worker(
                    own,
                    all,
                    |keys| &keys.max_concurrent_workflow_tasks,
                    mistake,
                );
            }
            if settings.workflow_pollers.is_some_and(|pollers| pollers < 2) {
                let mistake = ConfigMistake::TooFewForCache;
                self.problem_of_worker(own, all, |keys| &keys.workflow_pollers, mistake);
            }
        }
        let reason = "a worker needs both targets";
        match (settings.target_memory_usage, settings.target_cpu_usage) {
            (Some(_), None) => {
                let mistake =
                    ConfigMistake::Incomplete { reason, other: own.target_cpu_usage.name() };
                self.problem_of_worker(own, all, |keys| &keys.target_memory_usage, mistake);
            }
            (None, Some(_)) => {
                let other = own.target_memory_usage.name();
                let mistake = ConfigMistake::Incomplete { reason, other };
                self.problem_of_worker(own, all, |keys| &keys.target_cpu_usage, mistake);
            }
            _ => {}
        }
    }

    /// Reports a problem of a worker's key at the place that sets it: the queue, or all queues. A problem
    /// of all queues is reported once.
    fn problem_of_worker<K: KeyType>(
        &mut self,
        own: &WorkerKeys,
        all: &WorkerKeys,
        key: fn(&WorkerKeys) -> &Key<K>,
        mistake: ConfigMistake,
    ) {
        let set = if key(own).is_set() { key(own) } else { key(all) };
        let path = in_file(set.path());
        if !self.problems.iter().any(|known| known.key == path) {
            self.problem(set, mistake);
        }
    }

    /// Reports a key without the other that it needs.
    fn both<A: KeyType, B: KeyType>(&mut self, one: &Key<A>, other: &Key<B>, reason: &'static str) {
        if !other.is_set() {
            self.problem(one, ConfigMistake::Incomplete { reason, other: other.name() });
        }
        if !one.is_set() {
            self.problem(other, ConfigMistake::Incomplete { reason, other: one.name() });
        }
    }

    /// Reports a mistake of a key, if it is set.
    fn problem(&mut self, key: &dyn Located, mistake: ConfigMistake) {
        if let Some(source) = key.source() {
            let source = source.clone();
            self.problems.push(ConfigProblem::of_key(source, &in_file(key.path()), mistake));
        }
    }
}

/// Returns the key of an option, if the configuration has one.
fn workflow_key(keys: &WorkflowKeys, option: OptionName) -> Option<&dyn Located> {
    match option {
        OptionName::ExecutionTimeout => Some(&keys.execution_timeout_s),
        OptionName::RunTimeout => Some(&keys.run_timeout_s),
        other => retry_key(&keys.retry.keys, other),
    }
}

/// Returns the key of an option, if the configuration has one.
fn activity_key(keys: &ActivityKeys, option: OptionName) -> Option<&dyn Located> {
    match option {
        OptionName::StartToCloseTimeout => Some(&keys.start_to_close_timeout_s),
        OptionName::ScheduleToCloseTimeout => Some(&keys.schedule_to_close_timeout_s),
        other => retry_key(&keys.retry.keys, other),
    }
}

fn retry_key(keys: &Retry, option: OptionName) -> Option<&dyn Located> {
    match option {
        OptionName::InitialInterval => Some(&keys.initial_interval_seconds),
        OptionName::MaximumInterval => Some(&keys.maximum_interval_seconds),
        OptionName::BackoffCoefficient => Some(&keys.backoff_coefficient),
        _ => None,
    }
}
