//! Small texts: words for a shell, indented blocks, the year.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// A path as a word that can be pasted into a POSIX shell.
pub(super) fn shell_word(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |character: char| character.is_alphanumeric() || "/._-+@,:%".contains(character);
    let text = if text.starts_with('-') {
        format!("./{text}")
    } else {
        text.into_owned()
    };
    if text.chars().all(plain) {
        text
    } else if text.chars().any(char::is_control) {
        format!("{text:?}")
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// Indents every line that is not empty.
pub(super) fn indented(text: &str) -> String {
    let mut indented = String::new();
    for line in text.lines() {
        let _ = if line.is_empty() {
            writeln!(indented)
        } else {
            writeln!(indented, "  {line}")
        };
    }
    indented
}

/// The year of the clock, in UTC.
pub(super) fn year() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    year_of(since.map_or(0, |since| since.as_secs() / 86_400))
}

/// The year of a day, counted from the first of January 1970.
fn year_of(day: u64) -> u64 {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut left) = (1970, day);
    loop {
        let days = if leap(year) { 366 } else { 365 };
        if left < days || year == 9999 {
            return year;
        }
        left -= days;
        year += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_shell_words() {
        assert_eq!(shell_word(Path::new("loans")), "loans");
        assert_eq!(shell_word(Path::new("-x")), "./-x");
        assert_eq!(shell_word(Path::new("my $(x) 'y'")), r"'my $(x) '\''y'\'''");
        assert!(!shell_word(Path::new("a\u{1b}[2Jb")).contains('\u{1b}'));
    }

    #[test]
    fn days_belong_to_years() {
        // date -u -d 2024-12-31 +%s, by 86400
        for (day, expected) in [
            (0, 1970),
            (364, 1970),
            (365, 1971),
            (20_088, 2024),
            (20_089, 2025),
            (11_016, 2000),
        ] {
            assert_eq!(year_of(day), expected, "{day}");
        }
    }
}
