//! Whether a value is a secret, a dummy or a reference.

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

/// Characters of different kinds in turn, as chance makes them: words, identifiers and names of versions keep to one kind.
pub(super) fn looks_random(value: &str) -> bool {
    #[derive(PartialEq, Eq, Clone, Copy)]
    enum Kind {
        Digit,
        Lower,
        Upper,
        Other,
    }
    if value.contains("://") || value.starts_with(['/', '.', '~']) || value.contains(['(', ')', '[', ']', ' ', '|']) {
        return false;
    }
    let (mut digits, mut letters, mut changes, mut others) = (0, 0, 0, 0);
    let mut before = Kind::Other;
    for byte in value.bytes() {
        let kind = match byte {
            b'0'..=b'9' => Kind::Digit,
            b'a'..=b'z' => Kind::Lower,
            b'A'..=b'Z' => Kind::Upper,
            _ => Kind::Other,
        };
        match kind {
            Kind::Digit => digits += 1,
            Kind::Other => others += 1,
            Kind::Lower | Kind::Upper => letters += 1,
        }
        // `getToken` begins a word with a capital: one change, not two
        let begins_word = before == Kind::Upper && kind == Kind::Lower;
        changes += usize::from(kind != before && kind != Kind::Other && before != Kind::Other && !begins_word);
        before = kind;
    }
    let length = value.len();
    digits >= 2 && letters >= 3 && variety(value) >= 9 && others * 5 <= length && changes * 7 >= length * 2
}

pub(super) fn is_local(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    // a name without a dot is a service of compose or of the CI
    name.is_empty() || !name.contains('.') || name.starts_with("127.") || name == "0.0.0.0" || name.contains("example")
}
