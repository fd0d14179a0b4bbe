//! Forged access tokens: what a service must refuse. JSON Web Tokens, RFC 7519, signed by HMAC-SHA256 (RFC 7515).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// The parts of a signed token.
#[derive(Debug, Clone)]
struct Token {
    header: Value,
    claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Token {
    fn parse(token: &str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
        Some(Self {
            header: json(header)?,
            claims: json(claims)?,
            signed: signed.to_owned(),
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }
}

/// The same token with one bit of its signature flipped. Works for every token that is not empty.
pub fn tampered(token: &str) -> String {
    match Token::parse(token).filter(|parts| !parts.signature.is_empty()) {
        Some(mut parts) => {
            parts.signature[0] ^= 1;
            format!("{}.{}", parts.signed, URL_SAFE_NO_PAD.encode(&parts.signature))
        }
        // An opaque token: change its first character for another of its alphabet.
        None => {
            let first = if token.starts_with('A') { "B" } else { "A" };
            format!("{first}{}", token.chars().skip(1).collect::<String>())
        }
    }
}

/// The same claims in a token that says it needs no signature; `None` for an opaque token.
pub fn unsigned(token: &str) -> Option<String> {
    let parts = Token::parse(token)?;
    let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"none","typ":"JWT"}"#);
    let claims = parts.signed.split_once('.')?.1.to_owned();
    Some(format!("{header}.{claims}."))
}

/// The same token expired an hour ago, properly signed. `None` unless the token has an expiry and one of the secrets that
/// we gave the service really signed it.
pub fn expired<'s>(token: &str, mut secrets: impl Iterator<Item = &'s str>, now: u64) -> Option<String> {
    let parts = Token::parse(token)?;
    if parts.header.get("alg") != Some(&Value::from("HS256")) {
        return None;
    }
    let secret = secrets.find(|secret| signature(secret, &parts.signed) == parts.signature)?;
    let mut claims = parts.claims.clone();
    let past = now.saturating_sub(3600);
    *claims.get_mut("exp")? = past.into();
    for name in ["iat", "nbf"] {
        if let Some(claim) = claims.get_mut(name) {
            *claim = past.saturating_sub(900).into();
        }
    }
    let signed = format!(
        "{}.{}",
        parts.signed.split_once('.')?.0,
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    Some(format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(signature(secret, &signed))
    ))
}

fn signature(secret: &str, signed: &str) -> Vec<u8> {
    // A key of any length is fine for HMAC.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return Vec::new();
    };
    mac.update(signed.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7519, section 3.1, without its line breaks.
    const EXAMPLE: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    fn sign(claims: &str) -> String {
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#),
            URL_SAFE_NO_PAD.encode(claims)
        );
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature("right", &signed)))
    }

    #[test]
    fn the_signature_is_that_of_the_standard() {
        let parts = Token::parse(EXAMPLE).expect("a token");
        let key = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .expect("a key");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length");
        mac.update(parts.signed.as_bytes());
        assert_eq!(mac.finalize().into_bytes().to_vec(), parts.signature);
    }

    #[test]
    fn expired_tokens_are_signed_by_the_secret_that_fits() {
        let token = sign(r#"{"sub":"1","iat":5000,"exp":9000}"#);
        let forged = expired(&token, ["wrong", "right"].into_iter(), 8000).expect("forged");
        let parts = Token::parse(&forged).expect("a token");
        assert_eq!(parts.claims, serde_json::json!({"sub": "1", "iat": 3500, "exp": 4400}));
        assert_eq!(signature("right", &parts.signed), parts.signature);
        assert_eq!(expired(&token, ["wrong"].into_iter(), 8000), None);
        assert_eq!(expired("opaque", ["right"].into_iter(), 8000), None);
    }

    #[test]
    fn tampered_tokens_differ_in_their_signature_alone() {
        let forged = tampered(EXAMPLE);
        assert_ne!(forged, EXAMPLE);
        assert_eq!(
            forged.rsplit_once('.').map(|parts| parts.0),
            EXAMPLE.rsplit_once('.').map(|parts| parts.0)
        );
        assert_ne!(tampered("opaque"), "opaque");
        assert_ne!(tampered("Aopaque"), "Aopaque");
        assert!(unsigned(EXAMPLE).expect("claims").ends_with('.'));
    }
}
