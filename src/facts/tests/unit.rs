//! Tests of the tests collector.

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

/// The lines of some habit in a test module with this text.
fn lines(text: &str, habits: impl Fn(&TestsFacts) -> &Vec<Habit>) -> Vec<usize> {
    let facts = facts(&[("tests/test_x.py", text)]);
    habits(&facts).iter().map(|habit| habit.loc.line).collect()
}

#[test]
fn a_test_that_catches_its_own_failure() {
    let tried = |handler: &str| format!("def test_a():\n    try:\n        assert f() == 1\n    except {handler}\n");
    for handler in [
        "Exception:\n        pass",
        "AssertionError as e:\n        print(e)",
        "(ValueError, Exception):\n        return",
        "Exception:\n        pytest.skip('x')",
        "ValueError:\n        raise\n    except Exception:\n        logger.exception('x')",
    ] {
        let found = lines(&tried(handler), |facts| &facts.self_caught);
        assert_eq!(found.len(), 1, "{handler}");
    }
    let suppressed =
        "class TestX:\n    def test_a(self):\n        with contextlib.suppress(Exception):\n            assert f()\n";
    let facts = facts(&[("test_x.py", suppressed)]);
    let found = facts
        .self_caught
        .first()
        .map(|habit| (habit.name.as_str(), habit.what.as_str()));
    assert_eq!(found, Some(("TestX.test_a", "suppress(Exception)")));
}

#[test]
fn a_failure_that_somebody_hears_of_is_not_caught() {
    let tried = |handler: &str| format!("def test_a():\n    try:\n        assert f() == 1\n    except {handler}\n");
    for handler in [
        "ValueError:\n        pass",
        "Exception as e:\n        pytest.fail(str(e))",
        "AssertionError as e:\n        errors.append(e)",
        "Exception:\n        raise",
        "Exception as e:\n        assert 'x' in str(e)",
        "AssertionError:\n        return\n    pytest.fail('nothing was raised')",
        "AssertionError:\n        pass\n    else:\n        raise AssertionError('nothing was raised')",
        "ValueError:\n        pass\n    except Exception:\n        raise",
    ] {
        assert_eq!(lines(&tried(handler), |facts| &facts.self_caught), [0; 0], "{handler}");
    }
    for text in [
        // tried again
        "def test_a():\n    for _ in range(9):\n        try:\n            assert f()\n            break\n        except AssertionError:\n            pass\n",
        // the assertion is the thing under test
        "def test_a():\n    try:\n        assert_equal_files(a, b)\n    except AssertionError:\n        pass\n",
        // what came so far is looked at later
        "def test_a():\n    ok = False\n    try:\n        assert f()\n        ok = True\n    except AssertionError:\n        pass\n    assert ok\n",
        // nothing is asserted in it
        "def test_a():\n    try:\n        f()\n    except Exception:\n        pass\n    assert g()\n",
        "def helper():\n    try:\n        assert f()\n    except Exception:\n        return\n",
    ] {
        assert_eq!(lines(text, |facts| &facts.self_caught), [0; 0], "{text}");
    }
}

#[test]
fn waiting_by_the_clock() {
    let wait = |line: &str| lines(&format!("async def test_a():\n    {line}\n"), |facts| &facts.sleeps);
    assert_eq!(wait("time.sleep(2)"), [2]);
    assert_eq!(wait("await asyncio.sleep(0.5)"), [2]);
    for line in [
        "time.sleep(0.01)",
        "time.sleep(delay)",
        "clock.sleep(3)",
        "while not done():\n        time.sleep(1)",
        "def slow():\n        time.sleep(1)\n    assert run(slow)",
    ] {
        assert_eq!(wait(line), [0; 0], "{line}");
    }
    let helper = "def wait_for_server():\n    time.sleep(2)\n";
    assert_eq!(lines(helper, |facts| &facts.sleeps), [0; 0]);
}

#[test]
fn any_exception_is_no_expectation() {
    let raises = |line: &str| lines(&format!("def test_a():\n    {line}\n"), |facts| &facts.broad_raises);
    for line in [
        "with pytest.raises(Exception):\n        f()",
        "with self.assertRaises(BaseException):\n        f()",
        "self.assertRaises(Exception, f)",
        "with client, pytest.raises(Exception):\n        f()",
    ] {
        assert_eq!(raises(line), [2], "{line}");
    }
    for line in [
        "with pytest.raises(ValueError):\n        f()",
        "with pytest.raises(Exception, match='x'):\n        f()",
        "with pytest.raises(Exception) as error:\n        f()",
        "with pytest.raises(errors.Exception):\n        f()",
    ] {
        assert_eq!(raises(line), [0; 0], "{line}");
    }
}

#[test]
fn samples_beside_tests_have_no_habits() {
    let facts = facts(&[("tests/samples/app.py", "def test_a():\n    time.sleep(2)\n")]);
    assert_eq!(facts.sleeps, []);
}

#[test]
fn asking_a_host_on_the_internet() {
    let call = |line: &str| format!("import requests\ndef test_a():\n    r = {line}\n    assert r.ok\n");
    for line in [
        "requests.get('https://api.github.com/users')",
        "requests.request('GET', url='https://api.github.com/users')",
        "httpx.stream('GET', 'https://api.github.com')",
        "urllib.request.urlopen(f'https://pypi.org/{x}')",
        "requests.get('https://pypi.org' + path) if path.startswith('/') else requests.get('https://pypi.org/' + path)",
    ] {
        assert_eq!(lines(&call(line), |facts| &facts.network), [3], "{line}");
    }
    for line in [
        "requests.get('http://localhost:8000/x')",
        "requests.get('http://127.0.0.1:8000/x')",
        "requests.get('http://api/x')",
        "requests.get('http://api.default.svc/x')",
        "requests.get('https://example.com/x')",
        "requests.get(f'http://{host}/x')",
        "requests.get(f'http://api.{host}/x')",
        "client.get('https://api.github.com/users')",
        "requests.get(url)",
    ] {
        assert_eq!(lines(&call(line), |facts| &facts.network), [0; 0], "{line}");
    }
}

#[test]
fn an_address_may_have_a_name() {
    let text = "BASE = 'https://api.github.com'\ndef test_a():\n    requests.get(f'{BASE}/x')\n    requests.get(BASE + '/x')\n    \
                url = 'https://pypi.org'\n    requests.get(url)\ndef test_b():\n    requests.get(url)\n    BASE = server.url\n    requests.get(BASE)\n\
                def test_c(BASE):\n    requests.get(BASE)\nclass TestX:\n    def test_d(self):\n        requests.get(BASE)\n";
    let facts = facts(&[("test_x.py", text)]);
    let found: Vec<(usize, &str)> = facts
        .network
        .iter()
        .map(|habit| (habit.loc.line, habit.what.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (3, "api.github.com"),
            (4, "api.github.com"),
            (6, "pypi.org"),
            (15, "api.github.com")
        ]
    );
    let either =
        "if CI:\n    URL = 'https://pypi.org'\nelse:\n    URL = server()\ndef test_a():\n    requests.get(URL)\n";
    assert_eq!(lines(either, |facts| &facts.network), [0; 0]);
}

#[test]
fn what_stands_in_for_the_network_excuses_it() {
    let text = "import requests\n\ndef test_a():\n    assert requests.get('https://api.github.com/users').ok\n";
    assert_eq!(lines(text, |facts| &facts.network), [4]);
    for text in [
        format!("import responses\n{text}"),
        format!("from unittest.mock import patch\n{text}"),
        format!("pytestmark = [pytest.mark.network]\n{text}"),
        text.replace("test_a()", "test_a(requests_mock)"),
        text.replace("test_a()", "test_a(monkeypatch)"),
        text.replace("def", "@pytest.mark.vcr\ndef"),
        text.replace("def", "@pytest.mark.skipif(not online(), reason='x')\ndef"),
        text.replace("assert requests", "with pytest.raises(ConnectionError):\n        requests"),
        text.replace(
            "assert requests.get('https://api.github.com/users').ok",
            "try:\n        requests.get('https://api.github.com/users')\n    except OSError:\n        pytest.skip('offline')",
        ),
        format!("@pytest.fixture(autouse=True)\ndef answers(monkeypatch):\n    monkeypatch.setattr(requests, 'get', f)\n{text}"),
    ] {
        assert_eq!(lines(&text, |facts| &facts.network), [0; 0], "{text}");
    }
    let beneath = facts(&[
        ("tests/unit/test_x.py", text),
        ("tests/conftest.py", "import respx\n"),
        ("other/test_x.py", text),
        ("tests_e2e/integration/test_x.py", text),
    ]);
    let paths: Vec<&str> = beneath.network.iter().map(|habit| habit.loc.path.as_str()).collect();
    assert_eq!(paths, ["other/test_x.py"]);
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
        "def test_a(page):\n    expect(page.locator('h1')).to_have_text('Loans')\n",
        "def test_a(case):\n    case.call_and_validate()\n",
        "def test_a(benchmark):\n    benchmark(go)\n",
        "def test_a():\n    with django_assert_num_queries(3):\n        go()\n",
        "class TestX:\n    def test_a(self):\n        self.skipTest('later')\n",
    ] {
        assert_eq!(tests_and_empty_ones(text).1, Vec::<String>::new(), "{text}");
    }
}
