//! Tests of what the requirements have to do with the code: what is imported, declared and used.

use super::*;

#[test]
fn a_name_before_a_version_that_cannot_be_read_is_declared() {
    let facts = facts(&[
        ("requirements.txt", "flask=>3.0\n-e .\n"),
        ("app/main.py", "import flask\nimport yaml\n"),
    ]);
    let declared: Vec<(&str, bool)> = facts
        .third_party_imports
        .iter()
        .map(|import| (import.name.as_str(), import.declared))
        .collect();
    assert_eq!(declared, [("flask", true), ("yaml", false)]);
}

#[test]
fn a_frozen_list_is_sorted_as_it_is_written() {
    let list = "a==1\nb==1\nc==1\nd==1\ne==1\nf==1\ng==1\nh==1\ntyping-inspect==1\ntyping_extensions==1\n";
    assert!(unused(&[("requirements.txt", list), ("app/main.py", "")]).is_empty());
}

#[test]
fn modules_of_a_platform_need_no_requirement() {
    let facts = facts(&[
        ("src/setup.py", "from setuptools import setup\n"),
        ("requirements.txt", "flask==3.0\n"),
        (
            "app/main.py",
            "import pyodide\nfrom google.colab import drive\nfrom google.cloud import storage\n",
        ),
    ]);
    let needed: Vec<(&str, bool)> = facts
        .third_party_imports
        .iter()
        .map(|import| (import.name.as_str(), import.optional))
        .collect();
    assert_eq!(needed, [("pyodide", true), ("google", true), ("setuptools", true)]);
}

#[test]
fn lambda_brings_boto3_to_the_code_below_a_handler() {
    let facts = facts(&[
        ("requirements.txt", "flask==3.0\n"),
        (
            "lambda/index.py",
            "import boto3\n\ndef handler(event, context):\n    ...\n",
        ),
        ("lambda/helper/data.py", "from botocore.exceptions import ClientError\n"),
        ("lambdas.py", "import boto3\n"),
    ]);
    let needed: Vec<(&str, bool)> = facts
        .third_party_imports
        .iter()
        .map(|import| (import.loc.path.as_str(), import.optional))
        .collect();
    assert_eq!(
        needed,
        [
            ("lambda/helper/data.py", true),
            ("lambda/index.py", true),
            ("lambdas.py", false)
        ]
    );
}

#[test]
fn what_another_package_always_brings_is_not_undeclared() {
    let facts = facts(&[
        ("requirements.txt", "flask-wtf==1.2\ntorchvision==0.20\n"),
        (
            "app/forms.py",
            "from wtforms import StringField\nfrom PIL import Image\nimport torch\n",
        ),
    ]);
    let found: Vec<(&str, bool, bool)> = facts
        .third_party_imports
        .iter()
        .map(|import| (import.name.as_str(), import.declared, import.transitive))
        .collect();
    assert_eq!(
        found,
        [("wtforms", true, false), ("PIL", true, true), ("torch", true, true)]
    );
}

#[test]
fn a_model_that_is_unpickled_needs_the_package_that_made_it() {
    let requirements = "scikit-learn==1.5\nxlwt==1.3\n";
    let files = |text| [("requirements.txt", requirements), ("app/main.py", text)];
    assert_eq!(unused(&files("import pickle\n")), ["xlwt"]);
    assert_eq!(unused(&files("import json\n")), ["scikit-learn", "xlwt"]);
}
