//! Every theme of every kind, as it is scaffolded and on the real engine: everything is looked at, and everything is green. Its own
//! tests run on Python 3.13 here; on the Python of this machine they run in `themes.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use std::collections::BTreeMap;

use support::project::green;

const BRANCHES: [&str; 6] = ["static", "install", "pytest", "image", "service", "scenarios"];

fn api(theme: &str) {
    green("api", theme, &BRANCHES);
}

fn pipeline(theme: &str) {
    let report = green("pipeline", theme, &[&BRANCHES[..], &["pipeline"]].concat());
    let data = report.verdicts.iter().filter(|verdict| verdict.area == "data").count();
    assert!(data >= 18, "{data} checks of the data");
}

fn deploy(theme: &str) {
    support::ensure_proxy_image();
    let report = green("deploy", theme, &[&BRANCHES[..], &["release"]].concat());
    let release = report
        .stages
        .iter()
        .find(|stage| stage.name == "release")
        .expect("it ran");
    assert!(release.detail.contains("10 of 10 scenarios"), "{}", release.detail);
}

macro_rules! themes {
    ($($kind:ident: $($theme:ident),*;)*) => {
        $(mod $kind {$(
            #[test]
            fn $theme() {
                super::$kind(stringify!($theme));
            }
        )*})*

        #[test]
        fn every_theme_is_among_these() {
            let context = support::cli::Context::new();
            let listed = context.run(&["new", "all", "--theme", "list", "--json"]).ends(0).json();
            let texts = |value: &serde_json::Value, key: &str| value[key].as_str().unwrap().to_owned();
            let listed: BTreeMap<String, Vec<String>> = listed
                .as_array()
                .unwrap()
                .iter()
                .map(|kind| {
                    let themes = kind["themes"].as_array().unwrap().iter();
                    (texts(kind, "template"), themes.map(|theme| texts(theme, "name")).collect())
                })
                .collect();
            let here: BTreeMap<String, Vec<String>> = [
                $((stringify!($kind).to_owned(), vec![$(stringify!($theme).to_owned()),*])),*
            ]
            .into();
            assert_eq!(listed, here);
        }
    };
}

themes! {
    api: clinic, courts, events, hire, loans;
    deploy: fares, hours, measures, quotes, recipes;
    pipeline: bikes, churn, credit, machines, noshows;
}
