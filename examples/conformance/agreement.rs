//! Two sides' findings, compared: recall for each rule of the peer, precision for each of our checks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What must be reached.
const MARK: f64 = 0.95;
/// Most findings that a report keeps of one check.
const MOST_FINDINGS: usize = 100;

/// Where something was found in a project: a file and a line, or a name where the peer gives no line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The file, relative to the project; empty when only the name counts.
    pub path: String,
    /// 1-based line; 0 when only the name counts.
    pub line: u32,
    /// The name of a package or a module; empty when the line counts.
    pub name: String,
}

/// One finding of either side.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The peer's rule, or our check.
    pub rule: String,
    /// Where.
    pub place: Place,
    /// What, to show.
    pub message: String,
}

#[derive(Debug, Default)]
struct Tally {
    all: usize,
    agreed: usize,
}

/// The comparison so far.
pub(crate) struct Agreement {
    /// Each mapped rule of the peer, with our checks that cover it.
    rules: BTreeMap<String, BTreeSet<String>>,
    recall: BTreeMap<String, Tally>,
    precision: BTreeMap<String, Tally>,
    uncovered: BTreeMap<String, usize>,
    disagreements: Vec<String>,
}

impl Agreement {
    /// Starts one. `only` looks at a single rule.
    pub(crate) fn new(mut rules: BTreeMap<String, BTreeSet<String>>, only: Option<&str>) -> Self {
        rules.retain(|rule, _| only.is_none_or(|only| only == rule));
        Self {
            rules,
            recall: BTreeMap::new(),
            precision: BTreeMap::new(),
            uncovered: BTreeMap::new(),
            disagreements: Vec::new(),
        }
    }

    /// Adds what both sides found in one project. A place counts once for each rule and each check.
    pub(crate) fn add(&mut self, project: &Path, ours: &[Found], theirs: &[Found]) {
        let mut by_check: BTreeMap<&str, BTreeMap<&Place, &str>> = BTreeMap::new();
        for found in ours {
            by_check
                .entry(&found.rule)
                .or_default()
                .insert(&found.place, &found.message);
        }
        let mut by_rule: BTreeMap<&str, BTreeMap<&Place, &str>> = BTreeMap::new();
        for found in theirs {
            by_rule
                .entry(&found.rule)
                .or_default()
                .insert(&found.place, &found.message);
        }
        let project = project.file_name().unwrap_or_default().to_string_lossy();
        for (rule, places) in &by_rule {
            let Some(checks) = self.rules.get(*rule) else {
                *self.uncovered.entry((*rule).to_owned()).or_default() += places.len();
                continue;
            };
            // A report keeps so many findings of a check: what a peer has beyond them cannot be compared.
            let full = checks.iter().any(|check| {
                by_check
                    .get(check.as_str())
                    .is_some_and(|places| places.len() >= MOST_FINDINGS)
            });
            let tally = self.recall.entry((*rule).to_owned()).or_default();
            for (place, message) in places {
                let found = checks.iter().any(|check| {
                    by_check
                        .get(check.as_str())
                        .is_some_and(|places| places.contains_key(place))
                });
                if full && !found {
                    continue;
                }
                tally.all += 1;
                if found {
                    tally.agreed += 1;
                } else {
                    self.disagreements
                        .push(format!("missed  {rule} {project}/{place}: {message}"));
                }
            }
        }
        let checks: BTreeSet<&String> = self.rules.values().flatten().collect();
        for check in checks {
            let Some(places) = by_check.get(check.as_str()) else {
                continue;
            };
            let rules = self
                .rules
                .iter()
                .filter(|(_, checks)| checks.contains(check))
                .map(|(rule, _)| rule);
            let rules: Vec<&String> = rules.collect();
            let tally = self.precision.entry(check.clone()).or_default();
            for (place, message) in places {
                tally.all += 1;
                let known = rules.iter().any(|rule| {
                    by_rule
                        .get(rule.as_str())
                        .is_some_and(|places| places.contains_key(place))
                });
                if known {
                    tally.agreed += 1;
                } else {
                    self.disagreements
                        .push(format!("alone   {check} {project}/{place}: {message}"));
                }
            }
        }
    }

    /// Prints both tables. True when every figure reaches the mark.
    pub(crate) fn print(&self, disagreements: bool) -> bool {
        if disagreements {
            self.disagreements.iter().for_each(|line| println!("{line}"));
            println!();
        }
        let mut sound = true;
        println!(
            "{:<42} {:>7} {:>7} {:>7}",
            "rule of the peer", "places", "found", "recall"
        );
        for (rule, checks) in &self.rules {
            let none = Tally::default();
            let tally = self.recall.get(rule).unwrap_or(&none);
            sound &= row(rule, tally);
            if tally.all > 0 && tally.agreed == 0 {
                println!("    by {}", checks.iter().cloned().collect::<Vec<_>>().join(", "));
            }
        }
        println!(
            "\n{:<42} {:>7} {:>7} {:>7}",
            "our check", "places", "agreed", "precision"
        );
        for (check, tally) in &self.precision {
            sound &= row(check, tally);
        }
        if !self.uncovered.is_empty() {
            let mut rules: Vec<(&String, &usize)> = self.uncovered.iter().collect();
            rules.sort_by(|left, right| right.1.cmp(left.1));
            let list: Vec<String> = rules.iter().map(|(rule, number)| format!("{rule} {number}")).collect();
            println!("\nnot covered: {}", list.join(", "));
        }
        println!();
        sound
    }
}

fn row(name: &str, tally: &Tally) -> bool {
    if tally.all == 0 {
        println!("{name:<42} {:>7} {:>7} {:>7}", 0, 0, "-");
        return true;
    }
    #[allow(clippy::cast_precision_loss, reason = "numbers of findings are small")]
    let share = tally.agreed as f64 / tally.all as f64;
    let mark = if share < MARK { "  <" } else { "" };
    println!("{name:<42} {:>7} {:>7} {share:>7.3}{mark}", tally.all, tally.agreed);
    share >= MARK
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name.as_str() {
            "" => write!(formatter, "{}:{}", self.path, self.line),
            name => formatter.write_str(name),
        }
    }
}
