//! JSON web tokens: the settings, and the verification.

use std::fmt;
use std::sync::Arc;

use axum::http::StatusCode;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::CodecServerError;
use super::jwks::{KeySet, NoKey};
use super::protocol::Refusal;
use crate::tls::Pem;

/// The authorization by JSON web tokens, whose keys an identity provider publishes (JWKS).
///
/// A token must be signed by one of the keys, must not have expired, and must have the audience and
/// the issuer that are set here; at least one of them must be. Algorithms with a shared secret, and
/// unsigned tokens, are refused.
///
/// The keys are fetched at the first request, kept for 10 minutes, and fetched again for a token with an
/// unknown key, at most every 30 seconds. While they can't be fetched, the last ones are used for up to a
/// day.
///
/// ```
/// use durable::codec::server::Jwt;
///
/// let jwt = Jwt::new("https://login.example.com/.well-known/jwks.json")
///     .issuer("https://login.example.com/")
///     .audience("temporal-codec");
/// # let _ = jwt;
/// ```
#[derive(Clone, Debug)]
#[must_use = "it has an effect only as an authorization of a service"]
pub struct Jwt {
    pub(super) url: String,
    pub(super) audiences: Vec<String>,
    pub(super) issuers: Vec<String>,
    pub(super) authority: Option<Pem>,
}

impl Jwt {
    /// Creates an authorization with the keys at this URL. It must be `https`, or on this machine.
    pub fn new(jwks_url: impl Into<String>) -> Self {
        let url = jwks_url.into();
        Self { url, audiences: Vec::new(), issuers: Vec::new(), authority: None }
    }

    /// Adds an audience. A token must have one of them in `aud`.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Adds an issuer. A token must have one of them in `iss`.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuers.push(issuer.into());
        self
    }

    /// Sets the issuer of the certificate of the server with the keys. Defaults to the system's
    /// certificates.
    pub fn ca_certificate(mut self, authority: impl Into<Pem>) -> Self {
        self.authority = Some(authority.into());
        self
    }
}

/// Verifies tokens.
pub(super) struct Verifier {
    keys: KeySet,
    validation: Validation,
}

/// The claims of a token that was verified.
pub(super) type Claims = Map<String, Value>;

impl Verifier {
    pub(super) fn new(jwt: &Jwt) -> Result<Self, CodecServerError> {
        // The crate panics at the first token if another crate of the program turns on the other of its
        // two providers, unless one is chosen. A provider that the program has chosen stays.
        let _ = jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER.install_default();
        if jwt.audiences.is_empty() && jwt.issuers.is_empty() {
            return Err(CodecServerError::NoAudience);
        }
        let mut validation = Validation::new(Algorithm::RS256);
        let mut required = vec!["exp"];
        validation.validate_nbf = true;
        if jwt.audiences.is_empty() {
            validation.validate_aud = false;
        } else {
            validation.set_audience(&jwt.audiences);
            required.push("aud");
        }
        if !jwt.issuers.is_empty() {
            validation.set_issuer(&jwt.issuers);
            required.push("iss");
        }
        validation.set_required_spec_claims(&required);
        let keys = KeySet::new(&jwt.url, jwt.authority.clone())?;
        Ok(Self { keys, validation })
    }

    /// Returns the claims of a token.
    ///
    /// # Errors
    /// The reason why it isn't accepted. The token is not in it.
    pub(super) async fn verify(&self, token: &[u8]) -> Result<Claims, Refusal> {
        let header = decode_header(token).map_err(|_| refused("it is not a JSON web token"))?;
        if header.alg.family() == AlgorithmFamily::Hmac {
            return Err(refused("its algorithm needs a shared secret"));
        }
        // The crate reads the extensions that a reader must know, and doesn't check them.
        if header.crit.is_some() {
            return Err(refused("it has extensions that this server does not know"));
        }
        let key = self.keys.find(header.kid.as_deref(), |key| fits(key, header.alg)).await;
        let key = key.map_err(|missing| match missing {
            NoKey::Unknown => refused("no key of the JWKS URL fits it"),
            NoKey::Unavailable => Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the keys of the JWKS URL cannot be fetched; the server's log has the reason",
            ),
        })?;
        let key = DecodingKey::from_jwk(&key).map_err(|_| refused("its key is invalid"))?;
        let mut validation = self.validation.clone();
        validation.algorithms = vec![header.alg];
        let decoded = decode::<Claims>(token, &key, &validation);
        decoded.map(|token| token.claims).map_err(|error| refused(&problem(error.kind())))
    }
}

/// Returns whether a key is for signatures of this algorithm.
///
/// The key decides, and not the token: an RSA key must not be taken for a shared secret.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let family = DecodingKey::from_jwk(key).map(|key| key.family());
    let common = &key.common;
    let is_for_signatures = !matches!(common.public_key_use, Some(PublicKeyUse::Encryption));
    let named = common.key_algorithm.map(Algorithm::try_from);
    let is_named = named.is_none_or(|named| named.is_ok_and(|named| named == algorithm));
    family.is_ok_and(|family| family != AlgorithmFamily::Hmac && family == algorithm.family())
        && is_for_signatures
        && is_named
}

fn problem(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::ExpiredSignature => "it has expired".to_owned(),
        ErrorKind::ImmatureSignature => "it is not valid yet".to_owned(),
        ErrorKind::InvalidSignature => "its signature is wrong".to_owned(),
        ErrorKind::InvalidAudience => "it is for another audience".to_owned(),
        ErrorKind::InvalidIssuer => "it is of another issuer".to_owned(),
        ErrorKind::MissingRequiredClaim(claim) => format!("it has no claim `{claim}`"),
        ErrorKind::InvalidClaimFormat(claim) => format!("its claim `{claim}` is malformed"),
        ErrorKind::InvalidAlgorithm | ErrorKind::UnsupportedAlgorithm => {
            "its algorithm does not fit the key".to_owned()
        }
        _ => "it is malformed".to_owned(),
    }
}

fn refused(problem: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, format!("invalid token: {problem}"))
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").finish_non_exhaustive()
    }
}

/// A verifier that services share.
pub(super) type SharedVerifier = Arc<Verifier>;
