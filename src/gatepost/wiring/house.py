"""Every room of the house, built once on one database: settings → store → rules."""

import structlog

from gatepost import __version__
from gatepost.activity.explorer import Explorer
from gatepost.activity.live import Live
from gatepost.activity.log import ActivityLog
from gatepost.activity.recorder import Recorder
from gatepost.activity.retention import Retention
from gatepost.activity.tallies import Tallies
from gatepost.base.clock import Clock, SystemClock
from gatepost.base.fetching import Fetcher, HttpFetcher
from gatepost.base.ids import Ids, Uuid7Ids
from gatepost.base.launch import Launch
from gatepost.base.sealing import Sealer
from gatepost.base.sealing_keys import load_keys
from gatepost.base.secrets import Secrets, SystemSecrets
from gatepost.base.settings import Settings
from gatepost.delivery.configured import senders_of
from gatepost.delivery.worker import Delivery
from gatepost.lifecycle.administration import Administration
from gatepost.lifecycle.conflicts import Conflicts
from gatepost.lifecycle.corridor import Corridor
from gatepost.lifecycle.directory import Directory
from gatepost.lifecycle.explain import Explainer
from gatepost.lifecycle.groups import Groups
from gatepost.lifecycle.import_jobs import ImportJobs
from gatepost.lifecycle.importing import Importing
from gatepost.lifecycle.jobs import Jobs
from gatepost.lifecycle.listing import Listing
from gatepost.lifecycle.mappings import Mappings
from gatepost.lifecycle.roles import Roles
from gatepost.lifecycle.uploads import Uploads
from gatepost.lifecycle.users import Users
from gatepost.login.attempts import Attempts
from gatepost.login.equipment import Channels, Equipment
from gatepost.login.proofs.breached import breach_check
from gatepost.login.proofs.passwords import Passwords
from gatepost.login.proofs.relying_party import RelyingPartyIdentity
from gatepost.login.rooms import LoginRooms
from gatepost.login.sessions import SessionLimits, Sessions
from gatepost.scim.discovery import Limits
from gatepost.store.open import OpenDatabase, open_database
from gatepost.tenancy.administrators import Administrators
from gatepost.tenancy.health import Attention, ProviderHealth
from gatepost.tenancy.organizations import Organizations
from gatepost.tenancy.providers import Providers
from gatepost.tenancy.releasing import Releasing
from gatepost.tenancy.saved_views import SavedViews
from gatepost.tenancy.sso import SingleSignOn
from gatepost.tenancy.sso_keys import KeyMaker
from gatepost.tenancy.sso_trust import TrustReader
from gatepost.tenancy.tenants import Tenants
from gatepost.tenancy.tokens import Tokens
from gatepost.web.scim.profiles import Profiles


class House:
    """Every room, built on one database. Doors and commands take what they need from it."""

    def __init__(  # noqa: PLR0913 - what the ground is made of
        self,
        settings: Settings,
        database: OpenDatabase,
        *,
        clock: Clock,
        ids: Ids,
        secrets: Secrets,
        sealer: Sealer,
        fetcher: Fetcher,
        launch: Launch,
    ) -> None:
        self.settings = settings
        self.launch = launch
        self.database = database
        self.clock = clock
        self.ids = ids
        self.corridor = corridor = Corridor(database, clock, ids)
        self.users = Users(corridor)
        self.groups = Groups(corridor)
        self.roles = Roles(corridor)
        self.mappings = Mappings(corridor)
        self.conflicts = Conflicts(corridor)
        self.jobs = Jobs(corridor)
        self.directory = Directory(database)
        self.tenants = Tenants(corridor)
        self.organizations = Organizations(corridor)
        self.providers = Providers(corridor)
        self.tokens = Tokens(corridor, secrets)
        self.releasing = Releasing(
            self.jobs, self.users, Listing(database), self.providers, self.tenants
        )
        self.administrators = Administrators(corridor, self.users, secrets)
        self.activity = ActivityLog(database, clock)
        self.explorer = Explorer(database)
        self.live = Live(database, clock)
        self.saved_views = SavedViews(corridor)
        self.tallies = Tallies(database, clock)
        self.provider_health = ProviderHealth(database, clock)
        self.attention = Attention(database)
        self.explainer = Explainer(database, clock)
        self.administration = Administration(corridor)
        self.sealer = sealer
        self.single_sign_on = SingleSignOn(
            corridor,
            TrustReader(fetcher, clock, allow_http=settings.outbound_http),
            KeyMaker(ids, sealer),
            sealer,
        )
        self.imports = ImportJobs(Importing(corridor), self.jobs, Uploads(corridor, sealer))
        self.senders = senders_of(settings, fetcher, clock)
        self.delivery = Delivery(database, clock, sealer, self.senders)
        self.recorder = Recorder(database, clock)
        self.retention = Retention(database, clock, settings)
        self.profiles = Profiles(
            self.tenants,
            limits_of(settings),
            public_url=settings.public_url,
            patch_operations_max=settings.patch_operations_max,
        )

        self.login = LoginRooms(
            self._equipment(secrets),
            accounts=self.users,
            tenants=self.tenants,
            single_sign_on=self.single_sign_on,
            fetcher=fetcher,
            breached=breach_check(settings.breached_passwords),
        )

    def _equipment(self, secrets: Secrets) -> Equipment:
        settings, database, clock = self.settings, self.database, self.clock
        limits = SessionLimits(settings.session_idle_s, settings.session_lifetime_s)
        identity = RelyingPartyIdentity
        has_passkeys = identity.is_possible(settings.public_url)
        return Equipment(
            corridor=self.corridor,
            attempts=Attempts(database, clock, self.ids, secrets),
            sessions=Sessions(
                self.corridor, self.recorder, secrets, limits, is_demo=self.launch.is_demo
            ),
            passwords=Passwords(),
            sealer=self.sealer,
            secrets=secrets,
            public_url=settings.public_url,
            display_name=settings.display_name,
            passkeys=identity.of(settings.public_url, settings.display_name)
            if has_passkeys
            else None,
            channels=Channels(
                email="email" in self.senders,
                sms="sms" in self.senders,
                sms_countries=settings.sms_countries,
            ),
        )

    async def close(self) -> None:
        """End long work and what listens, and close the database; the rest whoever started it."""
        await self.jobs.close()
        await self.live.close()
        self.login.equipment.passwords.close()
        await self.database.close()


def limits_of(settings: Settings) -> Limits:
    """Give the limits that the protocol enforces and advertises (R40)."""
    return Limits(
        bulk_operations_max=settings.bulk_operations_max,
        bulk_bytes_max=settings.bulk_bytes_max,
        filter_results_max=settings.page_max,
        page_default=settings.page_default,
        page_max=settings.page_max,
        cursor_timeout_s=settings.cursor_timeout_s,
    )


async def open_house(  # noqa: PLR0913 - what a test replaces
    settings: Settings,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    secrets: Secrets | None = None,
    fetcher: Fetcher | None = None,
    upgrade: bool = False,
    launch: Launch | None = None,
) -> House:
    """Open the database and build the rooms on it.

    Raises:
        SealingKeysError: the keys that seal secrets cannot be had.
        SchemaBehind: a PostgreSQL database needs `gatepost db upgrade` first.
        StoreUnavailable: the database does not answer.
    """
    secrets = secrets or SystemSecrets()
    loaded = load_keys(settings.data_dir, settings.secret_keys, secrets)
    if loaded.created_at_path:
        path = str(loaded.created_at_path)
        structlog.get_logger("gatepost").warning(
            "back up this file: it opens the secrets in the database", path=path
        )
    database = await open_database(
        settings.database_url, scan_deadline_s=settings.scan_deadline_s, upgrade=upgrade
    )
    clock = clock or SystemClock()
    return House(
        settings,
        database,
        clock=clock,
        ids=ids or Uuid7Ids(clock),
        secrets=secrets,
        sealer=Sealer(loaded.keys, secrets),
        fetcher=fetcher or fetcher_of(settings),
        launch=launch or Launch(),
    )


def fetcher_of(settings: Settings) -> Fetcher:
    """Build what fetches metadata, keys and tokens, and sends text messages."""
    return HttpFetcher(
        networks=settings.outbound_networks,
        allow_http=settings.outbound_http,
        user_agent=f"Gatepost/{__version__}",
    )
