//! The scenarios, and what they say of the procedure. One fault turns one observation red: what follows from it is blocked
//! by it, or left out.

use std::sync::mpsc::Sender;

use super::super::placeholders::random;
use super::candidates::Candidate;
use super::machine::{Act, Machine};
use super::{FIRST_CHECK, NEXT_CHECK, ROLLBACK_CHECK, Release, brought};
use crate::engine::EngineError;
use crate::facts::Observation;

/// The ordinary life of a service, and a release that crashes.
#[derive(Debug, Default)]
pub(super) struct Life {
    pub first_version: String,
    pub first: Act,
    next_version: String,
    next: Option<Act>,
    rollback: Option<Act>,
    /// Released again, so that there is a version before the live one.
    third_version: String,
    third: Option<Act>,
    /// Live before and after a crash.
    steady: String,
    crash: Option<Act>,
    /// Live before the steady one.
    earlier: String,
    rollback_after_failure: Option<Act>,
    pub containers: Vec<String>,
    pub refused: Vec<String>,
}

/// Releases that only look alive, each after the same good one.
#[derive(Debug, Default)]
pub(super) struct Bad {
    pub first_version: String,
    pub first: Act,
    hang: Option<Act>,
    wrong: Option<Act>,
    unreachable: Option<Act>,
    refused: Vec<String>,
}

/// A version as a commit names it.
fn version() -> String {
    random(40, b"0123456789abcdef")
}

pub(super) fn life(machine: &Machine<'_>) -> Result<Life, EngineError> {
    let mut life = Life {
        first_version: version(),
        next_version: version(),
        third_version: version(),
        ..Life::default()
    };
    let (first, next, third) = (
        life.first_version.clone(),
        life.next_version.clone(),
        life.third_version.clone(),
    );
    life.first = machine.release_good(Candidate::First, &first, &[])?;
    if life.first.brought(&first) {
        machine.open_doors(&[&first])?;
        go_on(machine, &mut life, &first, &next, &third)?;
    }
    life.containers = machine.containers();
    life.refused = machine.refused()?;
    Ok(life)
}

fn go_on(machine: &Machine<'_>, life: &mut Life, first: &str, next: &str, third: &str) -> Result<(), EngineError> {
    let released = life
        .next
        .insert(machine.release_good(Candidate::Next, next, &[first, next])?);
    if !released.brought(next) {
        return Ok(());
    }
    let back = life.rollback.insert(machine.roll_back(first, &[first, next])?);
    life.earlier = if back.is_live(first) { first } else { next }.to_owned();
    let versions = [first, next, third];
    let again = life
        .third
        .insert(machine.release_good(Candidate::Next, third, &versions)?);
    if !again.brought(third) {
        return Ok(());
    }
    life.steady = third.to_owned();
    let crash = life
        .crash
        .insert(machine.release(Candidate::Crash, &version(), third, &versions)?);
    if crash.is_live(third) {
        let earlier = life.earlier.clone();
        life.rollback_after_failure = Some(machine.roll_back(&earlier, &versions)?);
    }
    Ok(())
}

/// `begun` hears when the first version is live, or is not going to be.
pub(super) fn bad(machine: &Machine<'_>, begun: &Sender<()>) -> Result<Bad, EngineError> {
    let first = version();
    let mut bad = Bad {
        first_version: first.clone(),
        first: machine.release_good(Candidate::First, &first, &[])?,
        ..Bad::default()
    };
    // Nobody waits when the other machine has had its turn.
    let _ = begun.send(());
    if bad.first.brought(&first) {
        machine.open_doors(&[&first])?;
        for candidate in [Candidate::Hang, Candidate::Wrong, Candidate::Unreachable] {
            let act = machine.release(candidate, &version(), &first, &[&first])?;
            if !act.is_live(&first) {
                // The next one is tried on a sound service again, where the procedure can bring that about.
                machine.release(Candidate::First, &first, &first, &[&first])?;
            }
            match candidate {
                Candidate::Hang => bad.hang = Some(act),
                Candidate::Wrong => bad.wrong = Some(act),
                _ => bad.unreachable = Some(act),
            }
        }
    }
    bad.refused = machine.refused()?;
    Ok(bad)
}

pub(super) fn judge_life(life: &Life, release: &mut Release) {
    let Some(next) = &life.next else { return };
    release.next = brought(next, &life.next_version, "releasing the next version over the first");
    if !release.next.holds() {
        let blocked = || Observation::blocked(NEXT_CHECK, "no second version came live");
        release.rollback = blocked();
        release.rollback_after_failure = blocked();
        release.crash = blocked();
        return;
    }
    let Some(rollback) = &life.rollback else { return };
    release.rollback = brought(rollback, &life.first_version, "rolling back to the first version");
    let Some(third) = &life.third else { return };
    if !third.brought(&life.third_version) {
        // A rollback after which nothing can be released is none.
        if release.rollback.holds() {
            release.rollback = brought(third, &life.third_version, "releasing again after a rollback");
        }
        let blocked = || Observation::blocked(ROLLBACK_CHECK, "nothing could be released after the rollback");
        release.rollback_after_failure = blocked();
        release.crash = blocked();
        return;
    }
    if let Some(crash) = &life.crash {
        release.crash = unchanged(crash, Candidate::Crash, &life.steady);
    }
    release.rollback_after_failure = match &life.rollback_after_failure {
        _ if !release.rollback.holds() => Observation::blocked(ROLLBACK_CHECK, "the rollback does not work at all"),
        Some(act) => brought(act, &life.earlier, "rolling back after a release that failed"),
        None => Observation::blocked("release-survives-crash", "the failed release changed what is live"),
    };
}

pub(super) fn judge_bad(bad: &Bad, release: &mut Release) {
    let first = &bad.first_version;
    for (act, candidate, seen) in [
        (&bad.hang, Candidate::Hang, &mut release.hang),
        (&bad.wrong, Candidate::Wrong, &mut release.wrong),
        (&bad.unreachable, Candidate::Unreachable, &mut release.unreachable),
    ] {
        if let Some(act) = act {
            *seen = unchanged(act, candidate, first);
        }
    }
    for refused in &bad.refused {
        if !release.refused.contains(refused) {
            release.refused.push(refused.clone());
        }
    }
}

/// A bad version after which the same version as before has to be live.
fn unchanged(act: &Act, candidate: Candidate, version: &str) -> Observation {
    let ok = act.is_live(version);
    let live = if ok {
        "the version before".to_owned()
    } else {
        act.live.shown()
    };
    let mut answer = format!("users get {live} ({})", act.ending());
    if candidate == Candidate::Unreachable && act.traffic.failed > 0 {
        answer.push_str(&format!(
            "; {} requests failed until it was taken back",
            act.traffic.failed
        ));
    }
    let tried = format!("releasing {}", candidate.shown());
    let seen = Observation::seen(ok, tried, "the version before answers users", answer);
    if ok {
        seen
    } else {
        seen.with_evidence(act.output.clone())
    }
}

/// The exit codes of the releases that failed, as far as they left users where they were.
pub(super) fn judge_failures(life: &Life, bad: &Bad, release: &mut Release) {
    let all = [
        (&life.crash, Candidate::Crash, life.steady.as_str()),
        (&bad.hang, Candidate::Hang, bad.first_version.as_str()),
        (&bad.wrong, Candidate::Wrong, &bad.first_version),
        (&bad.unreachable, Candidate::Unreachable, &bad.first_version),
    ];
    let failed: Vec<_> = all
        .into_iter()
        .filter_map(|(act, candidate, version)| Some((act.as_ref().filter(|act| act.is_live(version))?, candidate)))
        .collect();
    let Some((shown, _)) = failed.first() else {
        release.reports_failure = Observation::blocked("release-survives-crash", "every bad version reached users");
        return;
    };
    let silent: Vec<_> = failed
        .iter()
        .filter(|(act, _)| matches!(act.exit_code, Some(0) | None))
        .collect();
    let answer = match silent.first() {
        None => format!("{} of {} ended with another code than 0", failed.len(), failed.len()),
        Some((act, candidate)) => format!("{} for {}", act.ending(), candidate.shown()),
    };
    let tried = format!("`{}` with bad versions", shown.shown);
    let seen = Observation::seen(silent.is_empty(), tried, "an exit code that is not 0", answer);
    release.reports_failure = match silent.first() {
        Some((act, _)) => seen.with_evidence(act.output.clone()),
        None => seen,
    };
}

/// The requests of users during everything that another observation does not tell of already.
pub(super) fn judge_traffic(life: &Life, bad: &Bad, release: &mut Release) {
    let brings = |act: &'_ Option<Act>, version: &str| act.clone().filter(|act| act.brought(version));
    let stays = |act: &'_ Option<Act>, version: &str| act.clone().filter(|act| act.is_live(version));
    let acts = [
        ("the next version", brings(&life.next, &life.next_version)),
        ("the rollback", brings(&life.rollback, &life.first_version)),
        ("a release after the rollback", brings(&life.third, &life.third_version)),
        ("a version that crashes", stays(&life.crash, &life.steady)),
        (
            "the rollback after it",
            brings(&life.rollback_after_failure, &life.earlier),
        ),
        ("a version that hangs", stays(&bad.hang, &bad.first_version)),
        ("a version that answers nonsense", stays(&bad.wrong, &bad.first_version)),
    ];
    let (mut failed, mut slowest, mut evidence, mut during) = (0, 0.0_f64, Vec::new(), Vec::new());
    for (what, act) in acts.iter().filter_map(|(what, act)| Some((what, act.as_ref()?))) {
        release.requests += act.traffic.served + act.traffic.failed;
        failed += act.traffic.failed;
        slowest = slowest.max(act.traffic.slowest);
        if act.traffic.failed > 0 {
            during.push(*what);
            evidence.extend(act.traffic.failures.iter().map(|failure| format!("{what}: {failure}")));
        }
    }
    release.failed_requests = failed;
    if release.requests == 0 {
        release.uninterrupted = Observation::blocked(
            if release.next.holds() { FIRST_CHECK } else { NEXT_CHECK },
            "there was no sound release to watch",
        );
        return;
    }
    let mut answer = format!(
        "{failed} of {} requests failed, the slowest took {slowest:.1} s",
        release.requests
    );
    if !during.is_empty() {
        answer.push_str(&format!(", during {}", during.join(", ")));
    }
    let tried = "asking for the version all the while, each time on a new connection";
    let seen = Observation::seen(failed == 0, tried, "not one request fails", answer);
    release.uninterrupted = if failed == 0 {
        seen
    } else {
        evidence.truncate(12);
        seen.with_evidence(crate::engine::text::visible(&evidence.join("\n")))
    };
}

#[cfg(test)]
impl Life {
    /// One that came to these acts.
    pub fn of([first, next, third]: [&str; 3], acts: [Act; 6]) -> Self {
        let [one, two, back, three, crash, last] = acts;
        Self {
            first_version: first.to_owned(),
            first: one,
            next_version: next.to_owned(),
            next: Some(two),
            rollback: Some(back),
            third_version: third.to_owned(),
            third: Some(three),
            steady: third.to_owned(),
            crash: Some(crash),
            earlier: first.to_owned(),
            rollback_after_failure: Some(last),
            ..Self::default()
        }
    }

    /// One of its acts.
    pub fn act(&mut self, number: usize) -> &mut Act {
        match number {
            0 => &mut self.first,
            1 => self.next.get_or_insert_default(),
            2 => self.rollback.get_or_insert_default(),
            3 => self.third.get_or_insert_default(),
            4 => self.crash.get_or_insert_default(),
            _ => self.rollback_after_failure.get_or_insert_default(),
        }
    }
}

#[cfg(test)]
impl Bad {
    /// One that came to these acts.
    pub fn of(first: &str, acts: [Act; 4]) -> Self {
        let [one, hang, wrong, unreachable] = acts;
        Self {
            first_version: first.to_owned(),
            first: one,
            hang: Some(hang),
            wrong: Some(wrong),
            unreachable: Some(unreachable),
            ..Self::default()
        }
    }

    /// One of its acts.
    pub fn act(&mut self, number: usize) -> &mut Act {
        match number {
            0 => &mut self.first,
            1 => self.hang.get_or_insert_default(),
            2 => self.wrong.get_or_insert_default(),
            _ => self.unreachable.get_or_insert_default(),
        }
    }
}
