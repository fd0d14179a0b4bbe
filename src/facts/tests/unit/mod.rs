//! Tests of the tests collector.

mod habits;

use super::*;

fn facts(files: &[(&str, &str)]) -> TestsFacts {
    collect(&Snapshot::from_files(
        "x",
        files.iter().map(|(path, text)| (*path, *text)),
    ))
}

#[test]
fn tests_and_their_asserts() {
    let text = "import pytest\nfrom tests.helpers import check\n\ndef test_a():\n    assert 1 == 2\n\ndef test_b(client):\n    check(client)\n\n\
        def test_c():\n    with pytest.raises(ValueError):\n        int('x')\n\ndef test_d():\n    client.get('/')\n\ndef test_e():\n    assert True\n\n\
        @pytest.mark.skip(reason='x')\ndef test_f():\n    assert f()\n\n@pytest.mark.parametrize('code', [401, 403])\ndef test_g(code):\n    assert x == code\n\n\
        class TestX:\n    @pytest.mark.xfail\n    def test_h(self):\n        self.assertEqual(1, 422)\n\ndef test_a():\n    assert 2\n";
    let facts = facts(&[
        ("tests/test_x.py", text),
        (
            "tests/helpers.py",
            "def inner(c):\n    assert c.ok\n\ndef check(c):\n    inner(c)\n",
        ),
    ]);
    assert_eq!(facts.written, 9);
    let free: Vec<&str> = facts.assertion_free.iter().map(|test| test.name.as_str()).collect();
    assert_eq!(free, ["test_d", "test_e", "test_a"]);
    assert_eq!(facts.skipped.len(), 1);
    assert_eq!(facts.xfailed[0].name, "TestX.test_h");
    assert_eq!(facts.shadowed[0].loc.line, 4);
    assert!(facts.exercised.unauthenticated && facts.exercised.forbidden && facts.exercised.bad_input);
    assert!(!facts.exercised.conflict);
    assert!(facts.functions.iter().any(|test| test.parametrized));
}

#[test]
fn whole_modules_can_be_skipped() {
    let facts = facts(&[
        (
            "test_a.py",
            "import pytest\npytestmark = pytest.mark.skip\ndef test_a():\n    assert x\n",
        ),
        (
            "b_test.py",
            "import pytest\npytest.skip('x', allow_module_level=True)\ndef test_b():\n    assert x\n",
        ),
        (
            "test_c.py",
            "import pytest\ndef test_c():\n    '''Doc.'''\n    pytest.skip('later')\n",
        ),
        ("tests/conftest.py", "def test_is_no_test():\n    pass\n"),
    ]);
    assert_eq!((facts.written, facts.skipped.len(), facts.effective), (3, 3, 0));
    assert!(facts.assertion_free.is_empty());
}

#[test]
fn raising_counts_as_asserting() {
    for line in [
        "command.check(config)",
        "validate(manifest)",
        "subprocess.run(['x'], check=True)",
        "response.raise_for_status()",
        "assert_frame_equal(a, b)",
        "mock.assert_called_once()",
    ] {
        let facts = facts(&[("test_a.py", &format!("def test_a():\n    {line}\n"))]);
        assert_eq!(facts.effective, 1, "{line}");
    }
    for line in ["ok = check(config)", "client.get('/')", "pass"] {
        let facts = facts(&[("test_a.py", &format!("def test_a():\n    {line}\n"))]);
        assert_eq!(facts.effective, 0, "{line}");
    }
}

#[test]
fn no_tests() {
    assert!(!facts(&[("app.py", "def test_x(): ...\n")]).present);
}

#[test]
fn assertions_that_always_hold_are_told_and_others_are_not() {
    let text = "from app import total\n\ndef test_a():\n    assert (total() == 3, 'three')\n    assert total() or True\n    assert 1 == 1\n    assert (total() == 3)\n    \
                assert total() or None\n    x = total()\n    assert x == x\n    assert total() == total()\n\ndef test_b():\n    assert True\n";
    let facts = facts(&[("tests/test_x.py", text)]);
    let lines: Vec<usize> = facts.always_true.iter().map(|loc| loc.line).collect();
    assert_eq!(lines, [4, 5, 6, 10]);
}

#[test]
fn a_test_that_reaches_nothing_of_the_project_tests_itself() {
    let alone = "import pytest\nfrom datetime import date\n\ndef add(a, b):\n    return a + b\n\ndef test_add():\n    assert add(1, 2) == 3\n\ndef test_client(client):\n    assert client.get('/')\n\n\
                 @pytest.mark.usefixtures('server')\ndef test_server():\n    assert date.today()\n\ndef test_nothing():\n    add(1, 2)\n";
    let with_project = alone.replace("import pytest\n", "import pytest\nfrom app import loans\n");
    let with_relative = alone.replace("import pytest\n", "import pytest\nfrom .helpers import x\n");
    let with_process = alone.replace("import pytest\n", "import pytest\nimport subprocess\n");
    let with_file = alone.replace("return a + b", "return open(a)");
    let names = |text: &str| -> Vec<String> {
        facts(&[("tests/test_x.py", text)])
            .self_testing
            .into_iter()
            .map(|test| test.name)
            .collect()
    };
    assert_eq!(names(alone), ["test_add"]);
    for text in [with_project, with_relative, with_process, with_file] {
        assert_eq!(names(&text), Vec::<String>::new());
    }
}

#[test]
fn a_fixture_whose_name_begins_like_a_test_is_none() {
    let text = "import pytest\n\n@pytest.fixture\ndef test_client():\n    return 1\n\ndef test_a(test_client):\n    assert test_client\n";
    let facts = facts(&[("tests/test_x.py", text)]);
    assert_eq!((facts.written, facts.assertion_free.len()), (1, 0));
}

/// The names of the tests in a module with this text, and of those that assert nothing.
fn tests_and_empty_ones(text: &str) -> (Vec<String>, Vec<String>) {
    let facts = facts(&[("tests/test_x.py", text)]);
    let names = |tests: Vec<TestFunction>| tests.into_iter().map(|test| test.name).collect();
    (names(facts.functions), names(facts.assertion_free))
}

#[test]
fn methods_that_pytest_does_not_collect_are_no_tests() {
    let method = "    def test_a(self):\n        go()\n";
    for class in [
        "class TestMeta(type):\n    @staticmethod\n",
        "class TestRunner:\n    def __init__(self, name):\n        self.name = name\n",
        "class TestRunner:\n    def __new__(cls):\n        return 1\n",
        "@dataclass\nclass TestResult:\n    name: str\n",
        "class TestResult:\n    __test__ = False\n",
        "class Client:\n",
        "class FakeClient(Client):\n",
        "class Client:\n    class TestInner:\n        x = 1\n",
    ] {
        assert_eq!(
            tests_and_empty_ones(&format!("{class}{method}")),
            (vec![], vec![]),
            "{class}"
        );
    }
    for class in [
        "class TestLoans:\n",
        "class LoanTests:\n",
        "class Loans(TestCase):\n    def __init__(self, name):\n        super().__init__(name)\n",
        "class TestMore(Loans): ...\nclass Loans:\n",
    ] {
        assert_eq!(tests_and_empty_ones(&format!("{class}{method}")).1.len(), 1, "{class}");
    }
    let text = format!("class Loans:\n{method}");
    let made = facts(&[(
        "tests/test_x.py",
        "class TestMeta(type):\n    @staticmethod\n    def test_name():\n        return 'x'\n",
    )]);
    assert!(made.present && made.written == 0);
    let own_rule = facts(&[
        ("tests/test_x.py", &text),
        ("pyproject.toml", "[tool.pytest.ini_options]\npython_classes = ['*']\n"),
    ]);
    assert_eq!(own_rule.written, 1);
}

#[test]
fn a_file_with_a_syntax_error_is_not_judged() {
    let text = "def test_a():\n    go()\n\ndef test_a():\n    time.sleep(3)\n\ndef test_b():\n    assert (go(), 'x')\n    print 'x'\n";
    let facts = facts(&[("tests/test_x.py", text)]);
    assert_eq!(
        (facts.written, facts.assertion_free.len(), facts.self_testing.len()),
        (3, 0, 0)
    );
    assert_eq!(
        (facts.shadowed.len(), facts.sleeps.len(), facts.always_true.len()),
        (0, 0, 0)
    );
}

#[test]
fn a_test_that_must_not_come_to_a_line_asserts() {
    for line in ["assert False, 'nothing was raised'", "assert 0", "assert None"] {
        let text =
            format!("def test_a():\n    try:\n        go()\n        {line}\n    except ValueError:\n        pass\n");
        assert_eq!(tests_and_empty_ones(&text).1, Vec::<String>::new(), "{line}");
    }
    for line in ["assert True", "assert 1", "assert 'x'"] {
        assert_eq!(
            tests_and_empty_ones(&format!("def test_a():\n    {line}\n")).1.len(),
            1,
            "{line}"
        );
    }
}

#[test]
fn other_ways_to_judge() {
    for text in [
        "def test_a():\n    template.has_resource_properties('AWS::SQS::Queue', {})\n",
        "def test_a():\n    template.has_output('Url', {})\n",
        "def test_a(page):\n    expect(page.locator('h1')).to_have_text('Loans')\n",
        "def test_a(case):\n    case.call_and_validate()\n",
        "def test_a():\n    with tm.external_error_raised(KeyError):\n        go()\n",
        "def test_a(benchmark):\n    benchmark(go)\n",
        "def test_a():\n    with django_assert_num_queries(3):\n        go()\n",
        "class TestX:\n    def test_a(self):\n        self.skipTest('later')\n",
        "class TestX:\n    def test_a(self):\n        eq = self.assertEqual\n        eq(go(), 1)\n",
        "def test_a():\n    if go() != 1:\n        raise ValueError('not 1')\n",
        "class Recorder:\n    def __exit__(self, *_):\n        assert self.seen\n\ndef test_a():\n    with Recorder():\n        go()\n",
    ] {
        assert_eq!(tests_and_empty_ones(text).1, Vec::<String>::new(), "{text}");
    }
    let stub = "def test_a():\n    def get():\n        raise ValueError\n    go(get)\n";
    assert_eq!(tests_and_empty_ones(stub).1, ["test_a"]);
}
