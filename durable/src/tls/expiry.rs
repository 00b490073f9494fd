//! Expiry of certificates.

use std::time::{Duration, SystemTime};

use rustls::pki_types::{CertificateDer, UnixTime};
use x509_cert::Certificate;
use x509_cert::der::{DateTime, Decode as _};

/// The time before its expiry at which a warning about a certificate begins.
const WARNING: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Returns the end of a certificate's validity, or `None` if it cannot be parsed, which the
/// handshake reports.
fn end(certificate: &CertificateDer<'_>) -> Option<DateTime> {
    let certificate = Certificate::from_der(certificate).ok()?;
    Some(certificate.tbs_certificate().validity().not_after.to_date_time())
}

/// Returns the time of the certificate's expiry, if it has expired.
pub(super) fn expired(certificate: &CertificateDer<'_>) -> Option<String> {
    let end = end(certificate)?;
    (end.to_system_time() < SystemTime::now()).then(|| end.to_string())
}

/// Logs a warning if a certificate has expired or expires soon.
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

/// Formats a point in time.
pub(super) fn date(time: UnixTime) -> String {
    let date = DateTime::from_unix_duration(Duration::from_secs(time.as_secs()));
    date.map_or_else(|_| format!("second {} of Unix time", time.as_secs()), |date| date.to_string())
}
