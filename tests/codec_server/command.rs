//! The commands `codec-server` and `dev --codec`, and Temporal's own command that asks them.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Output, Stdio};

use durable::Client;
use durable::codec::Key;
use durable_tests::plugged::sealing;
use durable_tests::{Shared, process, unique};
use serde_json::{Value, json};

use crate::flows::{INPUT, OUTPUT, Order, Sell};
use crate::http::Asked;
use crate::{TOKEN, tokens};

/// The program that was built, which runs until it is dropped.
pub(crate) struct Running(Child);

/// The program with these arguments, in a folder without a configuration.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codec-program"));
    command.args(arguments).current_dir(std::env::temp_dir()).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let is_ours = ["DURABLE__", "DURABLE_CONFIG", "TEMPORAL_"].iter();
        if is_ours.into_iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}

impl Running {
    /// Starts the program, and returns the JSON that it prints first.
    pub(crate) fn start(command: &mut Command) -> (Self, Value) {
        command.args(["--output", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = Self(command.spawn().expect("the program that was built runs"));
        let mut printed = String::new();
        let mut stdout = BufReader::new(running.0.stdout.take().expect("it is piped"));
        while !printed.ends_with("}\n") {
            if stdout.read_line(&mut printed).expect("it is text") == 0 {
                let mut log = String::new();
                let mut stderr = running.0.stderr.take().expect("it is piped");
                stderr.read_to_string(&mut log).expect("it is text");
                panic!("{printed}{log}");
            }
        }
        // What it logs from here on isn't read, and must not block it.
        let mut stderr = running.0.stderr.take().expect("it is piped");
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        (running, serde_json::from_str(&printed).expect("it is JSON"))
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(mut self) {
        process::signal("TERM", i64::from(self.0.id()));
        let ended = || self.0.try_wait().expect("it is our child").is_some();
        assert!(process::comes_true(ended), "it doesn't stop");
        assert_eq!(self.0.wait().expect("it has ended").code(), Some(0));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ended(command: &mut Command) -> (Option<i32>, String) {
    let output: Output = command.output().expect("the program that was built runs");
    (output.status.code(), String::from_utf8(output.stderr).expect("it prints text"))
}

fn address(started: &Value) -> SocketAddr {
    let url = started["codec_server"].as_str().expect("it prints the URL");
    let (_, address) = url.split_once("://").expect("it has a scheme");
    address.parse().expect("it is an address")
}

/// Runs a workflow on the server of this binary, with the codec, and returns its id.
async fn sold() -> String {
    let client = Client::builder().address(Shared::get().address()).data_converter(sealing());
    let client = client.connect().await.expect("the server answers");
    let workers = durable::Workers::new(&client).queues(["codec-server"]);
    let workers = workers.start().await.expect("the workers start");
    let id = unique("sold");
    let sold = Sell::execute(&client, Order { customer: INPUT.to_owned() }).id(&id).await;
    assert_eq!(sold.expect("it ends").receipt, OUTPUT);
    workers.shutdown().await.expect("they stop");
    id
}

/// The history that Temporal's own command prints.
fn shown(id: &str, arguments: &[&str]) -> String {
    let shown = Command::new(Shared::get().cli())
        .args(["workflow", "show", "--workflow-id", id, "--output", "json"])
        .args(["--address", Shared::get().address()])
        .args(arguments)
        .output();
    let shown = shown.expect("the command runs");
    assert!(shown.status.success(), "{shown:?}");
    String::from_utf8(shown.stdout).expect("it is text")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn temporals_own_command_decodes_with_it() {
    let id = sold().await;
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token");
    std::fs::write(&token, TOKEN).expect("it can be written");
    let mut command = program(&["codec-server", "--listen", "127.0.0.1:0"]);
    let (server, started) = Running::start(command.arg("--bearer-token-file").arg(&token));
    let url = started["codec_server"].as_str().expect("it prints the URL").to_owned();
    let values = [INPUT, OUTPUT].map(str::to_owned);
    let (endpoint, bearer) = (url.as_str(), format!("Bearer {TOKEN}"));
    let decoded = shown(&id, &["--codec-endpoint", endpoint, "--codec-auth", &bearer]);
    let plain = shown(&id, &[]);
    for value in &values {
        let encoded = crate::base64(value.as_bytes());
        let has = |text: &str| text.contains(value) || text.contains(encoded.trim_end_matches('='));
        assert!(!has(&plain), "{plain}");
    }
    // The command prints payloads in base64, or as JSON.
    let text = with_base64_decoded(&decoded);
    for value in &values {
        assert!(text.contains(value), "{decoded}");
    }
    server.stop();
}

/// A text with every base64 string of its JSON decoded.
fn with_base64_decoded(text: &str) -> String {
    fn walk(value: &Value, out: &mut String) {
        match value {
            Value::String(text) => {
                out.push_str(text);
                out.push_str(&String::from_utf8_lossy(&from_base64(text)));
                out.push('\n');
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, out)),
            Value::Object(fields) => fields.values().for_each(|field| walk(field, out)),
            _ => {}
        }
    }
    let mut out = String::new();
    walk(&serde_json::from_str(text).expect("it is JSON"), &mut out);
    out
}

fn from_base64(text: &str) -> Vec<u8> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for digit in text.chars().map_while(|c| ALPHABET.find(c)) {
        bits = bits << 6 | u32::try_from(digit).expect("it is below 64");
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).expect("it is a byte"));
        }
    }
    bytes
}

#[tokio::test]
async fn is_configured_like_everything_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("durable.yaml");
    let configuration = json!({ "temporal": { "codec_server": {
        "address": "127.0.0.1:0",
        "allowed_origins": ["https://ui.example.com"],
        "allowed_headers": ["X-Team"],
        "bearer_token": TOKEN,
        "body_limit_bytes": 400,
    } } });
    std::fs::write(&file, configuration.to_string()).expect("it can be written");
    let mut command = program(&["codec-server", "--allow-origin", "http://localhost:8233"]);
    let (server, started) = Running::start(command.arg("--config").arg(&file));
    let address = address(&started);
    let bearer = format!("Bearer {TOKEN}");
    for origin in ["https://ui.example.com", "http://localhost:8233"] {
        let asked = Asked::decode().header("Origin", origin).header("Authorization", &bearer);
        asked.send(address).await.is_decoded();
    }
    Asked::decode().send(address).await.refused(401);
    let large = Asked::post("/decode", " ".repeat(401)).header("Authorization", &bearer);
    large.send(address).await.refused(413);
    let (code, listed) = {
        let output = program(&["config", "check", "--set", "--config"]).arg(&file).output();
        let output = output.expect("it runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    assert_eq!(code, Some(0));
    assert!(listed.contains("codec_server.bearer_token") && !listed.contains(TOKEN), "{listed}");
    server.stop();
}

/// A program whose only codec is the encryption with these keys.
pub(crate) fn encrypting(arguments: &[&str], keys: &[(&str, &Key)]) -> Command {
    let mut command = program(arguments);
    command.env("CODEC_PROGRAM_PLAIN", "1").env("DURABLE__ENCRYPTION__ACTIVE", keys[0].0);
    for (id, key) in keys {
        command.env(format!("DURABLE__ENCRYPTION__KEYS__{id}__KEY"), key.to_base64());
    }
    command
}

#[tokio::test]
async fn decodes_with_the_configured_keys_and_names_a_missing_one() {
    let serve = ["codec-server", "--listen", "127.0.0.1:0"];
    let (key, other) = (Key::generate(), Key::generate());
    let (server, started) = Running::start(&mut encrypting(&serve, &[("k1", &key)]));
    let plain = crate::plain("the value");
    let encoded = Asked::post("/encode", plain.to_string()).send(address(&started)).await.json();
    let metadata = &encoded["payloads"][0]["metadata"];
    assert_eq!(metadata["encoding"], crate::base64(b"binary/encrypted"), "{encoded}");
    let decode = || Asked::post("/decode", encoded.to_string());
    decode().send(address(&started)).await.is_decoded();
    server.stop();
    for (keys, reason) in [
        (vec![("k2", &other), ("k1", &key)], None),
        (vec![("k2", &other)], Some("there is no key `k1`")),
        (vec![("k1", &other)], Some("the key `k1` does not decrypt it")),
    ] {
        let (server, started) = Running::start(&mut encrypting(&serve, &keys));
        let answered = decode().send(address(&started)).await;
        match reason {
            None => answered.is_decoded(),
            Some(reason) => {
                let refused = answered.refused(422);
                assert!(refused.contains(reason), "{refused}");
            }
        }
        server.stop();
    }
}

#[tokio::test]
async fn accepts_json_web_tokens_of_its_arguments() {
    let signer = tokens::Signer::elliptic("k1");
    let provider = tokens::Provider::start(&[&signer]).await;
    let mut command = program(&["codec-server", "--listen", "127.0.0.1:0", "--jwks-url"]);
    command.args([&provider.url, "--jwt-audience", tokens::AUDIENCE]);
    let (server, started) = Running::start(&mut command);
    let bearer = format!("Bearer {}", signer.token());
    let asked = Asked::decode().header("Authorization", &bearer);
    asked.send(address(&started)).await.is_decoded();
    Asked::decode().send(address(&started)).await.refused(401);
    server.stop();
}

#[test]
fn refuses_what_is_unsafe_or_useless() {
    for (arguments, reason) in [
        (&["--listen", "0.0.0.0:0"][..], "can be reached from other machines"),
        (&["--listen", "[::]:0"], "can be reached from other machines"),
        (&["--allow-origin", "*"], "invalid origin `*`"),
        (&["--allow-origin", "localhost"], "invalid origin `localhost`"),
        (&["--jwks-url", "https://a.example/jwks"], "--jwt-audience"),
        (&["--jwks-url", "http://a.example/jwks", "--jwt-issuer", "a"], "use `https://`"),
        (&["--jwt-audience", "a"], "--jwks-url"),
        (&["--bearer-token-file", "/missing"], "cannot read the bearer token /missing"),
        (&["--tls-cert", "/missing"], "--tls-key"),
        (&["--tls-cert", "/missing", "--tls-key", "/missing"], "server certificate /missing"),
    ] {
        let all = [&["codec-server", "--listen", "127.0.0.1:0"][..], arguments].concat();
        let all =
            if arguments[0] == "--listen" { [&["codec-server"], arguments].concat() } else { all };
        let (code, error) = ended(&mut program(&all));
        assert_eq!(code, Some(2), "{error}");
        assert!(error.contains(reason), "{arguments:?}: {error}");
    }
    let mut plain = program(&["codec-server"]);
    let (code, error) = ended(plain.env("CODEC_PROGRAM_PLAIN", "1"));
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("no codec: this program sends values in plain text"), "{error}");
}

#[test]
fn an_address_that_is_taken_may_be_free_later() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("it is bound").to_string();
    let (code, error) = ended(&mut program(&["codec-server", "--listen", &address]));
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains(&format!("cannot listen on {address}")), "{error}");
}
