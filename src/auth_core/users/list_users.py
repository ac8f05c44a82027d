"""The listing of everybody."""

from dataclasses import dataclass

from auth_core.access.model import role_name
from auth_core.unit_of_work import UnitOfWork
from auth_core.users import cursor
from auth_core.users.directory import LARGEST_PAGE, UserFilter, UserListing, UserSort, beginning
from auth_core.users.model import UserStatus
from auth_core.users.ports import DirectoryTx


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUsers:
    """List users, all or those that fit, a page at a time."""

    uow: UnitOfWork[DirectoryTx]

    async def __call__(
        self,
        *,
        q: str | None = None,
        role: str | None = None,
        status: UserStatus | None = None,
        sort: UserSort = UserSort.CREATED_AT,
        after: str | None = None,
        limit: int = 50,
    ) -> UserListing:
        """Return the users that follow the cursor `after`; at most 500 of them, whatever `limit` says.

        `q` is how an e-mail address, a first name or a last name begins, in whatever case. `role` is one they hold
        themselves; of a role that is not there nobody is. Whoever is there all the while is listed exactly once, unless
        what the order goes by changes meanwhile. A page may be short, or empty, and yet have a next.

        `total` is exact up to 10,000 and None beyond; also None when each filter alone fits more than that.

        Raises: InvalidSearch, InvalidRoleName, InvalidUserCursor.
        """
        which = UserFilter(
            begins=None if q is None else beginning(q),
            role=None if role is None else role_name(role),
            status=status,
        )
        place = None if after is None else cursor.read(after, which, sort)
        async with self.uow() as tx:
            found = await tx.directory.page(which, sort=sort, after=place, limit=max(1, min(limit, LARGEST_PAGE)))
        following = None if found.next is None else cursor.written(found.next, which, sort)
        return UserListing(items=found.items, next=following, total=found.total)
