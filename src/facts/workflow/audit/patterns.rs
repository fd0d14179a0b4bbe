//! Patterns of branches, tags and paths.

/// What is wrong with a pattern.
pub(super) fn fault(pattern: &str, is_ref: bool) -> Option<&'static str> {
    let body = pattern.strip_prefix('!').unwrap_or(pattern);
    if pattern.is_empty() {
        return None;
    }
    if body.is_empty() {
        return Some("nothing is left to match");
    }
    if is_ref && (body.starts_with('/') || body.ends_with('/') || body.ends_with('.')) {
        return Some("no branch or tag begins with `/` or ends with `/` or `.`");
    }
    if !is_ref && pattern.trim() != pattern {
        return Some("a path does not begin or end with a space");
    }
    if !is_ref && (matches!(body, "." | "..") || body.starts_with("./") || body.starts_with("../")) {
        return Some("a path begins at the top of the repository, without `./`");
    }
    let mut characters = body.chars().peekable();
    let mut previous = None;
    while let Some(character) = characters.next() {
        match character {
            '\\' if is_ref && !matches!(characters.peek(), Some('[' | '?' | '+' | '*' | '\\' | '!')) => {
                return Some("`\\` stands only before a special character");
            }
            '\\' => {
                characters.next();
            }
            '?' | '+' if matches!(previous, None | Some('?' | '+' | '*')) => {
                return Some("`?` and `+` repeat what is before them, and nothing is there");
            }
            '[' => {
                let mut members: Vec<char> = Vec::new();
                loop {
                    match characters.next() {
                        None => return Some("`[` is not closed"),
                        Some(']') => break,
                        Some(member) => members.push(member),
                    }
                }
                if let Some(fault) = members_fault(&members) {
                    return Some(fault);
                }
            }
            ' ' | '~' | '^' | ':' if is_ref => return Some("no branch or tag has this character in its name"),
            _ => {}
        }
        previous = Some(character);
    }
    None
}

fn members_fault(members: &[char]) -> Option<&'static str> {
    let reversed = members
        .windows(3)
        .any(|part| matches!(part, [start, '-', end] if start > end));
    if reversed {
        return Some("a range ends before it begins");
    }
    (members.len() < 2).then_some("`[…]` with fewer than two characters is needless")
}
