"""A person with a browser that is only requests: signs in, follows a reconnect by hand."""

import re
from urllib.parse import parse_qs, urlsplit

import requests

from tests.product import PASSWORD, Product

PATIENCE = 20


class Person:
    def __init__(self, product: Product, who: str = "staff") -> None:
        self.product, self.http = product, requests.Session()
        self.post("/accounts/login/", login=f"{who}@relink.test", password=PASSWORD)

    def get(self, path: str) -> str:
        answer = self.http.get(self.product.url + path, timeout=PATIENCE)
        answer.raise_for_status()
        return answer.text

    def post(self, path: str, page: str = "", **form: str) -> requests.Response:
        """Send a form with the CSRF token of the page it stands on."""
        text = self.get(page or ("/accounts/login/" if "login" in path else "/clients/"))
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        assert found, "the page holds no form"
        fields = {**form, "csrfmiddlewaretoken": found[1]}
        return self.http.post(
            self.product.url + path, data=fields, allow_redirects=False, timeout=PATIENCE
        )

    def reconnect(self, connection: dict[str, str], login: str) -> str:
        """Reconnect one account at the simulated platform; return the code it was given."""
        address = self.post(f"/c/{connection['id']}/reconnect/", confirmed="1").headers["Location"]
        scopes = parse_qs(urlsplit(address).query)["scope"][0].replace(",", " ").split()
        form = {"login": login, "scope": scopes, "page": connection["external_id"]}
        consent = self.http.post(
            address, data={**form, "decision": "approve"}, allow_redirects=False, timeout=PATIENCE
        )
        back = consent.headers["Location"]
        self.http.get(back, timeout=PATIENCE)
        return parse_qs(urlsplit(back).query)["code"][0].removesuffix("#_")
