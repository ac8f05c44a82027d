"""The floor: a FastAPI that does nothing."""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI(openapi_url=None)


class Asked(BaseModel):
    """The body of a request."""

    refresh_token: str


@app.get("/me")
async def me() -> dict[str, str]:
    """Answer."""
    return {"id": "0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55", "email": "ada@example.com"}


@app.post("/refresh")
async def refresh(asked: Asked) -> dict[str, str]:
    """Answer."""
    return {"access_token": asked.refresh_token, "refresh_token": asked.refresh_token}


class Shown(BaseModel):
    """The body of a request that shows a token."""

    token: str


@app.post("/verify")
async def verify(shown: Shown) -> dict[str, object]:
    """Answer."""
    return {"valid": bool(shown.token), "user_id": "0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55", "roles": ["user"]}


@app.post("/register")
@app.post("/login")
async def log_in() -> dict[str, str]:
    """Answer."""
    return {"access_token": "a" * 700, "refresh_token": "r" * 120}
