"""Everybody, to be looked through, in memory."""

from auth_adapters.memory.store import Tables
from auth_core.ids import UserId
from auth_core.users.directory import MOST_COUNTED, Found, ListedUser, UserFilter, UserPlace, UserSort, place_of
from auth_core.users.model import User


class MemoryUserDirectory:
    """Everybody who has an account."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def find(self, user_id: UserId) -> ListedUser | None:
        user = self._tables.users.get(user_id)
        return None if user is None else self._listed(user)

    async def page(self, which: UserFilter, *, sort: UserSort, after: UserPlace | None, limit: int) -> Found:
        fitting = [listed for listed in map(self._listed, self._tables.users.values()) if which.fits(listed)]

        def standing(place: UserPlace) -> tuple[object, ...]:
            return (*place.key, place.id)

        placed = sorted(
            ((place_of(listed.user, sort), listed) for listed in fitting),
            key=lambda each: standing(each[0]),
            reverse=sort.descending,
        )
        following = [
            (place, listed)
            for place, listed in placed
            if after is None
            or (standing(place) < standing(after) if sort.descending else standing(place) > standing(after))
        ]
        shown = following[:limit]
        return Found(
            items=[listed for _, listed in shown],
            next=shown[-1][0] if len(following) > len(shown) else None,
            total=len(fitting) if len(fitting) <= MOST_COUNTED else None,
        )

    def _listed(self, user: User) -> ListedUser:
        return ListedUser(user=user, roles=tuple(sorted(self._tables.roles_held.get(user.id, ()))))
