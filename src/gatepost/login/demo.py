"""The demo's way in: a link that signs in by itself, on a server that runs as the demo alone.

Nothing is proved, so nothing that it makes is worth anything elsewhere: a session of this way
is marked, and a server that is no demo neither makes nor honours one (`Sessions`), whatever
its database holds.
"""

from datetime import datetime, timedelta

from gatepost.activity.entry import Entry, Subject
from gatepost.base.secrets import digest
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.plan import Plan
from gatepost.login.equipment import Equipment
from gatepost.login.refusals import LinkUnusable
from gatepost.login.sessions import DEMO
from gatepost.login.visit import Visit, known
from gatepost.store import links, users
from gatepost.store.changes import Insert, Update
from gatepost.store.login_rows import SessionRow
from gatepost.store.rows import LinkRow, UserRow
from gatepost.store.tables import LINKS, SESSIONS, USERS, key_of

LINK_MINUTES = 30
_PURPOSE = "demo"


class DemoSignIn:
    """Makes the link and redeems it."""

    def __init__(self, equipment: Equipment) -> None:
        self._with = equipment

    async def new_link(self, writer: Writer, user: UserRow) -> str:
        """Make the secret of a link that signs the user in, once, within 30 minutes.

        Raises:
            LinkUnusable: this is no demo.
        """
        self._check()
        secret = self._with.secrets.new_link_secret()

        async def load() -> None:
            return None

        def decide(_loaded: None, at: datetime) -> Plan:
            row = LinkRow(
                tenant_id=user.tenant_id,
                digest=digest(secret),
                purpose=_PURPOSE,
                created_at=at,
                expires_at=at + timedelta(minutes=LINK_MINUTES),
                user_id=user.user_id,
            )
            return Plan((Insert(LINKS, row),))

        await self._with.corridor.run(writer, load, decide)
        return secret

    async def find(self, secret: str) -> tuple[LinkRow, UserRow]:
        """Find a link that can still be redeemed, with whose it is; looking spends nothing.

        Raises:
            LinkUnusable: unknown, used, too old, or this is no demo.
        """
        self._check()
        link = await links.find(self._with.database, digest(secret))
        if link is None or link.purpose != _PURPOSE or link.user_id is None:
            raise LinkUnusable
        if link.used_at is not None or link.expires_at <= self._with.now:
            raise LinkUnusable
        user = await users.get(self._with.database, link.tenant_id, link.user_id)
        if user is None or user.status != "active":
            raise LinkUnusable
        return link, user

    async def redeem(self, visit: Visit, secret: str) -> str:
        """Spend the link and begin a session; gives the session's secret.

        Raises:
            LinkUnusable: as `find` says.
        """
        _, user = await self.find(secret)
        session_secret, sessions = self._with.sessions.new_secret(), self._with.sessions
        session_id = sessions.new_id()

        async def load() -> tuple[LinkRow, UserRow]:
            return await self.find(secret)

        def decide(loaded: tuple[LinkRow, UserRow], at: datetime) -> Plan:
            link, present = loaded
            session = SessionRow(
                tenant_id=present.tenant_id,
                session_id=session_id,
                digest=digest(session_secret),
                user_id=present.user_id,
                methods=[DEMO],
                created_at=at,
                authenticated_at=at,
                seen_at=at,
                expires_at=at + timedelta(seconds=sessions.limits.lifetime_s),
                address=visit.address,
                user_agent=visit.shown_agent,
            )
            subject = Subject("user", present.user_id, present.user_name)
            return Plan(
                (
                    Update(LINKS, key_of(LINKS, link), {"used_at": at}, {"used_at": None}),
                    Update(USERS, key_of(USERS, present), {}, {"status": "active"}),
                    Insert(SESSIONS, session),
                ),
                (Entry("login.succeeded", subject, {"methods": [DEMO]}),),
            )

        await self._with.corridor.run(known(user, visit), load, decide)
        return session_secret

    def _check(self) -> None:
        if not self._with.sessions.is_demo:
            raise LinkUnusable
