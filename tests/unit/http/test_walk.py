"""A person's way through the service."""

from datetime import timedelta

from tests.unit.http.service import EMAIL, PASSWORD, Service


async def test_the_whole_walk(service: Service) -> None:
    registered = await service.register()
    logged_in = await service.log_in()
    held = logged_in.json()
    access, refresh_token = held["access_token"], held["refresh_token"]
    me = await service.ask("GET", "/auth/me", token=access)
    refreshed = await service.ask("POST", "/auth/refresh", {"refresh_token": refresh_token})
    sessions = await service.ask("GET", "/auth/sessions", token=access)
    service.clock.advance(timedelta(seconds=31))
    reused = await service.ask("POST", "/auth/refresh", {"refresh_token": refresh_token})
    dead = await service.ask("GET", "/auth/me", token=refreshed.json()["access_token"])
    again = (await service.log_in()).json()["access_token"]
    changed = await service.ask(
        "POST",
        "/auth/change-password",
        {"current_password": PASSWORD, "new_password": "paper lantern under the bridge"},
        token=again,
    )
    logged_out = await service.ask("POST", "/auth/logout", token=again)
    after = await service.ask("GET", "/auth/me", token=again)

    assert (registered.status, logged_in.status, me.status, refreshed.status) == (201, 200, 200, 200)
    assert me.json()["email"] == EMAIL
    assert len(sessions.json()["items"]) == 1
    assert (reused.status, reused.code) == (401, "invalid_refresh_token")
    assert (dead.status, dead.code) == (401, "revoked_token")
    assert (changed.status, changed.body) == (204, b"")
    assert (logged_out.status, logged_out.body) == (204, b"")
    assert (after.status, after.code) == (401, "revoked_token")
