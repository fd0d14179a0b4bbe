//! Tests of the Python collector.

mod declared;

use super::*;
use crate::facts::requirements;

fn facts(files: &[(&str, &str)]) -> PythonFacts {
    let snapshot = Snapshot::from_files("x", files.iter().map(|(path, text)| (*path, *text)));
    collect(&snapshot, &requirements::collect(&snapshot))
}

fn names(items: &[Item]) -> Vec<(&str, usize)> {
    items.iter().map(|item| (item.name.as_str(), item.loc.line)).collect()
}

#[test]
fn imports_are_classified() {
    let text = "\"\"\"Doc.\"\"\"\nimport os, yaml\nimport app.db\nfrom sqlalchemy.orm import Session\ntry:\n    import uvloop\nexcept ImportError:\n    uvloop = None\n\
        def f() -> None:\n    \"\"\"Doc.\"\"\"\n    import requests\nfrom . import x\n";
    let facts = facts(&[
        ("app/main.py", text),
        ("app/db.py", ""),
        ("tests/test_a.py", "import pytest\n"),
        ("requirements.txt", "pyyaml==6\nsqlalchemy==2\n"),
        ("requirements-dev.txt", "pytest==9\nrequests==2\n"),
    ]);
    let found: Vec<(&str, bool, bool)> = facts
        .third_party_imports
        .iter()
        .map(|import| (import.name.as_str(), import.declared, import.optional))
        .collect();
    assert_eq!(
        found,
        [
            ("yaml", true, false),
            ("sqlalchemy", true, false),
            ("uvloop", false, true),
            ("requests", false, false),
            ("pytest", true, false)
        ]
    );
    let requests = &facts.third_party_imports[3];
    assert!(requests.declared_for_development && requests.loc.line == 11);
    assert_eq!(facts.third_party_imports[0].loc.column, 12);
}

#[test]
fn habits_of_application_modules() {
    let text = "import time\n\ndef f(a, b: int = 1, *args, c=[]):\n    print(a)\n\nclass A:\n    def _x(self) -> None: ...\n    def y(self, z: int) -> None:\n        \
        '''Doc.'''\n        try:\n            pass\n        except:\n            z = 1\n        try:\n            pass\n        except Exception:\n            pass\n\n\
        async def g() -> None:\n    '''Doc.'''\n    time.sleep(1)\n    def inner():\n        time.sleep(2)\n";
    let facts = facts(&[
        ("app/main.py", text),
        ("tests/test_x.py", "def test_a():\n    print(1)\n"),
        ("migrations/env.py", "print(1)\n"),
    ]);
    assert_eq!(names(&facts.prints), [("print", 4)]);
    assert_eq!(names(&facts.undocumented), [("main.py", 1), ("f", 3), ("A", 6)]);
    assert_eq!(facts.unannotated.len(), 1);
    assert_eq!(facts.unannotated[0].missing, ["a", "c", "args", "return"]);
    assert_eq!(names(&facts.mutable_defaults), [("c", 3)]);
    assert_eq!(names(&facts.bare_excepts), [("except", 12)]);
    assert_eq!(names(&facts.swallowed_exceptions), [("except", 16)]);
    assert_eq!(names(&facts.blocking_calls), [("time.sleep", 21)]);
    assert_eq!(facts.application_modules, 1);
}

#[test]
fn a_command_line_may_print() {
    let text = "import argparse\n\ndef main():\n    print('done')\n\ndef work():\n    print('no')\n\nif __name__ == '__main__':\n    print('x')\n    main()\n";
    let facts = facts(&[("app/cli.py", text)]);
    assert_eq!(names(&facts.prints), [("print", 7)]);
    assert!(facts.missing_main_guards.is_empty() && facts.uses_cli_parser);
}

#[test]
fn work_at_import_needs_a_guard() {
    for text in [
        "def main(): ...\nmain()\n",
        "import sys\ndef main(): ...\nsys.exit(main())\n",
        "import uvicorn\nuvicorn.run(app)\n",
        "import argparse\nparser = argparse.ArgumentParser()\nargs = parser.parse_args()\n",
        "import asyncio\nasync def main(): ...\nasyncio.run(main())\n",
    ] {
        assert_eq!(facts(&[("app/train.py", text)]).missing_main_guards.len(), 1, "{text}");
        assert_eq!(
            facts(&[("app/__main__.py", text)]).missing_main_guards.len(),
            0,
            "{text}"
        );
    }
    for text in [
        "def setup(): ...\nsetup()\n",
        "app = create_app()\n",
        "def main(): ...\nif __name__ == '__main__':\n    main()\n",
    ] {
        assert!(
            facts(&[("app/train.py", text)]).missing_main_guards.is_empty(),
            "{text}"
        );
    }
}

#[test]
fn sql_from_values() {
    for text in [
        "c.execute(f'SELECT * FROM t WHERE a = {a}')",
        "c.execute('SELECT %s' % a)",
        "c.execute('SELECT * FROM t WHERE a = ' + a)",
        "c.execute('SELECT {}'.format(a))",
        "c.execute(text(f\"DELETE FROM t WHERE {x.y}\"))",
    ] {
        assert_eq!(facts(&[("app/a.py", text)]).sql_injections.len(), 1, "{text}");
    }
    for text in [
        "c.execute('SELECT 1')",
        "c.execute('SELECT %s', (a,))",
        "c.execute(f'SELECT * FROM {TABLE}')",
        "log(f'SELECT {a}')",
    ] {
        assert!(facts(&[("app/a.py", text)]).sql_injections.is_empty(), "{text}");
    }
}

#[test]
fn broken_and_hostile_modules() {
    let start = std::time::Instant::now();
    let broken = facts(&[("app/a.py", "def f(:\n  print(1\n"), ("app/b.py", "\u{feff}'''x'''\n")]);
    assert_eq!(broken.syntax_errors.len(), 1);
    assert_eq!(broken.syntax_errors[0].loc.line, 1);
    for text in [
        format!("x = {}1\n", "-".repeat(400_000)),
        format!("x = {}1\n", "not ".repeat(100_000)),
        format!("x = {}1\n", "lambda:".repeat(60_000)),
        format!("x = a{}\n", ".a".repeat(200_000)),
        format!("x = {}\n", "(".repeat(400_000)),
        format!("x = {}1{}\n", "[".repeat(200_000), "]".repeat(200_000)),
        format!("f{}\n", "(1)".repeat(150_000)),
        format!("x = {}\n", "1+".repeat(200_000)),
        format!("x = f\"{{{}1}}\"\n", "-".repeat(400_000)),
        format!("x = {}", "f\"{".repeat(100_000)),
        format!("x = {}1\n", "[1,-----".repeat(50_000)),
        (0..900).map(|level| format!("{}if x:\n", " ".repeat(level))).collect(),
        format!("x = {}1\n", "-".repeat(9_000)),
        format!("x = a{}\n", ".a".repeat(4_900)),
        "if x:\n".repeat(1_000),
        "x".repeat(600_000),
    ] {
        let _ = facts(&[("app/a.py", &text)]);
    }
    assert!(start.elapsed().as_secs() < 60);
}

#[test]
fn environments_are_not_read() {
    let facts = facts(&[
        ("venv/pyvenv.cfg", ""),
        ("venv/lib/python3.13/site-packages/x.py", "print(1)\n"),
        ("app.py", ""),
    ]);
    assert_eq!(facts.modules.len(), 1);
}

#[test]
fn long_texts_without_depth_are_parsed() {
    let list = format!("X = [{}]\n", "(1, 'a'), ".repeat(20_000));
    let prose = format!("X = f(\"\"\"{}\"\"\")\n", "word (and more) ".repeat(20_000));
    let many = "x = a + b * (c - d)\n".repeat(20_000);
    for text in [
        list,
        prose,
        many,
        "def f():\n    return \"it's (\"  # don't (\n".repeat(9_000),
    ] {
        let facts = facts(&[("app/a.py", &text)]);
        assert_eq!((facts.unread, facts.syntax_errors), (vec![], vec![]));
    }
}

#[test]
fn a_module_inside_a_package_does_not_hide_a_distribution() {
    let foreign = |files: &[(&str, &str)]| -> Vec<String> {
        let found = facts(files).third_party_imports;
        found
            .into_iter()
            .map(|import| format!("{} in {}", import.name, import.loc.path))
            .collect()
    };
    let package = [
        ("tool/__init__.py", ""),
        ("tool/docker.py", "import docker\n"),
        ("tool/cli.py", "import docker\n"),
        ("main.py", "import docker, tool\n"),
        ("src/shop/__init__.py", ""),
        ("src/shop/db.py", "import shop\n"),
        ("lambdas/helper/x.py", ""),
        ("lambdas/main.py", "import helper\n"),
    ];
    assert_eq!(foreign(&package), ["docker in main.py", "docker in tool/docker.py"]);
}

fn unused(files: &[(&str, &str)]) -> Vec<String> {
    let found = facts(files).dependencies;
    found.into_iter().filter(|one| !one.used).map(|one| one.name).collect()
}

#[test]
fn packages_are_used_by_imports_commands_addresses_and_other_packages() {
    let requirements = "fastapi\nuvicorn\npython-multipart\npillow\npsycopg[binary]\nalembic\ngunicorn\ncelery\nwhitenoise\nrich\n\
        google-cloud-storage\nasyncio\npytest\nopentelemetry-sdk\n";
    let code = "import fastapi\nfrom PIL import Image\nURL = f\"postgresql+psycopg://{user}@db\"\nMIDDLEWARE = ['whitenoise.middleware.X']\n\
        from google.cloud import storage\nimport opentelemetry\nlog('rich people')\n";
    let files = [
        ("requirements.txt", requirements),
        ("app/main.py", code),
        ("Procfile", "web: gunicorn app:app\nworker: celery -A app\n"),
        (
            "Makefile",
            "# rich\nmigrate:\n\talembic upgrade head\ninstall:\n\tpip install rich\n",
        ),
        ("README.md", "rich\n"),
    ];
    assert_eq!(unused(&files), ["rich", "asyncio", "pytest"]);
    let purposes: Vec<Purpose> = facts(&files).dependencies.iter().map(|one| one.purpose).collect();
    assert_eq!(purposes.iter().filter(|one| **one == Purpose::Application).count(), 12);
    assert!(purposes.contains(&Purpose::StandardLibrary) && purposes.contains(&Purpose::Development));
}

#[test]
fn a_frozen_list_is_not_asked_what_uses_each_line() {
    let frozen: String = ('a'..='l').map(|letter| format!("{letter}{letter}==1\n")).collect();
    assert_eq!(
        unused(&[("requirements.txt", &frozen), ("a.py", "import aa\n")]).len(),
        0
    );
    let written = frozen.replace("cc==1", "cc");
    assert_eq!(
        unused(&[("requirements.txt", &written), ("a.py", "import aa\n")]).len(),
        11
    );
}

#[test]
fn what_only_the_lock_or_the_developers_have_is_told_apart() {
    let lock = "# This file was autogenerated by uv via:\nfastapi==1\nstarlette==1\nidna==3\npydantic==2\n";
    let facts = facts(&[
        (
            "pyproject.toml",
            "[project]\nname='x'\ndependencies=['fastapi']\n[dependency-groups]\ndev=['httpx']\n",
        ),
        ("requirements.txt", lock),
        ("app/main.py", "import idna, httpx, pydantic, fastapi, requests\n"),
    ]);
    let found: Vec<(&str, bool, bool, bool)> = facts
        .third_party_imports
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                one.declared,
                one.declared_for_development,
                one.transitive,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("idna", true, false, true),
            ("httpx", false, true, false),
            ("pydantic", true, false, false),
            ("fastapi", true, false, false),
            ("requests", false, false, false)
        ]
    );
}

fn habits(text: &str) -> Vec<(&'static str, usize)> {
    let found = facts(&[("app/main.py", text)]).habits;
    found.into_iter().map(|habit| (habit.kind, habit.loc.line)).collect()
}

#[test]
fn calls_with_a_better_way_beside_them() {
    let text = "import subprocess, yaml, requests as r, hashlib, os, jwt, random, sys\nfrom datetime import datetime\nimport flask\n\
        eval(x)\nsubprocess.run('x', shell=True, check=True)\nsubprocess.run(['x'])\nyaml.load(f)\nr.get(u)\nr.get(u, timeout=3, verify=False)\n\
        assert x\ndatetime.utcnow()\nhashlib.md5(b'x')\nfrom os.path import *\napp.run(debug=True)\nlogger.info(f'{x}')\nf = open('x')\n\
        p = '/home/ada/data.csv'\nadd(CORS, allow_origins=['*'], allow_credentials=True)\njwt.decode(t, options={'verify_signature': False})\n\
        token = random.choice('abc')\nsys.argv[1]\ndef f():\n    global x\n    x = 1\n";
    let kinds = [
        "eval",
        "shell",
        "unchecked-run",
        "unsafe-yaml",
        "no-timeout",
        "unverified-tls",
        "assert",
        "naive-time",
        "weak-hash",
        "wildcard-import",
        "debug",
        "log-f-string",
        "left-open",
        "home-path",
        "open-cors",
        "unverified-token",
        "guessable",
        "raw-arguments",
    ];
    let mut expected: Vec<(&str, usize)> = kinds.into_iter().zip(4..).collect();
    expected.push(("global", 23));
    assert_eq!(habits(text), expected);
}

#[test]
fn the_better_ways_are_no_habits() {
    let text = "import subprocess, yaml, requests, hashlib, jwt, random, sys\nfrom datetime import datetime, timezone\n\
        model.eval()\nast.literal_eval(x)\nsubprocess.run(['x'], check=True)\nsubprocess.run(['x'], **o)\nyaml.load(f, Loader=yaml.SafeLoader)\n\
        requests.get(u, timeout=3)\nrequests.get(u, **o)\ndatetime.now(timezone.utc)\ndatetime.now().astimezone()\n\
        hashlib.md5(b'x', usedforsecurity=False)\napp.run(debug=True)\nlogger.info('%s', x)\nwith open('x') as f: pass\n\
        def g(p):\n    return open(p)\np = '/home/app/data'\nadd(CORS, allow_origins=['https://x'], allow_credentials=True)\n\
        jwt.decode(t, key, algorithms=['HS256'])\nbucket = random.choice('abc')\nsys.argv[0]\nsys.argv[1:]\nassert isinstance(x, int)\nassert x is not None\n";
    assert_eq!(habits(text), []);
    assert_eq!(facts(&[("tests/test_x.py", "assert eval(x)\n")]).habits, []);
}

#[test]
fn a_function_with_many_ways_is_counted() {
    let branches = "    if x: pass\n    elif y: pass\n".repeat(8);
    let text = format!("def f(x, y):\n{branches}def g(x):\n    if x: pass\n");
    let found = facts(&[("app/main.py", &text)]).complex_functions;
    assert_eq!(
        found
            .iter()
            .map(|one| (one.name.as_str(), one.ways))
            .collect::<Vec<_>>(),
        [("f", 17)]
    );
}

#[test]
fn files_are_opened_in_many_ways() {
    let text = "import tarfile, gzip\nfrom pathlib import Path\ntar = tarfile.open(x)\nz = gzip.open(x)\np = Path(x).open()\n\
        with tarfile.open(x) as t, Path(x).open() as q: pass\nstack.enter_context(open(x))\nwebbrowser.open(x)\nself.door.open()\n";
    assert_eq!(habits(text), [("left-open", 3), ("left-open", 4), ("left-open", 5)]);
}

#[test]
fn a_command_whose_return_code_is_read_is_looked_at() {
    let text = "import subprocess\n\ndef a() -> None:\n    done = subprocess.run(['x'])\n    if done.returncode != 0:\n        raise ValueError\n\n\
        def b() -> None:\n    done = subprocess.run(['x'])\n    print(done.stdout)\n\n\
        def c() -> int:\n    return subprocess.run(['x']).returncode\n\n\
        def d() -> object:\n    return subprocess.run(['x'])\n\n\
        def e() -> object:\n    done = subprocess.run(['x'])\n    return done\n\n\
        def f() -> None:\n    subprocess.run(['x'])\n\n\
        def i() -> object:\n    done = subprocess.run(['x'])\n    done = load()\n    return done\n\n\
        class G:\n    def g(self) -> None:\n        self.done = subprocess.run(['x'])\n\n    def h(self) -> None:\n        self.done.check_returncode()\n";
    let lines: Vec<usize> = habits(text)
        .into_iter()
        .filter(|(kind, _)| *kind == "unchecked-run")
        .map(|(_, line)| line)
        .collect();
    assert_eq!(lines, [9, 23, 26]);
}

#[test]
fn a_loader_is_unsafe_when_it_is_one_of_the_library_s_unsafe_ones() {
    let text = "import yaml\nfrom yaml import CSafeLoader as Loader\n\ndef own() -> type: ...\n\n\
        yaml.load(text, Loader)\nyaml.load(text, own())\nyaml.load(text, Loader=FullLoader)\nyaml.load(text, Loader=yaml.Loader)\nyaml.load(text)\n";
    assert_eq!(habits(text), [("unsafe-yaml", 9), ("unsafe-yaml", 10)]);
}

#[test]
fn a_home_folder_that_an_image_makes_is_nobody_s() {
    let facts = facts(&[
        (
            "app/main.py",
            "A = '/home/model-server/model.bin'\nB = '/home/anna/model.bin'\n",
        ),
        ("Dockerfile", "FROM python:3.13\nRUN mkdir -p /home/model-server\n"),
    ]);
    let homes: Vec<&str> = facts
        .habits
        .iter()
        .filter(|habit| habit.kind == "home-path")
        .map(|habit| habit.name.as_str())
        .collect();
    assert_eq!(homes, ["anna"]);
}

#[test]
fn a_token_that_may_have_run_out_is_still_verified() {
    let text = "import jwt\n\njwt.decode(t, KEY, ['HS256'], options={'verify_exp': False})\n\
        jwt.decode(t, KEY, ['HS256'], options={'verify_signature': False})\n";
    assert_eq!(habits(text), [("unverified-token", 4)]);
}
