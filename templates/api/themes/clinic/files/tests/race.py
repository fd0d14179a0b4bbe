"""Many requests at the same moment, for the rules that a single one cannot break."""

from concurrent.futures import ThreadPoolExecutor

from fastapi.testclient import TestClient

from clinic_api.config import Settings
from clinic_api.main import create_app
from tests.conftest import Headers

Wish = tuple[Headers, dict[str, object]]


def post_at_once(settings: Settings, path: str, wishes: list[Wish]) -> list[int]:
    """Send all wishes together; returns the status codes in ascending order."""
    with TestClient(create_app(settings)) as client:

        def post(wish: Wish) -> int:
            headers, body = wish
            return client.post(path, json=body, headers=headers).status_code

        with ThreadPoolExecutor(len(wishes)) as pool:
            return sorted(pool.map(post, wishes))
