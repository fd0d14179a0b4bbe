//! A small template for tests.

use super::manifest::Template;
use super::tree::Tree;

/// Its files.
pub fn tree() -> Tree {
    let files: [(&str, &str); 15] = [
        (
            "template.yaml",
            "kind: demo\nversion: 1\nsummary: A demonstration\ndefault_theme: loans\npython: ['3.13', '3.12', '3.10']\n\
             questions:\n  - {key: licence, ask: Licence, default: MIT, choices: [MIT, ISC]}\n\
             files:\n  - {path: '.github/**', when: \"ci == 'github'\"}\n  - {path: '.gitlab-ci.yml', when: \"ci == 'gitlab'\"}\n\
             next_steps: |\n  cd {= directory =}\n  make setup\n",
        ),
        (
            "files/README.md.tmpl",
            "# {= name =}: {= title | markdown =}\n\nBy {= author | markdown =}.\n",
        ),
        (
            "files/config.yml.tmpl",
            "author: {= author | yaml =}\nemail: {= email | yaml =}\nvariant: {= variant | yaml =}\nanswers: {= answers | yaml =}\n",
        ),
        (
            "files/pyproject.toml.tmpl",
            "name = {= name | toml =}\nauthor = {= author | toml =}\n",
        ),
        ("files/LICENSE.tmpl", "Copyright {= year =} {= author | text =}\n"),
        (
            "files/__package__/__init__.py.tmpl",
            "AUTHOR = {= author | python =}\nROLE = \"{= role =}\"\n",
        ),
        (
            "files/__package__/text.py",
            "x = f\"{ {'a': 1}['a'] }\"  # {= not rendered =}\n",
        ),
        (
            "files/.github/workflows/ci.yml.tmpl",
            "name: {= name =}\nrun: ${{ github.ref }}\n",
        ),
        ("files/.gitlab-ci.yml", "a: b\r\n"),
        ("files/run.sh", "#!/bin/sh\nexit 0\n"),
        ("files/shared.txt", "shared"),
        (
            "themes/loans/theme.yaml",
            "title: Library loans\nsummary: Books\npackage: loans_api\nvariables: {role: member}\n",
        ),
        ("themes/loans/files/shared.txt.tmpl", "loans: {= package =}\n"),
        (
            "themes/parcels/theme.yaml",
            "title: Parcels\nsummary: Boxes\npackage: parcels_api\nvariables: {role: courier}\n",
        ),
        ("themes/parcels/files/__package__/parcel.py", "pass\n"),
    ];
    files
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec().into()))
        .collect()
}

/// The template.
pub fn template() -> Template {
    Template::load("demo", tree()).unwrap()
}
