//! What identifies a finding from one run to the next: the check, the file, the message and the text of the line, but not
//! the line's number. Equal findings are told apart by their order.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::model::Finding;

/// Gives every finding of a report its fingerprint.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    seen: HashMap<[u8; 32], u32>,
}

impl Fingerprints {
    /// The fingerprint of a finding: 64 hexadecimal digits, never given twice.
    pub(super) fn of(&mut self, check: &str, finding: &Finding) -> String {
        let mut base = Sha256::new();
        for part in [
            check,
            finding.path.as_deref().unwrap_or(""),
            &finding.message,
            line(finding),
        ] {
            // The length keeps neighbouring parts apart.
            base.update(part.len().to_le_bytes());
            base.update(part);
        }
        let base: [u8; 32] = base.finalize().into();
        let times = self.seen.entry(base).or_default();
        *times += 1;
        let digest = Sha256::new()
            .chain_update(base)
            .chain_update(times.to_le_bytes())
            .finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The text of the line at fault, without its indentation.
fn line(finding: &Finding) -> &str {
    finding
        .excerpt
        .as_ref()
        .and_then(|excerpt| {
            let at = finding.line?.checked_sub(excerpt.first_line?)?;
            excerpt.lines.get(usize::try_from(at).ok()?)
        })
        .map_or("", |line| line.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::Excerpt;

    fn finding(line: u32, text: &str) -> Finding {
        Finding {
            message: "`x` has no version".to_owned(),
            path: Some("requirements.txt".to_owned()),
            line: Some(line),
            column: None,
            excerpt: Some(Excerpt {
                first_line: Some(line),
                lines: vec![text.to_owned()],
            }),
        }
    }

    #[test]
    fn a_finding_keeps_its_fingerprint_when_it_moves() {
        let of = |finding: &Finding| Fingerprints::default().of("pinned", finding);
        assert_eq!(of(&finding(3, "x")), of(&finding(40, "  x")));
        assert_ne!(of(&finding(3, "x")), of(&finding(3, "x # again")));
        assert_ne!(
            Fingerprints::default().of("pinned", &finding(3, "x")),
            Fingerprints::default().of("hashed", &finding(3, "x"))
        );
    }

    #[test]
    fn equal_findings_are_told_apart() {
        let mut fingerprints = Fingerprints::default();
        let (one, other) = (finding(3, "x"), finding(9, "x"));
        assert_ne!(fingerprints.of("pinned", &one), fingerprints.of("pinned", &other));
    }
}
