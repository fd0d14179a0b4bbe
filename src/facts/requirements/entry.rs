//! One requirement, read by the rules of packaging.

use std::str::FromStr;

use pep508_rs::MarkerTree;
use pep508_rs::pep440_rs::{Operator, VersionSpecifiers};

use super::model::Entry;
use super::names::normalise;

/// Longer texts are refused before they reach the parser, whose markers are read recursively.
const MARKER_BYTES: usize = 600;
const TEXT_BYTES: usize = 2_000;

/// Reads `name[extras] specifier ; marker` or `name @ address ; marker`. File, group and place are left to the caller.
pub(super) fn read(text: &str) -> Result<Entry, String> {
    let text = text.trim();
    if text.len() > TEXT_BYTES {
        return Err("longer than a requirement can be".to_owned());
    }
    let (body, marker) = split_marker(text);
    if let Some(marker) = marker {
        check_marker(marker)?;
    }
    let marker = marker.map(|marker| marker.trim().to_owned());
    if let Some((name, url)) = body.split_once('@').filter(|(name, _)| is_name_with_extras(name)) {
        let mut entry = by_address(url.trim());
        let (name, extras) = split_extras(name);
        entry.name = normalise(name);
        entry.extras = extras;
        entry.raw = text.to_owned();
        entry.marker = marker;
        return Ok(entry);
    }
    if body.contains("://") || body.starts_with(['.', '/']) || body.ends_with(".whl") || body.ends_with(".tar.gz") {
        let mut entry = by_address(body.trim());
        entry.raw = text.to_owned();
        entry.marker = marker;
        return Ok(entry);
    }
    let (head, specifiers) = split_specifier(body);
    if !is_name_with_extras(head) {
        return Err("no name of a package".to_owned());
    }
    let (name, extras) = split_extras(head);
    let specifiers = VersionSpecifiers::from_str(specifiers).map_err(|error| first_line(&error.to_string()))?;
    if let Some(marker) = &marker {
        MarkerTree::from_str(marker).map_err(|error| first_line(&error.message.to_string()))?;
    }
    Ok(Entry {
        name: normalise(name),
        raw: text.to_owned(),
        specifier: specifiers.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        pinned: is_pinned(&specifiers),
        extras,
        marker,
        ..Entry::default()
    })
}

/// The name at the start of a line that cannot be read: it is declared all the same.
pub(super) fn named(text: &str) -> Option<String> {
    let text = text.trim();
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name = text.split(|c: char| !of_name(c)).next().filter(|name| is_name(name))?;
    let rest = text.get(name.len()..).unwrap_or_default();
    let ends = rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || "[(<>=!~;,".contains(c));
    ends.then(|| normalise(name))
}

/// Name and extras, and what follows them. The parts are read one by one: the parser of whole requirements panics on
/// some names that it does not accept.
fn split_specifier(body: &str) -> (&str, &str) {
    let end = body.find(['<', '>', '=', '!', '~', '(']).unwrap_or(body.len());
    let (head, rest) = body.split_at_checked(end).unwrap_or((body, ""));
    let rest = rest.trim();
    let inner = rest
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or(rest);
    (head.trim(), inner)
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().chars().take(200).collect()
}

fn is_pinned(specifiers: &VersionSpecifiers) -> bool {
    specifiers
        .iter()
        .any(|one| matches!(one.operator(), Operator::Equal | Operator::ExactEqual))
}

/// ` ; marker`, and for requirements without an address also `;marker`.
fn split_marker(text: &str) -> (&str, Option<&str>) {
    let separator = if text.contains("://") { " ;" } else { ";" };
    text.split_once(separator)
        .map_or((text, None), |(body, marker)| (body.trim_end(), Some(marker)))
}

fn check_marker(marker: &str) -> Result<(), String> {
    if marker.len() > MARKER_BYTES || marker.matches('(').count() > 20 || marker.matches(" or ").count() > 20 {
        return Err("its marker is longer than a person would write".to_owned());
    }
    Ok(())
}

fn is_name_with_extras(text: &str) -> bool {
    let (name, extras) = split_extras(text);
    let closed = !text.contains('[') || text.trim_end().ends_with(']');
    closed && is_name(name) && extras.iter().all(|extra| is_name(extra))
}

/// Letters and digits at both ends; `-`, `_` and `.` between them.
fn is_name(text: &str) -> bool {
    let ends = |character: Option<char>| character.is_some_and(|c| c.is_ascii_alphanumeric());
    ends(text.chars().next())
        && ends(text.chars().next_back())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn split_extras(text: &str) -> (&str, Vec<String>) {
    match text.trim().split_once('[') {
        Some((name, extras)) => {
            let extras = extras
                .trim_end_matches(']')
                .split(',')
                .map(|extra| extra.trim().to_owned());
            (name.trim(), extras.filter(|extra| !extra.is_empty()).collect())
        }
        None => (text.trim(), Vec::new()),
    }
}

/// A requirement by address: `git+https://host/name@commit#egg=name`, `https://host/name-1.0.whl`, `./local`.
pub(super) fn by_address(url: &str) -> Entry {
    let vcs = url
        .split_once('+')
        .filter(|(vcs, _)| matches!(*vcs, "git" | "hg" | "svn" | "bzr"))
        .map(|(vcs, _)| vcs);
    let (address, fragment) = url.split_once('#').unwrap_or((url, ""));
    let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg="));
    let last = address.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let reference = last.split_once('@').map(|(_, reference)| reference);
    let commit = reference.is_some_and(|text| text.len() >= 40 && text.chars().all(|c| c.is_ascii_hexdigit()));
    let guessed = last
        .split(['@', '-'])
        .next()
        .unwrap_or_default()
        .trim_end_matches(".git");
    let name = egg.map_or(guessed, |egg| egg.split('[').next().unwrap_or(egg));
    let local = !address.contains("://");
    Entry {
        name: normalise(name),
        url: Some(mask(url)),
        vcs: vcs.map(str::to_owned),
        pinned: if vcs.is_some() {
            commit
        } else {
            local || last.contains('.')
        },
        ..Entry::default()
    }
}

/// An address without the credentials that it may hold.
pub(super) fn mask(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://***@{host}/{path}"),
        None => url.to_owned(),
    }
}
