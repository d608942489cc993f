"""What the console works with."""

import msgspec

from gatepost.lifecycle.listing import Listing
from gatepost.lifecycle.users import Users
from gatepost.login.rooms import LoginRooms
from gatepost.tenancy.providers import Providers
from gatepost.tenancy.sso import SingleSignOn
from gatepost.tenancy.tenants import Tenants


class ConsoleRooms(msgspec.Struct, frozen=True, kw_only=True):
    """The rooms behind the console."""

    providers: Providers
    single_sign_on: SingleSignOn
    tenants: Tenants
    users: Users
    listing: Listing
    login: LoginRooms
