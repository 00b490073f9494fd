//! The cipher, AES-256-GCM, and the form of encrypted data: a nonce of 12 bytes, the ciphertext, the tag.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::error::CodecError;

/// The bytes that encryption adds to data.
pub(super) const ADDED: usize = NONCE_LEN + 16;

/// Encrypts the `len` bytes that a function writes, with a fresh nonce.
pub(super) fn seal(
    key: &[u8; 32],
    len: usize,
    write: impl FnOnce(&mut Vec<u8>),
) -> Result<Vec<u8>, CodecError> {
    let mut nonce = [0; NONCE_LEN];
    let failed = |_| CodecError::Failed { problem: "the cipher refused the data".to_owned() };
    SystemRandom::new().fill(&mut nonce).map_err(failed)?;
    let mut sealed = Vec::with_capacity(len + ADDED);
    sealed.extend_from_slice(&nonce);
    write(&mut sealed);
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag =
        expanded(key).seal_in_place_separate_tag(nonce, Aad::empty(), &mut sealed[NONCE_LEN..]);
    sealed.extend_from_slice(tag.map_err(failed)?.as_ref());
    Ok(sealed)
}

/// Decrypts data, or returns `None` if it does not belong to the key.
pub(super) fn open(key: &[u8; 32], sealed: &[u8]) -> Option<Vec<u8>> {
    let mut sealed = sealed.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(sealed.get(..NONCE_LEN)?).ok()?;
    let data = expanded(key).open_within(nonce, Aad::empty(), &mut sealed, NONCE_LEN..).ok()?;
    let len = data.len();
    sealed.truncate(len);
    Some(sealed)
}

/// Returns the key in the form of the cipher.
///
/// `ring` does not overwrite it when it is dropped. So it is made for each call, on the stack, and isn't kept.
fn expanded(key: &[u8; 32]) -> LessSafeKey {
    let key = UnboundKey::new(&AES_256_GCM, key);
    LessSafeKey::new(key.unwrap_or_else(|_| unreachable!("the key has the length of the cipher's")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(key: &[u8; 32], data: &[u8]) -> Vec<u8> {
        seal(key, data.len(), |buffer| buffer.extend_from_slice(data)).unwrap()
    }

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        let key = [7; 32];
        for data in [vec![], vec![1], vec![7; 100_000]] {
            let whole = sealed(&key, &data);
            assert_eq!(whole.len(), data.len() + ADDED);
            assert_eq!(open(&key, &whole).as_deref(), Some(&data[..]));
            assert_ne!(whole, sealed(&key, &data), "the nonce is fresh");
            assert_eq!(open(&[8; 32], &whole), None);
            for place in [0, NONCE_LEN, whole.len() - 1] {
                let mut changed = whole.clone();
                changed[place] ^= 1;
                assert_eq!(open(&key, &changed), None, "byte {place}");
            }
            for len in [0, 1, NONCE_LEN, ADDED - 1] {
                assert_eq!(open(&key, &whole[..len]), None, "{len} bytes");
            }
        }
    }

    #[test]
    fn has_the_form_of_other_implementations() {
        // AES-256-GCM, test case 14 of the specification of GCM: key, nonce and plaintext are zero.
        let key = [0; 32];
        let mut data = vec![0; NONCE_LEN];
        data.extend(0xcea7_403d_4d60_6b6e_074e_c5d3_baf3_9d18_u128.to_be_bytes());
        data.extend(0xd0d1_c8a7_9999_6bf0_265b_98b5_d48a_b919_u128.to_be_bytes());
        assert_eq!(open(&key, &data), Some(vec![0; 16]));
    }
}
