//! What a token must prove beside its shape before its author is accused.

use std::cell::OnceCell;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::forms::Proof;
use super::tokens::Token;

/// Where tokens stand.
pub(super) struct Surroundings<'t> {
    text: &'t str,
    /// Tests, examples and documentation hold tokens that were made up.
    is_example: bool,
    is_page: OnceCell<bool>,
}

impl<'t> Surroundings<'t> {
    pub(super) const fn new(text: &'t str, is_example: bool) -> Self {
        Self {
            text,
            is_example,
            is_page: OnceCell::new(),
        }
    }

    /// True for a token that someone can use.
    pub(super) fn prove(&self, token: &Token) -> bool {
        let value = self.text.get(token.value.clone()).unwrap_or_default();
        match token.form.proof {
            Proof::Shape => true,
            Proof::Checksum => !self.is_example || has_checksum(value),
            Proof::NotOfAPage => !self.is_example && !self.is_page(),
            // The emulator's account has the same key on every machine.
            Proof::NotOfAnEmulator => !value.starts_with("Eby8vdM02xNO"),
            Proof::Lasting => {
                let whole = self.text.get(token.start..token.value.end).unwrap_or_default();
                !self.is_example && is_lasting(whole)
            }
        }
    }

    /// The settings of a web page: everybody gets them, and the service limits the key by the page's address.
    fn is_page(&self) -> bool {
        *self
            .is_page
            .get_or_init(|| self.text.contains("authDomain") || self.text.contains("firebase"))
    }
}

/// The last six characters are the CRC-32 of those before, to the base of 62.
fn has_checksum(token: &str) -> bool {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let Some((random, checksum)) = token.split_at_checked(token.len().saturating_sub(6)) else {
        return false;
    };
    let mut rest = crc32(random.as_bytes()) as usize;
    let mut expected = [b'0'; 6];
    for digit in expected.iter_mut().rev() {
        *digit = DIGITS[rest % DIGITS.len()];
        rest /= DIGITS.len();
    }
    expected == checksum.as_bytes()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1));
    !bytes
        .iter()
        .fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

/// A signed JSON web token that does not expire, and is not meant for everybody.
fn is_lasting(token: &str) -> bool {
    let mut parts = token.split('.');
    let mut object = || -> Option<Map<String, Value>> {
        let bytes = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    let (Some(header), Some(claims)) = (object(), object()) else {
        return false;
    };
    let claim = |name: &str| claims.get(name).and_then(Value::as_str);
    match claim("role") {
        // A hosted database gives one key to the pages and one to the server; both expire in ten years.
        Some("anon") => false,
        Some("service_role") => true,
        _ => {
            let is_specimen = claim("name") == Some("John Doe");
            header.contains_key("alg") && claims.len() >= 2 && !claims.contains_key("exp") && !is_specimen
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_tells_a_token_from_one_that_was_made_up() {
        // Put together here, so that this file itself holds no token.
        let random = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ";
        assert!(has_checksum(&format!("{random}{}", "0mLq17")));
        assert!(!has_checksum(&format!("{random}{}", "0mLq18")));
        assert!(!has_checksum("short"));
    }

    #[test]
    fn a_web_token_is_judged_by_its_claims() {
        let token = |claims: &str| {
            let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#);
            format!("{header}.{}.{}", URL_SAFE_NO_PAD.encode(claims), "c2ln".repeat(11))
        };
        for (claims, lasting) in [
            (r#"{"sub":"app","role":"writer"}"#, true),
            (r#"{"iss":"supabase","role":"service_role","exp":1999999999}"#, true),
            (r#"{"iss":"supabase","role":"anon","exp":1999999999}"#, false),
            (r#"{"sub":"app","role":"writer","exp":1516239022}"#, false),
            // The specimen of the form's home page.
            (r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#, false),
            (r#"{"sub":"app"}"#, false),
            ("[1, 2]", false),
        ] {
            assert_eq!(is_lasting(&token(claims)), lasting, "{claims}");
        }
    }
}
