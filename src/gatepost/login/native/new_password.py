"""A new password: acceptable, hashed, and in force at once."""

from collections.abc import Callable
from datetime import datetime

from gatepost.login.equipment import Equipment
from gatepost.login.proofs.password_policy import problem_with
from gatepost.login.refusals import PasswordUnacceptable
from gatepost.store.changes import Change, DeleteAll, Upsert
from gatepost.store.login_rows import PasswordRow
from gatepost.store.rows import UserRow
from gatepost.store.tables import ATTEMPTS, CHALLENGES, PASSWORDS


class NewPasswords:
    """Judges and hashes new passwords; `breached` tells of one whether it was."""

    def __init__(self, equipment: Equipment, breached: Callable[[str], bool]) -> None:
        self._with = equipment
        self._breached = breached

    async def hashed(self, user: UserRow, password: str) -> str:
        """Give the hash of an acceptable password.

        Raises:
            PasswordUnacceptable: the sentence says why.
        """
        words = [user.user_name, user.email or "", self._with.display_name]
        why = problem_with(password, words=words, breached=self._breached)
        if why:
            raise PasswordUnacceptable(why=why)
        return await self._with.passwords.hash(password)


def ended_proofs(user: UserRow) -> list[Change]:
    """End the sign-ins that the old proofs have begun, and what was asked in them."""
    whose = {"tenant_id": user.tenant_id, "user_id": user.user_id}
    return [DeleteAll(ATTEMPTS, whose), DeleteAll(CHALLENGES, whose)]


def password_changes(user: UserRow, hashed: str, at: datetime) -> list[Change]:
    """Give the changes that put a password into force."""
    row = PasswordRow(tenant_id=user.tenant_id, user_id=user.user_id, hash=hashed, changed_at=at)
    return [Upsert(PASSWORDS, row, values={"hash": hashed, "changed_at": at})]
