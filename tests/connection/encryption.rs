//! TLS is used when it was asked for, whoever asked, and nothing is sent before a contradiction is reported.

use std::fmt::Write as _;

use durable::config::{Config, ConfigMistake};
use durable::error::ConnectionError;
use durable::{Client, Error};
use tokio::net::TcpListener;

/// A place of a setting.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Layer {
    Builder,
    File,
    Variable,
    /// Temporal's own variable.
    Temporal,
}

const LAYERS: [Layer; 4] = [Layer::Builder, Layer::File, Layer::Variable, Layer::Temporal];

/// Connects with an address and a decision about TLS from two layers, with an API key and a header.
async fn connect(address: (Layer, &str), tls: (Layer, bool)) -> durable::Result<Client> {
    let mut file = "temporal:\n  api_key: s3cret\n  headers: { x-tenant: books }\n".to_owned();
    let mut variables = Vec::new();
    let is_on = tls.1.to_string();
    for (layer, key, [variable, temporal], value) in [
        (address.0, "url", ["DURABLE__URL", "TEMPORAL_ADDRESS"], address.1),
        (tls.0, "tls", ["DURABLE__TLS", "TEMPORAL_TLS"], &is_on),
    ] {
        match layer {
            Layer::Builder => {}
            Layer::File => writeln!(file, "  {key}: {value}").expect("it is a text"),
            Layer::Variable => variables.push((variable, value)),
            Layer::Temporal => variables.push((temporal, value)),
        }
    }
    let config = Config::loader().text(file).environment(variables).load()?;
    let mut builder = Client::builder().config(&config);
    if address.0 == Layer::Builder {
        builder = builder.address(address.1);
    }
    builder = match tls {
        (Layer::Builder, true) => builder.tls(durable::client::Tls::default()),
        (Layer::Builder, false) => builder.without_tls(),
        _ => builder,
    };
    builder.connect().await
}

/// Returns whether an error is a contradiction about TLS, found by the configuration or the builder.
fn is_contradiction(error: &Error) -> bool {
    let configured = error.downcast_ref::<durable::config::ConfigError>();
    let mut problems = configured.into_iter().flat_map(|error| &error.problems);
    matches!(error, Error::Connection(ConnectionError::TlsContradiction { .. }))
        || problems.any(|problem| matches!(problem.mistake, ConfigMistake::TlsContradiction { .. }))
}

#[tokio::test]
async fn address_and_switch_that_contradict_each_other_send_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    for address in LAYERS {
        for tls in LAYERS {
            for (scheme, is_on) in [
                ("https", false),
                ("HTTPS", false),
                ("hTTps", false),
                ("http", true),
                ("HTTP", true),
            ] {
                let url = format!("{scheme}://127.0.0.1:{port}");
                let error = connect((address, &url), (tls, is_on)).await;
                let error = error.expect_err("they contradict each other");
                assert!(is_contradiction(&error), "{address:?} {url}, {tls:?} {is_on}: {error:?}");
                let text = error.to_string();
                let scheme = format!("{}://", scheme.to_lowercase());
                assert!(text.contains(&scheme) && text.contains("change one of them"), "{text}");
                let place = match tls {
                    Layer::Builder if is_on => "`ClientBuilder::tls`",
                    Layer::Builder => "`ClientBuilder::without_tls`",
                    Layer::File => "durable.yaml:",
                    Layer::Variable => "DURABLE__TLS",
                    Layer::Temporal => "TEMPORAL_TLS",
                };
                assert!(text.contains(place), "no {place} in: {text}");
                assert!(!text.contains("s3cret"), "{text}");
            }
        }
    }
    let accepted = tokio::time::timeout(std::time::Duration::ZERO, listener.accept()).await;
    assert!(accepted.is_err(), "nobody connected");
}

#[tokio::test]
async fn unknown_schemes_are_refused_with_the_known_ones() {
    for layer in LAYERS {
        for scheme in ["grpc", "GRPCS", "tls", "ftp", "wss", "xhttps"] {
            let url = format!("{scheme}://127.0.0.1:1");
            for is_on in [true, false] {
                let error = connect((layer, &url), (Layer::File, is_on)).await;
                let error = error.expect_err("nobody knows it");
                let text = format!("{error}\n{error:?}");
                let unknown = format!("unknown scheme `{}://`", scheme.to_lowercase());
                assert!(text.contains(&unknown), "{layer:?}: {text}");
                assert!(text.contains("write `https://` for TLS"), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn address_of_the_builder_does_not_inherit_the_scheme_of_the_configuration() {
    let authority = crate::authority::Authority::new();
    let front = crate::front::Front::tls(&authority.server("localhost"), None).await;
    let config = crate::config("temporal: { url: 'http://localhost:1', api_key: s3cret }");
    // The API key asks for TLS at an address without a scheme.
    let error = Client::builder().config(&config).address(front.address()).connect().await;
    let error = error.expect_err("nobody knows the authority");
    assert!(matches!(error, Error::Connection(ConnectionError::Tls { .. })), "{error:?}");
    assert!(error.to_string().contains("is not issued by"), "{error}");
}

/// `tests/config` has those of one file.
#[tokio::test]
async fn certificates_of_the_configuration_contradict_an_address_without_tls() {
    for (setting, named) in [
        ("server_ca_cert: /nowhere/ca.pem", "`server_ca_cert` (durable.yaml:1"),
        ("tls_server_name: shop", "`tls_server_name` (durable.yaml:1"),
    ] {
        for address in ["http://127.0.0.1:1", "HTTP://127.0.0.1:1"] {
            let config = crate::config(&format!("temporal: {{ {setting} }}"));
            let error = Client::builder().config(&config).address(address).connect().await;
            let error = error.expect_err("they contradict each other");
            assert!(is_contradiction(&error), "{error:?}");
            let text = error.to_string();
            assert!(text.contains(named) && text.contains("change one of them"), "{text}");
        }
    }
}
