//! Tests of the habits of tests.

use super::super::*;
use super::facts;

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
        text.replace("    assert", "    requests.get = answer\n    assert"),
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

#[test]
fn what_is_expected_to_go_wrong() {
    for text in [
        "def test_a():\n    with pytest.raises(ValueError):\n        f()\n",
        "class TestX:\n    def test_a(self):\n        self.assertRaises(KeyError, f)\n",
        "def test_a():\n    assert get().status_code == 404\n",
        "def test_a():\n    assert get().status == HTTPStatus.NOT_FOUND\n",
        "def test_a():\n    assert run().returncode == 2\n",
        "def test_a():\n    assert run().returncode != 0\n",
        "@pytest.mark.parametrize('text', ['invalid'])\ndef test_a(text):\n    assert f(text) is None\n",
        "def test_without_rows():\n    assert f() == []\n",
    ] {
        assert!(facts(&[("test_a.py", text)]).expects_failure, "{text}");
    }
    for text in [
        "from app import errors\n\ndef test_adds():\n    assert f(200) == 1\n    assert run().returncode == 0\n",
        "def test_a():\n    assert get('loans').status_code == 200\n",
    ] {
        assert!(!facts(&[("test_a.py", text)]).expects_failure, "{text}");
    }
}
