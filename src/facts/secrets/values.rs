//! Whether a text is a secret, a dummy or a reference.

/// True for the name of a setting that holds a secret.
pub(in crate::facts) fn names_secret(key: &str) -> bool {
    let lower = key.to_lowercase();
    let word = |name: &str| {
        lower
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|part| part == name)
    };
    key.len() <= 80
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && (word("password")
            || word("passwd")
            || word("secret")
            || word("token")
            || lower.contains("apikey")
            || (word("key")
                && ["api", "secret", "private", "signing", "encryption", "access"]
                    .iter()
                    .any(|w| word(w))))
        && ![
            "url",
            "endpoint",
            "path",
            "name",
            "algorithm",
            "expire",
            "type",
            "header",
            "minutes",
            "field",
            "scheme",
        ]
        .iter()
        .any(|other| lower.split('_').any(|part| part.starts_with(other)))
}

/// A literal value: no reference to something else, no dummy.
pub(super) fn is_value(value: &str) -> bool {
    !value.is_empty() && !value.contains(['{', '}', '$', '<', '>', '%', '(']) && !is_dummy(value)
}

/// Words that people write where a secret will stand.
pub(super) fn is_dummy(value: &str) -> bool {
    const DUMMIES: [&str; 25] = [
        "change",
        "example",
        "your",
        "dummy",
        "placeholder",
        "xxxx",
        "0000",
        "1234",
        "secret",
        "password",
        "test",
        "insecure",
        "replace",
        "sample",
        "fake",
        "todo",
        "abcdef",
        "dev-",
        "-dev",
        "local",
        "postgres",
        "redacted",
        "make-",
        "here",
        "default",
    ];
    let lower = value.to_ascii_lowercase();
    DUMMIES.iter().any(|dummy| lower.contains(dummy)) || variety(value) < 4
}

/// How many different characters there are.
pub(super) fn variety(value: &str) -> usize {
    let mut seen = [false; 128];
    for byte in value.bytes() {
        if let Some(slot) = seen.get_mut(usize::from(byte)) {
            *slot = true;
        }
    }
    seen.iter().filter(|seen| **seen).count()
}

/// What stands in a settings file before it is filled in, and passwords of a database on the developer's machine.
pub(in crate::facts) fn is_placeholder(value: &str) -> bool {
    const PLACEHOLDERS: [&str; 13] = [
        "change",
        "example",
        "your",
        "placeholder",
        "xxxx",
        "replace",
        "todo",
        "insert",
        "make-",
        "postgres",
        "password",
        "localhost",
        "generate",
    ];
    let lower = value.to_ascii_lowercase();
    value.contains(['$', '<', '{']) || variety(value) < 4 || PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

/// Digits among letters: words and identifiers of code have none.
pub(super) fn looks_random(value: &str) -> bool {
    let digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let letter = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let path = value.contains("://") || value.starts_with(['/', '.']);
    !path && letter && digit
}

pub(super) fn is_local(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    // a name without a dot is a service of compose or of the CI
    name.is_empty() || !name.contains('.') || name.starts_with("127.") || name == "0.0.0.0" || name.contains("example")
}
