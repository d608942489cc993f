"""What the console works with."""

import msgspec

from gatepost.activity.explorer import Explorer
from gatepost.activity.live import Live
from gatepost.activity.log import ActivityLog
from gatepost.activity.tallies import Tallies
from gatepost.lifecycle.administration import Administration
from gatepost.lifecycle.conflicts import Conflicts
from gatepost.lifecycle.explain import Explainer
from gatepost.lifecycle.group_reads import GroupReads
from gatepost.lifecycle.groups import Groups
from gatepost.lifecycle.import_jobs import ImportJobs
from gatepost.lifecycle.jobs import Jobs
from gatepost.lifecycle.leavers import Leavers
from gatepost.lifecycle.listing import Listing
from gatepost.lifecycle.mappings import Mappings
from gatepost.lifecycle.observed import Observer
from gatepost.lifecycle.people import People
from gatepost.lifecycle.role_reads import RoleReads
from gatepost.lifecycle.roles import Roles
from gatepost.lifecycle.timeline import Timeline
from gatepost.lifecycle.users import Users
from gatepost.login.rooms import LoginRooms
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
from gatepost.tenancy.tenants import Tenants
from gatepost.tenancy.tokens import Tokens
from gatepost.tenancy.traffic import Traffic
from gatepost.web.console.simulator import Simulator


class ConsoleRooms(msgspec.Struct, frozen=True, kw_only=True):
    """The rooms behind the console."""

    providers: Providers
    tokens: Tokens
    gate: Gate
    traffic: Traffic
    default_roles: DefaultRoles
    releasing: Releasing
    single_sign_on: SingleSignOn
    tenants: Tenants
    organizations: Organizations
    administrators: Administrators
    users: Users
    groups: Groups
    group_reads: GroupReads
    roles: Roles
    role_reads: RoleReads
    mappings: Mappings
    conflicts: Conflicts
    administration: Administration
    imports: ImportJobs
    leavers: Leavers
    jobs: Jobs
    examination: Examination
    simulator: Simulator
    listing: Listing
    people: People
    timeline: Timeline
    explainer: Explainer
    observer: Observer
    activity: ActivityLog
    explorer: Explorer
    live: Live
    saved_views: SavedViews
    tallies: Tallies
    provider_health: ProviderHealth
    attention: Attention
    login: LoginRooms
