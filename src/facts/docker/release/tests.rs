//! What the scenarios say of a procedure: one fault, one red observation.

use super::machine::Act;
use super::scenarios::{Bad, Life};
use super::users::{Live, Traffic};
use super::{FIRST_CHECK, NEXT_CHECK, ROLLBACK_CHECK, Release, release};

fn act(exit_code: i64, live: &str, failed: u64) -> Act {
    Act {
        exit_code: Some(exit_code),
        live: Live {
            version: Some(live.to_owned()),
            problem: None,
        },
        traffic: Traffic {
            served: 100,
            failed,
            ..Traffic::default()
        },
        ..Act::default()
    }
}

/// A sound procedure: versions 1, 2, 1 again, 3, a crash, 1 again; on the other machine 9 all the time.
fn sound() -> (Life, Bad) {
    (
        Life::of(
            ["1", "2", "3"],
            [
                act(0, "1", 0),
                act(0, "2", 0),
                act(0, "1", 0),
                act(0, "3", 0),
                act(1, "3", 0),
                act(0, "1", 0),
            ],
        ),
        Bad::of("9", [act(0, "9", 0), act(1, "9", 0), act(1, "9", 0), act(1, "9", 7)]),
    )
}

/// The names of the observations that do not hold, and of the checks that block others.
fn red(life: Life, bad: Bad) -> (Vec<&'static str>, Vec<String>) {
    let seen = release(life, bad);
    let names = [
        "first",
        "next",
        "rollback",
        "rollback_after_failure",
        "crash",
        "hang",
        "wrong",
        "unreachable",
        "reports_failure",
        "uninterrupted",
    ];
    let red = names
        .into_iter()
        .zip(seen.all())
        .filter(|(_, seen)| seen.ok == Some(false));
    let mut by: Vec<String> = seen.all().iter().filter_map(|seen| seen.blocked_by.clone()).collect();
    by.dedup();
    (red.map(|(name, _)| name).collect(), by)
}

fn nothing() -> Vec<String> {
    Vec::new()
}

#[test]
fn a_sound_procedure_is_green() {
    let (life, bad) = sound();
    assert_eq!(red(life, bad), (Vec::new(), nothing()));
    let (life, bad) = sound();
    let seen = release(life, bad);
    assert_eq!((seen.requests, seen.failed_requests), (700, 0));
    assert!(
        seen.unreachable.answer.contains("7 requests failed"),
        "{}",
        seen.unreachable.answer
    );
}

#[test]
fn each_fault_turns_its_own_observation_red() {
    for (number, changed, name) in [
        (1, act(0, "1", 0), "next"),
        (1, act(1, "1", 0), "next"),
        (2, act(1, "2", 0), "rollback"),
        (4, act(1, "none", 50), "crash"),
        (5, act(1, "3", 0), "rollback_after_failure"),
        (4, act(0, "3", 0), "reports_failure"),
        (1, act(0, "2", 3), "uninterrupted"),
        (4, act(1, "3", 3), "uninterrupted"),
    ] {
        let (mut life, bad) = sound();
        *life.act(number) = changed;
        assert_eq!(red(life, bad).0, [name], "act {number}");
    }
    for (number, changed, name) in [
        (1, act(0, "bad", 50), "hang"),
        (2, act(0, "bad", 50), "wrong"),
        (3, act(1, "bad", 50), "unreachable"),
        (3, act(0, "9", 7), "reports_failure"),
        (2, act(1, "9", 1), "uninterrupted"),
    ] {
        let (life, mut bad) = sound();
        *bad.act(number) = changed;
        assert_eq!(red(life, bad).0, [name], "act {number}");
    }
}

#[test]
fn what_follows_from_a_fault_is_blocked_by_it() {
    let (mut life, mut bad) = sound();
    (*life.act(0), *bad.act(0)) = (act(1, "", 0), act(1, "", 0));
    assert_eq!(red(life, bad), (vec!["first"], vec![FIRST_CHECK.to_owned()]));

    let (mut life, bad) = sound();
    *life.act(1) = act(1, "1", 0);
    assert_eq!(red(life, bad), (vec!["next"], vec![NEXT_CHECK.to_owned()]));

    let (mut life, bad) = sound();
    (*life.act(2), *life.act(5)) = (act(0, "2", 0), act(0, "3", 0));
    assert_eq!(red(life, bad), (vec!["rollback"], vec![ROLLBACK_CHECK.to_owned()]));
}

#[test]
fn a_first_version_that_never_comes_is_blamed_on_what_keeps_it_away() {
    use crate::facts::docker::image::Image;
    use crate::facts::{Fact, Observation};
    let mut seen = Release::blocked(FIRST_CHECK, "no version ever came live");
    seen.first = Observation::seen(false, "releasing", "exit code 0", "exit code 1");
    seen.blame(&Fact::<Image>::unavailable("not looked at"), None);
    assert_eq!(seen.first.ok, Some(false), "nothing else is known to be wrong");
}
