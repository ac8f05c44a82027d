"""Leaving, over HTTP."""

from tests.unit.http.service import PASSWORD, Service


async def test_whoever_proves_the_password_is_gone_at_once(service: Service) -> None:
    held = await service.signed_in()
    token = held["access_token"]

    wrong = await service.ask("DELETE", "/auth/me", {"password": "not the password"}, token=token)
    nothing = await service.ask("DELETE", "/auth/me", token=token)
    left = await service.ask("DELETE", "/auth/me", {"password": PASSWORD}, token=token)
    again = await service.ask("DELETE", "/auth/me", {"password": PASSWORD}, token=token)

    assert (wrong.status, wrong.json()["code"]) == (401, "wrong_password")
    assert nothing.status == 422
    assert (left.status, left.body) == (204, b"")
    assert (again.status, again.json()["code"]) == (401, "revoked_token")
    assert (await service.log_in()).json()["code"] == "invalid_credentials"
