"""The faces of this room, built on one another once; doors and commands take what they need."""

from collections.abc import Callable

from gatepost.base.fetching import Fetcher
from gatepost.lifecycle.users import Users
from gatepost.login.account import Account
from gatepost.login.demo import DemoSignIn
from gatepost.login.equipment import Equipment
from gatepost.login.factors.challenges import Challenges
from gatepost.login.factors.enrolment import Enrolment
from gatepost.login.factors.second_factor import SecondFactors
from gatepost.login.factors.step_up import StepUp
from gatepost.login.flow import Flow
from gatepost.login.native.links import Links
from gatepost.login.native.new_password import NewPasswords
from gatepost.login.native.password_form import NativeSignIn
from gatepost.login.provider.halves import Halves
from gatepost.login.provider.logout import Logout
from gatepost.login.provider.oidc_return import OidcReturn
from gatepost.login.provider.publishing import Publishing
from gatepost.login.provider.refresh import Refresher
from gatepost.login.provider.saml_return import SamlReturn
from gatepost.login.provider.sso import Sso
from gatepost.login.provider.sso_return import SsoReturn
from gatepost.login.provider.sso_start import SsoStart
from gatepost.login.provider.testing import Testing
from gatepost.login.upkeep.freshness import Upkeep
from gatepost.tenancy.sso import SingleSignOn
from gatepost.tenancy.tenants import Tenants


class LoginRooms:
    """Sign-in, with all it needs from other rooms."""

    def __init__(
        self,
        equipment: Equipment,
        *,
        accounts: Users,
        tenants: Tenants,
        single_sign_on: SingleSignOn,
        fetcher: Fetcher,
        breached: Callable[[str], bool],
    ) -> None:
        self.equipment = equipment
        self.sessions = equipment.sessions
        halves = Halves(equipment)
        challenges = Challenges(equipment)
        enrolment = Enrolment(equipment, challenges)
        second_factors = SecondFactors(equipment)
        passwords = NewPasswords(equipment, breached)
        refresher = Refresher(equipment, halves, single_sign_on)
        self.step_up = StepUp(equipment, second_factors, challenges)
        self.native = NativeSignIn(equipment)
        self.flow = Flow(equipment, second_factors, enrolment, challenges)
        self.testing = Testing(equipment)
        self.sso = Sso(
            equipment,
            halves=halves,
            start=SsoStart(equipment, halves),
            saml=SamlReturn(equipment, halves, refresher),
            oidc=OidcReturn(equipment, halves, refresher, fetcher),
            returned=SsoReturn(equipment, accounts, tenants),
            testing=self.testing,
        )
        self.logout = Logout(equipment, halves, refresher)
        self.publishing = Publishing(equipment, halves)
        self.links = Links(equipment, passwords)
        self.demo = DemoSignIn(equipment)
        self.account = Account(equipment, enrolment, passwords, self.step_up)
        self.upkeep = Upkeep(equipment, single_sign_on)
