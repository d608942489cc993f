"""The doors, put on the rooms behind them."""

from gatepost.lifecycle.group_reads import GroupReads
from gatepost.lifecycle.leavers import Leavers
from gatepost.lifecycle.listing import Listing
from gatepost.lifecycle.observed import Observer
from gatepost.lifecycle.people import People
from gatepost.lifecycle.role_reads import RoleReads
from gatepost.lifecycle.timeline import Timeline
from gatepost.simulated import PlayedProviders
from gatepost.tenancy.default_roles import DefaultRoles
from gatepost.tenancy.doctor.examination import Examination
from gatepost.tenancy.gate import Gate
from gatepost.tenancy.traffic import Traffic
from gatepost.web.account.rooms import AccountRooms
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.doors import Doors
from gatepost.web.scim.authentication import Authentication
from gatepost.web.scim.door import ScimDoor
from gatepost.web.scim.handler import Rooms
from gatepost.web.scim.reading import RequestLimits
from gatepost.wiring.house import House


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
