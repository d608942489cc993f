"""The composition root: settings → store → rules → doors. Everything is built here, once."""

import asyncio
import gc
from typing import Any

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
from gatepost.base.sealing_keys import SealingKeysError, load_keys
from gatepost.base.secrets import Secrets, SystemSecrets
from gatepost.base.settings import Settings
from gatepost.delivery.configured import SenderMisconfigured, senders_of
from gatepost.delivery.worker import Delivery
from gatepost.lifecycle.administration import Administration
from gatepost.lifecycle.conflicts import Conflicts
from gatepost.lifecycle.corridor import Corridor
from gatepost.lifecycle.directory import Directory
from gatepost.lifecycle.explain import Explainer
from gatepost.lifecycle.group_reads import GroupReads
from gatepost.lifecycle.groups import Groups
from gatepost.lifecycle.import_jobs import ImportJobs
from gatepost.lifecycle.importing import Importing
from gatepost.lifecycle.jobs import Jobs
from gatepost.lifecycle.leavers import Leavers
from gatepost.lifecycle.listing import Listing
from gatepost.lifecycle.mappings import Mappings
from gatepost.lifecycle.observed import Observer
from gatepost.lifecycle.people import People
from gatepost.lifecycle.role_reads import RoleReads
from gatepost.lifecycle.roles import Roles
from gatepost.lifecycle.timeline import Timeline
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
from gatepost.simulated import PlayedProviders
from gatepost.store.database import StoreUnavailable
from gatepost.store.migrations.runner import SchemaBehind
from gatepost.store.open import OpenDatabase, open_database
from gatepost.tenancy.administrators import Administrators
from gatepost.tenancy.default_roles import DefaultRoles
from gatepost.tenancy.doctor.examination import Examination
from gatepost.tenancy.gate import Gate
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
from gatepost.tenancy.traffic import Traffic
from gatepost.web.account.rooms import AccountRooms
from gatepost.web.app import create_app
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.doors import Doors
from gatepost.web.health import Health
from gatepost.web.middleware import Edge
from gatepost.web.scim.authentication import Authentication
from gatepost.web.scim.door import ScimDoor
from gatepost.web.scim.handler import Rooms
from gatepost.web.scim.profiles import Profiles
from gatepost.web.scim.reading import RequestLimits


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


def page_doors(house: House) -> Doors:
    """Build the doors with pages."""
    return Doors(
        house.settings,
        house.launch,
        login=house.login,
        tenants=house.tenants,
        administrators=house.administrators,
        account=AccountRooms(
            house.users, house.roles, house.organizations, house.providers, house.tenants
        ),
        recorder=house.recorder,
        clock=house.clock,
        ids=house.ids,
        console=ConsoleRooms(
            providers=house.providers,
            tokens=house.tokens,
            gate=Gate(house.database),
            traffic=Traffic(house.database),
            default_roles=DefaultRoles(house.database, house.providers),
            releasing=house.releasing,
            single_sign_on=house.single_sign_on,
            tenants=house.tenants,
            organizations=house.organizations,
            administrators=house.administrators,
            users=house.users,
            groups=house.groups,
            group_reads=GroupReads(house.database),
            roles=house.roles,
            role_reads=RoleReads(house.database),
            mappings=house.mappings,
            conflicts=house.conflicts,
            administration=house.administration,
            imports=house.imports,
            leavers=Leavers(house.database, People(house.database), house.users, house.jobs),
            jobs=house.jobs,
            simulator=PlayedProviders(
                lambda: scim_door(house), house.settings.public_url, house.clock
            ),
            examination=Examination(
                house.settings,
                house.launch,
                house.database,
                house.clock,
                house.recorder,
                has_passkeys=house.login.equipment.passkeys is not None,
            ),
            listing=Listing(house.database),
            people=People(house.database),
            timeline=Timeline(house.database),
            explainer=house.explainer,
            observer=Observer(house.database),
            activity=house.activity,
            explorer=house.explorer,
            live=house.live,
            saved_views=house.saved_views,
            tallies=house.tallies,
            provider_health=house.provider_health,
            attention=house.attention,
            login=house.login,
        ),
    )


def scim_door(house: House) -> ScimDoor:
    """Build the door for identity providers."""
    rooms = Rooms(house.users, house.groups, house.directory, house.recorder)
    return ScimDoor(
        rooms=rooms,
        authentication=Authentication(Gate(house.database)),
        profiles=house.profiles,
        clock=house.clock,
        ids=house.ids,
        request_limits=RequestLimits(
            bytes_max=house.settings.request_body_bytes_max,
            bulk_bytes_max=house.settings.bulk_bytes_max,
            depth_max=house.settings.json_depth_max,
            deadline_s=house.settings.request_deadline_s,
        ),
    )


class Application:
    """The ASGI application of one worker process; its house lives as long as the server."""

    def __init__(self, settings: Settings, launch: Launch) -> None:
        self._settings = settings
        self._launch = launch
        self._house: House | None = None
        self._app: Edge | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        """Serve one connection event, or the server's own start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app:
            await self._app(scope, receive, send)

    def stops(self) -> None:
        """Let go of who listens: the server is about to wait for open connections.

        May be called by the handler of a signal, in the midst of anything.
        """
        if self._house and self._loop:
            self._loop.call_soon_threadsafe(self._house.live.end)

    async def _live(self, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        await receive()
        try:
            await self._start()
        except (StoreUnavailable, SchemaBehind, SealingKeysError, SenderMisconfigured) as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _start(self) -> None:
        settings = self._settings
        self._loop = asyncio.get_running_loop()
        house = self._house = await open_house(settings, launch=self._launch)
        self._app = create_app(
            scim=scim_door(house),
            doors=page_doors(house),
            health=Health(house.database, metrics_token=settings.metrics_token),
            with_metrics=settings.metrics_enabled,
        )
        house.recorder.start()
        house.retention.start()
        house.delivery.start()
        house.login.upkeep.start()
        # What lives as long as the process need not be looked at by the collector again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)

    async def _stop(self) -> None:
        if self._house:
            await self._house.login.upkeep.close()
            await self._house.delivery.close()
            await self._house.retention.close()
            await self._house.recorder.close()
            await self._house.close()
