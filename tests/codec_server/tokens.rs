//! An identity provider of the tests: keys, the tokens that they sign, and the server with the key set.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use durable::codec::server::axum::Router;
use durable::codec::server::axum::http::StatusCode;
use durable::codec::server::axum::routing::get;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// The modulus of the RSA key in `rsa.der`, which is a key of these tests only: the provider's crates make
/// none.
const RSA_MODULUS: &str = "qsMwQ6WYrFIUt80m8bOuSL0ziVj7ITwmDrhDBPK369wdY2ziO8_ZQz5pcH8p0g7lMiYUF2RrAQl2wAuJW2XKgbLTdFUmhalJi-o-WptZ2eZf_QKhfH2iEophM0tcDoqVVGp0BI0snFgBzUWkmWVg7v-kPJ4bLUHfRZ3oYfjeV3rA2ctR5fGROURskmHUy2zK8BFVL7ObYAVeS14QPv8gOu4xAYaaWJhIy57NgzagFyvb7iaPmWFk9m6tsFNJbtzggInx5qhumnonnz4QRwKv_IuwEqsd9sJdpKkwZpQXNPs7eD8NdIZ4MGPFxHdX86AaRkhx0BNWLH9vemi_5rbiUQ";

pub(crate) const AUDIENCE: &str = "codec";
pub(crate) const ISSUER: &str = "https://login.example.com/";

/// A key that signs, with its public form.
pub(crate) struct Signer {
    pub(crate) id: &'static str,
    pub(crate) algorithm: Algorithm,
    key: EncodingKey,
    pub(crate) public: Value,
    pub(crate) public_bytes: Vec<u8>,
}

impl Signer {
    pub(crate) fn elliptic(id: &'static str) -> Self {
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key can be made");
        // An uncompressed point: the byte 4, and two coordinates.
        let point = pair.public_key_raw().to_vec();
        let public = json!({
            "kty": "EC", "crv": "P-256", "kid": id, "use": "sig",
            "x": url_safe(&point[1..33]), "y": url_safe(&point[33..]),
        });
        let key = EncodingKey::from_ec_der(&pair.serialize_der());
        Self { id, algorithm: Algorithm::ES256, key, public, public_bytes: point }
    }

    pub(crate) fn edwards(id: &'static str) -> Self {
        let pair = KeyPair::generate_for(&PKCS_ED25519).expect("a key can be made");
        let point = pair.public_key_raw().to_vec();
        let public = json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "x": url_safe(&point) });
        let key = EncodingKey::from_ed_der(&pair.serialize_der());
        Self { id, algorithm: Algorithm::EdDSA, key, public, public_bytes: point }
    }

    pub(crate) fn rsa(id: &'static str, algorithm: Algorithm) -> Self {
        let key = EncodingKey::from_rsa_der(include_bytes!("rsa.der"));
        let name = format!("{algorithm:?}");
        let public = json!({ "kty": "RSA", "kid": id, "alg": name, "n": RSA_MODULUS, "e": "AQAB" });
        Self { id, algorithm, key, public, public_bytes: RSA_MODULUS.as_bytes().to_vec() }
    }

    /// A token that the server accepts.
    pub(crate) fn token(&self) -> String {
        self.sign(&claims())
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_as(Some(self.id), claims)
    }

    /// A token with an extension that readers must know.
    pub(crate) fn sign_extended(&self) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = Some(self.id.to_owned());
        header.crit = Some(vec!["ceremony".to_owned()]);
        encode(&header, &claims(), &self.key).expect("it can be signed")
    }

    /// A token that names this key as its own.
    pub(crate) fn sign_as(&self, id: Option<&str>, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = id.map(str::to_owned);
        encode(&header, claims, &self.key).expect("it can be signed")
    }
}

/// The claims of a token that the server accepts.
pub(crate) fn claims() -> Value {
    json!({ "aud": AUDIENCE, "iss": ISSUER, "sub": "ada", "exp": now() + 600 })
}

/// The same with one claim changed, or left out by `null`.
pub(crate) fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    let map = claims.as_object_mut().expect("an object");
    if value.is_null() {
        map.remove(name)
    } else {
        map.insert(name.to_owned(), value)
    };
    claims
}

/// The second of Unix time.
pub(crate) fn now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.expect("the clock is set").as_secs()
}

/// A token with this header and these claims, and any signature.
pub(crate) fn unsigned(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let part = |value: &Value| url_safe(value.to_string().as_bytes());
    format!("{}.{}.{}", part(header), part(claims), url_safe(signature))
}

pub(crate) fn url_safe(bytes: &[u8]) -> String {
    crate::base64(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// The server with the key set. It ends when it is dropped.
pub(crate) struct Provider {
    pub(crate) url: String,
    answer: Arc<Mutex<(StatusCode, String)>>,
    asked: Arc<AtomicU32>,
    task: JoinHandle<()>,
}

impl Provider {
    pub(crate) async fn start(keys: &[&Signer]) -> Self {
        let answer = Arc::new(Mutex::new((StatusCode::OK, String::new())));
        let asked = Arc::new(AtomicU32::new(0));
        let (answered, counted) = (Arc::clone(&answer), Arc::clone(&asked));
        let app = Router::new().route(
            "/jwks.json",
            get(move || async move {
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(10)).await;
                answered.lock().expect("nobody panics with it").clone()
            }),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/jwks.json", listener.local_addr().expect("it is bound"));
        let task = tokio::spawn(async move {
            durable::codec::server::axum::serve(listener, app).await.expect("it serves");
        });
        let provider = Self { url, answer, asked, task };
        provider.publish(keys);
        provider
    }

    /// Changes the key set.
    pub(crate) fn publish(&self, keys: &[&Signer]) {
        let keys: Vec<_> = keys.iter().map(|key| &key.public).collect();
        self.answer(StatusCode::OK, &json!({ "keys": keys }).to_string());
    }

    pub(crate) fn answer(&self, status: StatusCode, body: &str) {
        *self.answer.lock().expect("nobody panics with it") = (status, body.to_owned());
    }

    /// The number of times that the keys were fetched.
    pub(crate) fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}
