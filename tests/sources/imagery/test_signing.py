"""Addresses that hold for a while, and whom they are shown to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.clock import VirtualClock
from monitor.errors import BadScene, SourceRefused, SourceUnavailable
from monitor.http_client import HttpAnswer
from monitor.sources.imagery.signing import BearerShelf, PlainShelf, RemoteFiles, SasShelf
from monitor.sources.imagery.web_hrefs import HostList
from monitor.sources.web import Tokens
from tests.sources.imagery.fake_web import NOW, FakeWeb, Request, always, answer

SERVICE = "https://pc.example/sas/v1/token"
BLOB = HostList(hosts=(".blob.core.windows.net",))
HREF = "https://sentinel1euwestrtc.blob.core.windows.net/sentinel1-grd-rtc/a/vv.tif"


def signer(web: FakeWeb, clock: VirtualClock) -> RemoteFiles:
    """Return a signer whose signatures tell their number and last 45 minutes."""
    count = iter(range(1, 1000))

    def sign(request: Request) -> HttpAnswer:
        expiry = clock.now() + timedelta(minutes=45)
        token = f"st=x&se=y&sig=number{next(count)}"
        return answer({"msft:expiry": f"{expiry:%Y-%m-%dT%H:%M:%SZ}", "token": token})

    web.routes.setdefault(SERVICE, sign)
    return RemoteFiles([SasShelf("pc", BLOB, ask=web, clock=clock, service=SERVICE)])


def test_a_signature_serves_its_container_until_a_minute_before_its_end() -> None:
    """A run longer than a signature's life goes on with a new one."""
    web, clock = FakeWeb(), VirtualClock(NOW)
    files = signer(web, clock)
    assert files.remote(HREF).url == f"{HREF}?st=x&se=y&sig=number1"
    assert files.remote(HREF.replace("vv", "vh")).url.endswith("number1")
    assert web.asked[0].url == f"{SERVICE}/sentinel1euwestrtc/sentinel1-grd-rtc"
    clock.set(NOW + timedelta(minutes=44))
    assert files.remote(HREF).url.endswith("number1")
    clock.set(NOW + timedelta(minutes=44, seconds=1))
    assert files.remote(HREF).url.endswith("number2")
    assert len(web.asked) == 2


def test_a_refused_signature_is_made_anew() -> None:
    """`renew` does not trust what is held; another container has a signature of its own."""
    files = signer(FakeWeb(), VirtualClock(NOW))
    files.remote(HREF)
    assert files.remote(HREF, renew=True).url.endswith("number2")
    assert files.remote(HREF).url.endswith("number2")
    assert files.remote(HREF.replace("grd-rtc", "other")).url.endswith("number3")


def test_the_wait_is_read_from_words() -> None:
    """Planetary Computer says how long to wait in its message only."""
    said = {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 23 seconds."}
    files = signer(FakeWeb({SERVICE: always(said, status=429)}), VirtualClock(NOW))
    with pytest.raises(SourceUnavailable) as caught:
        files.remote(HREF)
    assert caught.value.retry_after == timedelta(seconds=23)


@pytest.mark.parametrize(
    "body", [{}, {"token": 5}, {"token": "a b&sig=x\n"}, {"token": "<html>"}, b"<html>"]
)
def test_what_is_no_signature_is_not_put_behind_an_address(body: object) -> None:
    """Whatever the service sends, only the characters of a signature are taken."""
    files = signer(FakeWeb({SERVICE: always(body)}), VirtualClock(NOW))
    with pytest.raises(SourceUnavailable):
        files.remote(HREF)


def test_an_address_of_no_catalog_is_refused() -> None:
    """Nothing is sent, and no signature asked for, for a host that no catalog serves."""
    web = FakeWeb()
    files = signer(web, VirtualClock(NOW))
    for href, reason in (
        ("https://evil.example/c/x.tif", "foreign_host"),
        (HREF.replace("https", "http"), "not_https"),
        (HREF + "?sig=theirs", "signed_href"),
    ):
        with pytest.raises(BadScene) as caught:
            files.remote(href)
        assert caught.value.reason == reason
    assert web.asked == []


def test_secrets_are_in_no_repr() -> None:
    """What may be logged shows neither signature nor token."""
    files = signer(FakeWeb(), VirtualClock(NOW))
    assert "sig" not in repr(files.remote(HREF))
    plain = RemoteFiles([PlainShelf(hosts=BLOB)])
    assert plain.remote(HREF).url == HREF


TOKEN_URL = "https://id.example/token"


def bearer(web: FakeWeb, clock: VirtualClock) -> RemoteFiles:
    """Return files that want a token of Copernicus Data Space."""
    form = {"grant_type": "password", "client_id": "cdse-public", "username": "u", "password": "p"}
    tokens = Tokens("cdse", ask=web, url=TOKEN_URL, form=form, secrets=("u", "p"))
    hosts = HostList(hosts=("download.example",))
    return RemoteFiles([BearerShelf(hosts, tokens, clock)])


def test_a_token_is_refreshed_without_a_new_login() -> None:
    """Sessions are few: after ten minutes the refresh token is used, and the login only when that
    has ended too."""
    web, clock = FakeWeb(), VirtualClock(NOW)

    def give(request: Request) -> HttpAnswer:
        kind = "refreshed" if "grant_type=refresh_token" in request.body else "login"
        body = {"access_token": kind, "expires_in": 600, "refresh_token": "r",
                "refresh_expires_in": 3600}  # fmt: skip
        return answer(body)

    web.routes[TOKEN_URL] = give
    files, href = bearer(web, clock), "https://download.example/odata/v1/x/$value"
    assert files.remote(href).headers == (("authorization", "Bearer login"),)
    clock.set(NOW + timedelta(minutes=8))
    files.remote(href)
    assert len(web.asked) == 1
    clock.set(NOW + timedelta(minutes=9))
    assert files.remote(href).headers == (("authorization", "Bearer refreshed"),)
    assert "password" not in web.asked[1].body
    clock.set(NOW + timedelta(hours=3))
    assert files.remote(href).headers == (("authorization", "Bearer login"),)


def test_an_ended_session_leads_back_to_the_login() -> None:
    """A refresh token that is refused costs one question."""
    web, clock = FakeWeb(), VirtualClock(NOW)

    def give(request: Request) -> HttpAnswer:
        if "grant_type=refresh_token" in request.body:
            return answer({"error": "invalid_grant"}, status=400)
        return answer({"access_token": "login", "expires_in": 600, "refresh_token": "r"})

    web.routes[TOKEN_URL] = give
    files, href = bearer(web, clock), "https://download.example/x"
    files.remote(href)
    assert files.remote(href, renew=True).headers == (("authorization", "Bearer login"),)
    assert len(web.asked) == 3


def test_a_wrong_password_is_told_without_it() -> None:
    """The service's own words are repeated, freed of what is ours."""
    body = {"error_description": "Invalid user credentials for hunter2"}
    web = FakeWeb({TOKEN_URL: always(body, status=401)})
    tokens = Tokens(
        "cdse", ask=web, url=TOKEN_URL, form={"password": "hunter2"}, secrets=("hunter2",)
    )
    with pytest.raises(SourceRefused) as caught:
        tokens.token(NOW)
    assert "hunter2" not in str(caught.value)
    assert "Invalid user credentials" in str(caught.value)
