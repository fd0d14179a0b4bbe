//! Packages that nobody should list any more: abandoned ones, and names that only lead to the real package.

use super::model::{Advice, RequirementsFacts};

/// The listed packages with a better one in their place.
pub(super) fn read(facts: &RequirementsFacts) -> Vec<Advice> {
    let entries = facts.entries.iter().filter(|entry| entry.direct && entry.url.is_none());
    let advised = entries.filter_map(|entry| {
        let index = OUTDATED
            .binary_search_by_key(&entry.name.as_str(), |(name, _)| *name)
            .ok()?;
        let (_, instead) = OUTDATED.get(index)?;
        Some(Advice {
            name: entry.name.clone(),
            instead: (*instead).to_owned(),
            loc: entry.loc.clone(),
        })
    });
    advised.take(200).collect()
}

/// By name, with what to use.
const OUTDATED: [(&str, &str); 33] = [
    ("bs4", "`beautifulsoup4`"),
    ("crypto", "`cryptography`"),
    ("cv2", "`opencv-python-headless`"),
    ("discord", "`discord.py`"),
    ("distribute", "`setuptools`"),
    ("django-rest-framework", "`djangorestframework`"),
    ("docker-py", "`docker`"),
    ("dotenv", "`python-dotenv`"),
    ("enum34", "the `enum` that comes with Python"),
    ("fake-factory", "`faker`"),
    ("fitz", "`pymupdf`"),
    ("flask-script", "the `flask` command"),
    ("futures", "the `concurrent.futures` that comes with Python"),
    ("jwt", "`pyjwt`"),
    ("kafka", "`kafka-python`"),
    ("mysql-connector", "`mysql-connector-python`"),
    ("mysql-python", "`mysqlclient`"),
    ("nose", "`pytest`"),
    ("oauth2client", "`google-auth`"),
    ("opencv", "`opencv-python-headless`"),
    ("pep8", "`pycodestyle`"),
    ("pil", "`pillow`"),
    ("psycopg2cffi", "`psycopg`"),
    ("pycrypto", "`pycryptodome`"),
    ("pypdf2", "`pypdf`"),
    ("pytest-runner", "`pytest`"),
    ("python-jwt", "`pyjwt`"),
    ("sklearn", "`scikit-learn`"),
    ("slackclient", "`slack-sdk`"),
    ("subprocess32", "the `subprocess` that comes with Python"),
    ("telegram", "`python-telegram-bot`"),
    ("yaml", "`pyyaml`"),
    ("zmq", "`pyzmq`"),
];

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted() {
        assert!(super::OUTDATED.is_sorted_by(|(left, _), (right, _)| left < right));
    }
}
