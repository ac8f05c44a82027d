"""The passwords people use most: a list that comes along, and how it is made. Its origin stands in `NOTICE.txt`."""

from auth_adapters.common_passwords.built_in import BuiltInCommonPasswords

__all__ = ["BuiltInCommonPasswords"]
