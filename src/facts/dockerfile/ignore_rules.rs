//! `.dockerignore` with the semantics of Docker's own matcher: patterns are anchored at the context's root, the last
//! match wins, `!` includes again, `**` crosses folders, and a pattern that matches a folder matches what is in it.

/// The rules of a `.dockerignore`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DockerIgnore {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    include: bool,
    parts: Vec<String>,
}

const RULES: usize = 1_000;

impl DockerIgnore {
    /// Reads the rules.
    pub fn parse(text: &str) -> Self {
        let lines = text
            .trim_start_matches('\u{feff}')
            .lines()
            .filter(|line| !line.starts_with('#'));
        let rules = lines
            .map(str::trim)
            .filter(|line| !line.is_empty() && line.len() <= 1024);
        Self {
            rules: rules.filter_map(Rule::parse).take(RULES).collect(),
        }
    }

    /// Whether a file (its path relative to the context) stays out.
    pub fn excludes(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let mut excluded = false;
        for rule in &self.rules {
            // only a rule that would change the state needs to be asked
            if rule.include == excluded && rule.matches(&parts) {
                excluded = !rule.include;
            }
        }
        excluded
    }
}

impl Rule {
    fn parse(line: &str) -> Option<Self> {
        let (include, pattern) = match line.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, line),
        };
        let mut parts: Vec<String> = Vec::new();
        for part in pattern.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                "**" if parts.last().is_some_and(|last| last == "**") => {}
                other => parts.push(other.to_owned()),
            }
        }
        (!parts.is_empty()).then_some(Self { include, parts })
    }

    /// Whether the pattern matches the path or a folder that it lies in. One row of a table for each part of the
    /// pattern, so that many `**` cost no more than their number times the path's length.
    fn matches(&self, path: &[&str]) -> bool {
        let mut reached = vec![false; path.len() + 1];
        if let Some(first) = reached.first_mut() {
            *first = true;
        }
        for part in &self.parts {
            let mut next = vec![false; path.len() + 1];
            if part == "**" {
                let mut open = false;
                for (slot, was) in next.iter_mut().zip(&reached) {
                    open |= *was;
                    *slot = open;
                }
            } else {
                for (index, name) in path.iter().enumerate() {
                    if reached.get(index) == Some(&true)
                        && glob(part.as_bytes(), name.as_bytes())
                        && let Some(slot) = next.get_mut(index + 1)
                    {
                        *slot = true;
                    }
                }
            }
            reached = next;
        }
        // `**` alone at the end needs something to stand for
        reached.iter().skip(1).any(|reached| *reached)
    }
}

/// One part of a pattern against one name: `*`, `?`, `[a-z]`, `[^a]`, and `\` before a literal character.
fn glob(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut position) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while position < name.len() {
        if pattern.get(at) == Some(&b'*') {
            at += 1;
            retry = Some((at, position));
            continue;
        }
        match single(
            pattern.get(at..).unwrap_or_default(),
            name.get(position).copied().unwrap_or_default(),
        ) {
            Some(length) => {
                at += length;
                position += 1;
            }
            None => match retry {
                Some((after, tried)) => {
                    at = after;
                    position = tried + 1;
                    retry = Some((after, position));
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

/// The length of the pattern's first element when it matches a byte.
fn single(pattern: &[u8], byte: u8) -> Option<usize> {
    match pattern {
        [b'?', ..] => Some(1),
        [b'\\', literal, ..] => (*literal == byte).then_some(2),
        [b'[', rest @ ..] => {
            let close = rest.iter().skip(1).position(|b| *b == b']')? + 1;
            let (negated, set) = match rest.get(..close)? {
                [b'^', set @ ..] => (true, set),
                set => (false, set),
            };
            let mut found = false;
            let mut index = 0;
            while let Some(low) = set.get(index) {
                match (set.get(index + 1), set.get(index + 2)) {
                    (Some(b'-'), Some(high)) => {
                        found |= (*low..=*high).contains(&byte);
                        index += 3;
                    }
                    _ => {
                        found |= *low == byte;
                        index += 1;
                    }
                }
            }
            (found != negated).then_some(close + 2)
        }
        [literal, ..] => (*literal == byte).then_some(1),
        [] => None,
    }
}
