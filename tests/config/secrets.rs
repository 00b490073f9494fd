//! Secrets that are planted wherever a connection can be given one. No `Debug` and no message shows them.

use std::error::Error;

use durable::Client;
use durable::client::{ClientBuilder, ClientService, Pem, Tls};
use durable::config::Config;
use durable::dev_server::DevServer;

use crate::{load, printed};

/// A part of every planted secret.
const SECRET: &str = "hunter2";

/// Keys without a PEM header, as they are copied from a file by mistake.
const KEY: &str = "MC4CAQAwBQYDK2VwBCIEIHhunter2AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Formats a value, with and without line breaks.
fn debug(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}\n{value:#?}")
}

#[test]
fn settings_and_messages_of_the_configuration_show_no_secret() {
    for setting in [
        "api_key: hunter2",
        "api_key: \"hunter2\\n\"",
        "headers: { authorization: 'Bearer hunter2' }",
        "headers: { authorization: \"hunter2\\n\" }",
        "api_key: '${KEY-hunter2}'",
        "api_key: '${-hunter2}'",
        "api_key: '${hunter2'",
        "api_key: \"hunter2\"x",
        "api_key: !text hunter2",
        "api_key: [hunter2]",
        "api_key: { key: hunter2 }",
        "headers: hunter2",
        "headers: { authorization: [hunter2] }",
        "enabled: 'https://me:hunter2@temporal'",
        "connect_timeout_s: https://me:hunter2@temporal",
        "'https://me:hunter2@temporal': true",
        "worker: { queues: { 'https://me:hunter2@temporal': { enable: true } } }",
        "proxy: 'http://me:hunter2@127.0.0.1:1'",
        "proxy: 'me:hunter2@127.0.0.1:1'",
        "proxy: '127.0.0.1:1', proxy_user: me, proxy_password: hunter2",
        "url: 'https://hunter2@127.0.0.1:1'",
        "url: 'https://me:hunter2@127.0.0.1:1'",
        "url: 'me:hunter2@temporal'",
        "url: 'https://me:hunter2@'",
        &format!("client_key: {KEY}"),
        &format!("client_key: {KEY}, client_cert: {KEY}, server_ca_cert: {KEY}"),
        &format!("client_key: \"{KEY}\\n{KEY}\", client_cert: a.pem"),
    ] {
        let text = format!("temporal: {{ {setting} }}");
        let shown = match load(&text, &[]) {
            Ok(config) => connection(&config),
            Err(error) => format!("{}\n{error}\n{}", printed(&text, &[]).join("\n"), debug(&error)),
        };
        assert!(!shown.contains(SECRET), "{setting}: {shown}");
    }
}

#[test]
fn variables_show_no_secret() {
    for variable in [
        ("TEMPORAL_API_KEY", "hunter2"),
        ("TEMPORAL_GRPC_META_AUTHORIZATION", "Bearer hunter2"),
        ("TEMPORAL_ADDRESS", "https://me:hunter2@127.0.0.1"),
        ("TEMPORAL_TLS_CLIENT_KEY_DATA", KEY),
        ("TEMPORAL_TLS_CLIENT_KEY_PATH", KEY),
    ] {
        let shown = match load("", &[variable]) {
            Ok(config) => connection(&config),
            Err(error) => format!("{error}\n{}", debug(&error)),
        };
        assert!(!shown.contains(SECRET), "{variable:?}: {shown}");
    }
}

#[test]
fn invalid_profiles_show_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("temporal.toml");
    for (text, problem) in [
        ("[profile.default]\napi_key = \"hunter2\n", "line 2"),
        ("[profile.default]\napi_key = hunter2\n", "line 2"),
        ("[profile.default]\ntls = \"hunter2\"\n", "a string of 7 characters"),
        ("[profile.default]\naddress = [\"hunter2\"]\n", "expected a string"),
    ] {
        std::fs::write(&file, text).expect("it is written");
        let file = file.to_str().expect("its name is text");
        let error = load("", &[("TEMPORAL_CONFIG_FILE", file)]).expect_err("it is invalid");
        let shown = format!("{error}\n{}", debug(&error));
        assert!(shown.contains(problem) && !shown.contains(SECRET), "{text}: {shown}");
    }
}

/// Returns everything that a configuration and its client say.
fn connection(config: &Config) -> String {
    let settings = config.settings();
    let lines: Vec<_> = settings.iter().map(ToString::to_string).collect();
    let messages = refusal(Client::builder().config(config));
    let service = ClientService::new(Client::builder().config(config));
    let server = DevServer::builder().config(config);
    let others = [debug(config), debug(&service), debug(&settings), debug(&server)];
    format!("{}\n{messages}\n{}", lines.join("\n"), others.join("\n"))
}

/// Returns the error of a connection. Nothing listens at any of the addresses.
fn refusal(builder: ClientBuilder) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let connected = runtime.expect("a runtime").block_on(builder.connect());
    let error = connected.expect_err("nothing listens");
    let causes = std::iter::successors(error.source(), |cause| Error::source(*cause));
    causes.fold(format!("{error}\n{}", debug(&error)), |text, cause| {
        format!("{text}\n{cause}\n{}", debug(&cause))
    })
}

#[test]
fn settings_in_code_show_no_secret() {
    let tls = Tls::new()
        .server_ca_certificate(Pem::file(KEY))
        .client_certificate(Pem::inline(KEY), Pem::file(format!("{KEY}\n{KEY}")));
    let shown = debug(&tls);
    assert!(shown.contains("Pem") && !shown.contains(SECRET), "{shown}");
    for builder in [
        Client::builder().address("https://me:hunter2@127.0.0.1:1").tls(tls),
        Client::builder().address("me:hunter2@temporal"),
        Client::builder().proxy("http://me:hunter2@127.0.0.1:1"),
        Client::builder().proxy("ftp://me:hunter2@127.0.0.1:1"),
        Client::builder().proxy("127.0.0.1:1").proxy_credentials("me", "hunter2"),
        Client::builder().api_key("hunter2\n"),
        Client::builder().header("authorization", "hunter2\n"),
    ] {
        let shown = refusal(builder.clone()) + &debug(&ClientService::new(builder));
        assert!(!shown.contains(SECRET), "{shown}");
    }
}
