"""Running programs, reading what they print, and waiting."""

import sys

import pytest

from deploy.commands import DeployError, reading, run, wait_until


def test_a_failing_command_is_an_error_with_its_message() -> None:
    assert run(sys.executable, "-c", "print(input())", stdin="hi") == "hi"
    script = "import sys; print('oops', file=sys.stderr); sys.exit(3)"
    with pytest.raises(DeployError, match="exited with 3: oops"):
        run(sys.executable, "-c", script)
    with pytest.raises(DeployError, match="no-such-program"):
        run("no-such-program")
    with pytest.raises(DeployError, match="timed out"):
        run(sys.executable, "-c", "import time; time.sleep(9)", timeout=0.2)


def test_standard_error_is_returned_only_when_asked_for() -> None:
    script = "import sys; print('out', flush=True); print('err', file=sys.stderr)"
    assert run(sys.executable, "-c", script) == "out"
    assert run(sys.executable, "-c", script, merge=True) == "out\nerr"


def test_an_answer_of_another_shape_is_an_error() -> None:
    wanted = pytest.raises(DeployError, match="cannot make sense of the answer")
    with wanted, reading("the answer"):
        int("many")


def test_the_deployment_needs_no_installation() -> None:
    # Without site-packages: a deploy job has Python and nothing else.
    answer = run(sys.executable, "-S", "-m", "deploy", "--help")
    assert "rollback" in answer


def test_waiting_ends() -> None:
    with pytest.raises(DeployError, match="the thing was not healthy within 0 seconds"):
        wait_until(lambda: False, 0, "the thing")
