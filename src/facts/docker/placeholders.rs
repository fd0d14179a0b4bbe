//! Fills the placeholders of a contract: `{email}`, `{nonce}`, `{digits:13}`, `{guarded.id}`; see `docs/contract.md`.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::contract::Request;

/// What placeholders stand for.
#[derive(Debug, Clone, Default)]
pub struct Placeholders {
    values: BTreeMap<String, Value>,
}

impl Placeholders {
    /// Sets a plain placeholder such as `email`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    /// Makes the fields of an answer available as `{name.field}`.
    #[must_use]
    pub fn with_answer(mut self, name: &str, answer: &Value) -> Self {
        if let Value::Object(fields) = answer {
            for (field, value) in fields {
                self.values.insert(format!("{name}.{field}"), value.clone());
            }
        }
        self
    }

    /// Fills a text. An unknown placeholder stays as it is, for braces may be meant.
    pub fn text(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            filled.push_str(&rest[..open]);
            rest = &rest[open..];
            match rest
                .find('}')
                .and_then(|close| Some((close, self.value(&rest[1..close])?)))
            {
                Some((close, value)) => {
                    match value {
                        Value::String(plain) => filled.push_str(&plain),
                        other => filled.push_str(&other.to_string()),
                    }
                    rest = &rest[close + 1..];
                }
                None => {
                    filled.push('{');
                    rest = &rest[1..];
                }
            }
        }
        filled.push_str(rest);
        filled
    }

    /// Fills a JSON value; a string that is one placeholder alone takes the placeholder's own type.
    pub fn json(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let alone = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                alone
                    .and_then(|name| self.value(name))
                    .unwrap_or_else(|| Value::String(self.text(text)))
            }
            Value::Array(items) => items.iter().map(|item| self.json(item)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), self.json(value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }

    /// Fills a request; every call makes new random values.
    pub fn request(&self, request: &Request) -> Request {
        Request {
            method: request.method.clone(),
            path: self.text(&request.path),
            json: request.json.as_ref().map(|json| self.json(json)),
            form: request.form.as_ref().map(|form| {
                form.iter()
                    .map(|(name, value)| (name.clone(), self.text(value)))
                    .collect()
            }),
        }
    }

    fn value(&self, name: &str) -> Option<Value> {
        if let Some(value) = self.values.get(name) {
            return Some(value.clone());
        }
        let (word, number) = name
            .split_once(':')
            .map_or((name, None), |(word, number)| (word, Some(number)));
        let length = || {
            number
                .and_then(|number| number.parse::<usize>().ok())
                .filter(|length| (1..=64).contains(length))
        };
        match word {
            "nonce" if number.is_none() => Some(random(12, b"abcdefghijklmnopqrstuvwxyz0123456789").into()),
            "secret" if number.is_none() => Some(random(64, b"0123456789abcdef").into()),
            "digits" => Some(random(length()?, b"0123456789").into()),
            "letters" => Some(random(length()?, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ").into()),
            "days" => {
                let days: u64 = number?.parse().ok().filter(|days| *days <= 3650)?;
                Some(crate::report::time::rfc3339(SystemTime::now() + Duration::from_secs(days * 86_400)).into())
            }
            _ => None,
        }
    }
}

/// Random characters of an alphabet of at most 256 ones.
pub fn random(length: usize, alphabet: &[u8]) -> String {
    let mut bytes = vec![0_u8; length];
    // Without randomness from the system, the time is still different in each run; nothing secret hangs on it.
    if getrandom::fill(&mut bytes).is_err() {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .as_nanos();
        let mut state = now as u64 | 1;
        for byte in &mut bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (state >> 56) as u8;
        }
    }
    bytes
        .iter()
        .map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()]))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn placeholders_are_filled_and_typed() {
        let filled = Placeholders::default()
            .with("email", "a@example.org")
            .with_answer("guarded", &json!({"id": 7}));
        assert_eq!(
            filled.text("/books/{guarded.id}?by={email}"),
            "/books/7?by=a@example.org"
        );
        assert_eq!(
            filled.json(&json!({"book_id": "{guarded.id}", "n": [1, "{email}"]})),
            json!({"book_id": 7, "n": [1, "a@example.org"]})
        );
    }

    #[test]
    fn random_ones_differ_and_have_their_shape() {
        let filled = Placeholders::default();
        let (one, two) = (filled.text("{digits:13}"), filled.text("{digits:13}"));
        assert_ne!(one, two);
        assert!(one.len() == 13 && one.bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(filled.text("{secret}").len(), 64);
        assert!(filled.text("{days:3}").ends_with('Z'));
    }

    #[test]
    fn braces_that_are_no_placeholder_stay() {
        let filled = Placeholders::default();
        for text in [
            "{",
            "}",
            "{unknown}",
            "{digits:0}",
            "{digits:999}",
            "{{}}",
            "{guarded.id}",
        ] {
            assert_eq!(filled.text(text), text);
        }
    }
}
