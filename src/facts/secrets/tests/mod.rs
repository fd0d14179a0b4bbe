//! Tests of the secrets collector.

mod literals;
mod mask;
mod tokens;

use super::*;
use crate::source::Snapshot;

/// A text that looks like chance: no secret of anybody.
const RANDOM: &str = "9f8A7b6C5d4E3f2A1b0C9d8E";

fn found(files: &[(&str, &str)]) -> Vec<Secret> {
    let files = files.iter().map(|(path, text)| (*path, *text));
    collect(&Snapshot::from_files("x", files)).found
}

/// The kinds of what is found in one file, each with its line.
fn kinds(path: &str, text: &str) -> Vec<(String, usize)> {
    let found = found(&[(path, text)]);
    found.into_iter().map(|secret| (secret.kind, secret.loc.line)).collect()
}

/// Put together here, so that this file itself holds no key.
fn private_key() -> String {
    let body = "MIIEpAIBAAKCAQEAt8Zq9vYw3hJf\n".repeat(4);
    format!("-----BEGIN RSA {0}-----\n{body}-----END RSA {0}-----\n", "PRIVATE KEY")
}

#[test]
fn private_keys_are_found_where_a_key_follows_the_marker() {
    let key = private_key();
    assert_eq!(kinds("deploy/id_rsa", &key), [("private key".to_owned(), 1)]);
    let account = format!("{{\"ключ\": \"{}\"}}\n", key.replace('\n', "\\n"));
    assert_eq!(kinds("account.json", &account), [("private key".to_owned(), 1)]);
    for (path, text) in [
        ("tests/data/server.key", key),
        ("app/scan.py", "MARK = '-----BEGIN PRIVATE KEY-----'\n".to_owned()),
        ("server.pub", "-----BEGIN PUBLIC KEY-----\nMIIBIjANBg\n".to_owned()),
    ] {
        assert_eq!(kinds(path, &text), [], "{path}");
    }
}

#[test]
fn passwords_in_addresses_are_found_unless_the_host_is_this_machine() {
    let text = "x = 1\nURL = 'postgresql://admin:hunter2go@db.host.io/x'\n";
    let found = found(&[("app/db.py", text)]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kind, "password in a URL");
    assert_eq!(found[0].excerpt, "postgresql://admin:********");
    assert_eq!((found[0].loc.line, found[0].loc.column), (2, 8));
    for address in [
        "postgresql://loans:loans@localhost:5432/loans",
        "postgresql://loans:s3cretpw@db:5432/x",
        "redis://:${REDIS_PASSWORD}@cache.host.io/0",
        "https://user:password@host.io/",
        "https://ada:s3cr3tpw@api.example.org/",
        "https://host.io/a:b@c",
    ] {
        assert_eq!(kinds("app/db.py", &format!("URL = '{address}'\n")), [], "{address}");
    }
}

#[test]
fn a_token_in_place_of_a_user_is_not_shown() {
    let token = ["ghp", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].join("_");
    let as_user = format!("git clone https://{token}:x-oauth-basic@github.com/ada/notes\n");
    let found = found(&[("setup.sh", &as_user)]);
    assert_eq!(found[0].excerpt, "https://ghp_********:********");
}

#[test]
fn each_line_is_told_once_and_a_token_by_its_kind() {
    let token = ["ghp", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].join("_");
    let text = format!("GITHUB_TOKEN={token}\nDB_PASSWORD={RANDOM}\nPAIR={token} {token}\n");
    let kinds = kinds(".env", &text);
    let expected = [
        ("GitHub token", 1),
        ("secret in a settings file", 2),
        ("GitHub token", 3),
    ];
    assert_eq!(kinds, expected.map(|(kind, line)| (kind.to_owned(), line)));
}

#[test]
fn what_git_does_not_keep_and_what_is_large_is_not_looked_at() {
    let large = format!("API_TOKEN = \"{RANDOM}\"\n{}", "#\n".repeat(600_000));
    assert_eq!(kinds("app/large.py", &large), []);
    let notebook = format!("\"API_TOKEN = '{RANDOM}'\\n\",\n{}", "\n".repeat(1_200_000));
    assert_eq!(kinds("eda.ipynb", &notebook).len(), 1);
}

#[test]
fn a_hostile_text_takes_no_longer_than_another() {
    // Each of these starts a search at every few bytes of the text.
    for part in [
        "glpat-.",
        "eyJ.eyJ.",
        "+eyJ",
        "://a:",
        "PRIVATE KEY-----",
        "x=\"",
        "token=\"",
        "/discord.com/api/webhooks/",
    ] {
        let text = part.repeat((256 << 10) / part.len());
        let start = std::time::Instant::now();
        for path in ["app/a.py", "a.yaml", ".env", "a.ipynb"] {
            let _ = kinds(path, &text);
        }
        let _ = masked(&text, Some("app/a.py"));
        assert!(start.elapsed().as_secs() < 20, "{part}: {:?}", start.elapsed());
    }
}

#[test]
fn no_fact_keeps_a_value() {
    let token = ["ghp", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].join("_");
    let text = format!("API_TOKEN = \"{RANDOM}\"\nOTHER = '{token}'\nURL = 'amqp://ada:{RANDOM}@mq.acme.io/'\n");
    let files = [
        ("app/config.py", text),
        (".env", format!("DB_PASSWORD={RANDOM}\n")),
        ("eda.ipynb", format!("\"token = '{RANDOM}'\"\n{token}\n")),
        ("deploy/key.pem", private_key()),
    ];
    let facts = collect(&Snapshot::from_files("x", files));
    assert_eq!(facts.found.len(), 7, "{facts:?}");
    let written = serde_json::to_string(&facts).expect("facts are JSON");
    for part in [&RANDOM[..6], &token[4..10], "MIIE"] {
        assert!(!written.contains(part), "{written}");
    }
}
