//! The decision for or against TLS.

use super::Tls;
use crate::address::Address;
use crate::error::ConnectionError;
use crate::secret::without_credentials;

/// The encryption that the settings ask for, besides the address.
#[derive(Clone, Default)]
pub(crate) struct Transport {
    /// The setting that turns TLS on or off, if one does.
    pub(crate) switch: Option<Switch>,
    pub(crate) tls: Tls,
    /// The setting of `tls` and its place, for messages, if there is no switch.
    pub(crate) tls_by: String,
}

/// A setting that turns TLS on or off.
#[derive(Clone)]
pub(crate) struct Switch {
    pub(crate) is_on: bool,
    /// The setting and its place, for messages.
    pub(crate) by: String,
}

impl Transport {
    /// Turns TLS on.
    pub(crate) fn on(tls: Tls, by: &str) -> Self {
        let switch = Some(Switch { is_on: true, by: by.to_owned() });
        Self { switch, tls, tls_by: by.to_owned() }
    }

    /// Turns TLS off.
    pub(crate) fn off(by: &str) -> Self {
        Self { switch: Some(Switch { is_on: false, by: by.to_owned() }), ..Self::default() }
    }

    /// Returns whether a connection to the address is encrypted: as the address or the settings say, which
    /// must agree, or else if there is an API key or a setting of TLS.
    ///
    /// # Errors
    /// [`ConnectionError::TlsContradiction`] if they do not agree.
    pub(crate) fn is_encrypted(
        &self,
        address: &Address,
        has_api_key: bool,
    ) -> Result<bool, ConnectionError> {
        match (address.scheme, &self.switch) {
            (Some(scheme), Some(Switch { is_on, by })) if scheme.is_tls() != *is_on => {
                Err(ConnectionError::TlsContradiction {
                    address: without_credentials(&format!("{scheme}{address}")),
                    setting: by.clone(),
                    is_on: *is_on,
                })
            }
            // Certificates that silently have no effect are worse than an error.
            (Some(scheme), None) if !scheme.is_tls() && self.tls != Tls::default() => {
                Err(ConnectionError::TlsContradiction {
                    address: without_credentials(&format!("{scheme}{address}")),
                    setting: self.tls_by.clone(),
                    is_on: true,
                })
            }
            (Some(scheme), _) => Ok(scheme.is_tls()),
            (None, Some(switch)) => Ok(switch.is_on),
            (None, None) => Ok(has_api_key || self.tls != Tls::default()),
        }
    }
}
