"""What every store of users promises."""

from auth_core.testing.contracts.users.addresses import Addresses
from auth_core.testing.contracts.users.deleting import Deleting
from auth_core.testing.contracts.users.editing import Editing
from auth_core.testing.contracts.users.erasing import Erasing
from auth_core.testing.contracts.users.log_ins import LogIns
from auth_core.testing.contracts.users.status import Status
from auth_core.testing.contracts.users.storing import Storing


class UsersContract(Storing, Editing, Addresses, Deleting, Erasing, Status, LogIns):
    """Subclass it and provide the fixture `storage`."""
