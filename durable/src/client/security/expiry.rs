//! Until when certificates are valid, and the warning before that.

use std::time::{Duration, SystemTime};

use rustls::pki_types::{CertificateDer, UnixTime};
use x509_cert::Certificate;
use x509_cert::der::{DateTime, Decode as _};

/// How long before its end a certificate is warned of.
const WARNING: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// When a certificate ends, or `None` where it cannot be read; then the handshake says so.
fn end(certificate: &CertificateDer<'_>) -> Option<DateTime> {
    let certificate = Certificate::from_der(certificate).ok()?;
    Some(certificate.tbs_certificate().validity().not_after.to_date_time())
}

/// When the certificate expired, if it did.
pub(super) fn expired(certificate: &CertificateDer<'_>) -> Option<String> {
    let end = end(certificate)?;
    (end.to_system_time() < SystemTime::now()).then(|| end.to_string())
}

/// Warns of a certificate that has expired or soon will.
pub(super) fn warn(what: &'static str, place: &str, certificate: &CertificateDer<'_>) {
    let Some(end) = end(certificate) else { return };
    let (end_time, now) = (end.to_system_time(), SystemTime::now());
    let expires = end.to_string();
    if end_time < now {
        tracing::warn!(place, expires, "the {what} has expired");
    } else if end_time < now + WARNING {
        tracing::warn!(place, expires, "the {what} expires soon");
    }
}

/// A point in time as a person reads it.
pub(super) fn date(time: UnixTime) -> String {
    let date = DateTime::from_unix_duration(Duration::from_secs(time.as_secs()));
    date.map_or_else(|_| format!("second {} of Unix time", time.as_secs()), |date| date.to_string())
}
