//! A call of a client, taken apart. Nothing of it is ever passed on as it came.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::problem::Problem;

/// A call of the Docker API.
#[derive(Debug, Clone)]
pub struct Call {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path without the version, in decoded pieces: `["containers", "shop-blue", "json"]`.
    pub path: Vec<String>,
    /// The query.
    pub query: BTreeMap<String, String>,
    /// The body, an empty object when there is none.
    pub body: Value,
}

impl Call {
    /// Takes a call apart.
    ///
    /// # Errors
    ///
    /// When the path has pieces that no name has, or the body is no JSON object.
    pub fn parse(method: &str, target: &str, body: &[u8]) -> Result<Self, Problem> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut pieces: Vec<String> = Vec::new();
        for piece in path.split('/').filter(|piece| !piece.is_empty()) {
            let piece = decoded(piece, false);
            let strange =
                piece == "." || piece == ".." || piece.contains(|mark: char| mark.is_control() || mark == '\\');
            if strange {
                return Err(Problem::refused(
                    "a path with such a piece is no path of the Docker API",
                ));
            }
            pieces.push(piece);
        }
        if pieces.first().is_some_and(|first| is_version(first)) {
            pieces.remove(0);
        }
        let query = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decoded(name, true), decoded(value, true))
            })
            .collect();
        let body = match body {
            [] => Value::Object(Map::new()),
            bytes => match serde_json::from_slice(bytes) {
                Ok(Value::Null) => Value::Object(Map::new()),
                Ok(value @ Value::Object(_)) => value,
                _ => return Err(Problem::invalid("the body is no JSON object")),
            },
        };
        Ok(Self {
            method: method.to_owned(),
            path: pieces,
            query,
            body,
        })
    }

    /// A value of the query; empty when it is not there.
    pub fn query(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// Is this value of the query set to something true?
    pub fn flag(&self, name: &str) -> bool {
        !matches!(self.query(name), "" | "0" | "false" | "False")
    }

    /// What it asks for, in a few words for the account.
    pub fn shown(&self) -> String {
        let path: String = self.path.join("/").chars().take(120).collect();
        format!("{} /{path}", self.method)
    }
}

fn is_version(piece: &str) -> bool {
    piece
        .strip_prefix('v')
        .and_then(|rest| rest.split_once('.'))
        .is_some_and(|(major, minor)| major.parse::<u16>().is_ok() && minor.parse::<u16>().is_ok())
}

/// Percent-decoded text; what is no UTF-8 is replaced.
fn decoded(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = bytes
            .get(at + 1..at + 3)
            .and_then(|code| std::str::from_utf8(code).ok())
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match (byte, code) {
            (b'%', Some(code)) => {
                plain.push(code);
                at += 2;
            }
            (b'+', _) if plus => plain.push(b' '),
            _ => plain.push(*byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_taken_apart() {
        let call =
            Call::parse("GET", "/v1.41/containers/json?all=1&filters=%7B%22name%22%3A+1%7D", b"").expect("a call");
        assert_eq!(call.path, ["containers", "json"]);
        assert!(call.flag("all") && !call.flag("size"));
        assert_eq!(call.query("filters"), "{\"name\": 1}");
        assert_eq!(call.shown(), "GET /containers/json");
    }

    #[test]
    fn a_path_with_tricks_is_none() {
        for target in [
            "/v1.41/containers/../images/json",
            "/containers/%2e%2e/json",
            "/containers/a%00b/json",
            "/containers/a%5c..%5cb/json",
            "/./_ping",
        ] {
            assert!(Call::parse("GET", target, b"").is_err(), "{target}");
        }
    }

    #[test]
    fn a_body_is_an_object() {
        assert!(Call::parse("POST", "/containers/create", b"[1]").is_err());
        assert!(Call::parse("POST", "/containers/create", b"{").is_err());
        assert!(Call::parse("POST", "/containers/x/start", b"null").is_ok());
    }
}
