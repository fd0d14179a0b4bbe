//! Names that say that a value is secret.

/// Words that say it alone.
const SECRETS: [&str; 9] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "secretkey",
    "authtoken",
];
/// Words that say it beside `key`.
const KEYS: [&str; 10] = [
    "api",
    "secret",
    "private",
    "signing",
    "encryption",
    "access",
    "account",
    "jwt",
    "auth",
    "master",
];
/// Words that say that the name is about a secret, and does not hold it.
const ABOUT: [&str; 31] = [
    "url",
    "uri",
    "endpoint",
    "path",
    "file",
    "dir",
    "name",
    "id",
    "algorithm",
    "expire",
    "expiry",
    "ttl",
    "type",
    "header",
    "minutes",
    "seconds",
    "field",
    "scheme",
    "hash",
    "digest",
    "checksum",
    "public",
    "model",
    "length",
    "limit",
    "version",
    "prefix",
    "label",
    "cookie",
    "arn",
    "ref",
];
const LONGEST: usize = 80;

/// True for the name of a setting that holds a secret.
pub(in crate::facts) fn names_secret(key: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if key.len() > LONGEST || !key.chars().all(is_part) {
        return false;
    }
    let snake = snake_case(key);
    let words = || snake.split(['_', '-', '.']);
    let any = |list: &[&str]| words().any(|word| list.contains(&word));
    let secret = any(&SECRETS) || (any(&["key"]) && any(&KEYS));
    // `AWS_ACCESS_KEY_ID` names a key, and is one only by its form.
    secret && !words().any(is_about)
}

/// One of the words, its plural, or a word such as `filename`.
fn is_about(word: &str) -> bool {
    ABOUT.iter().any(|about| {
        word.strip_prefix(about)
            .is_some_and(|rest| matches!(rest, "" | "s" | "d" | "es" | "name" | "length"))
    })
}

/// `apiKey` as `api_key`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut was_lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && was_lower {
            snake.push('_');
        }
        was_lower = c.is_ascii_lowercase();
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::names_secret;

    #[test]
    fn a_name_says_whether_it_holds_a_secret() {
        for name in [
            "PASSWORD",
            "db_password",
            "jwt-secret",
            "apiKey",
            "clientSecret",
            "spring.mail.password",
            "SIGNING_KEY",
            "refresh_token",
        ] {
            assert!(names_secret(name), "{name}");
        }
        for name in [
            "token_url",
            "PASSWORD_FILE",
            "secretName",
            "AWS_ACCESS_KEY_ID",
            "token_expires",
            "password_hash",
            "max_tokens",
            "primary_key",
            "tokenizer",
            "keyboard",
            "secret[0]",
            "",
        ] {
            assert!(!names_secret(name), "{name}");
        }
        assert!(!names_secret(&"secret_".repeat(40)));
    }
}
