"""fastapi-fullauth as its documentation sets it up, on SQLAlchemy, without the limits that would stop a benchmark."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_fullauth import FullAuth, FullAuthConfig
from fastapi_fullauth.adapters import SQLAlchemyAdapter
from fastapi_fullauth.models.sqlalchemy import RefreshTokenMixin, UserMixin
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, relationship


class Base(DeclarativeBase):
    pass


class RefreshToken(RefreshTokenMixin, Base):
    pass


class User(UserMixin, Base):
    refresh_tokens: Mapped[list[RefreshToken]] = relationship(lazy="noload")


engine = create_async_engine(os.environ["DATABASE_URL"])


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield


app = FastAPI(lifespan=lifespan)
FullAuth(
    adapter=SQLAlchemyAdapter(
        session_maker=async_sessionmaker(engine, expire_on_commit=False),
        user_model=User,
        refresh_token_model=RefreshToken,
    ),
    config=FullAuthConfig(
        SECRET_KEY="of no use outside a benchmark, but long enough",
        AUTH_RATE_LIMIT_ENABLED=False,
        PREVENT_REGISTRATION_ENUMERATION=False,
    ),
).init_app(app, include_routers=["auth", "profile"])
