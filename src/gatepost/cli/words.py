"""The command line's words and exit codes for refusals and known faults: two tables.

Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 conflict or stale, 5 not
allowed, 6 done in part, 7 unhealthy, 130 interrupted.
"""

from collections.abc import Mapping
from enum import IntEnum

import msgspec


class ExitCode(IntEnum):
    """What the shell learns."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    CONFLICT = 4
    NOT_ALLOWED = 5
    PARTLY = 6
    UNHEALTHY = 7
    INTERRUPTED = 130


class Words(msgspec.Struct, frozen=True):
    """How a refusal is said: sentences with the refusal's facts in braces."""

    what: str
    fix: str
    exit_code: ExitCode


_CONFLICT, _MISSING, _USAGE = ExitCode.CONFLICT, ExitCode.NOT_FOUND, ExitCode.USAGE

WORDS: Mapping[str, Words] = {
    "validate.duplicate": Words(
        "The userName {user_name} belongs to another account.",
        "Choose another userName, or change the other account first.",
        _CONFLICT,
    ),
    "validate.user_name_missing": Words(
        "The user has no userName.", "Give a userName that is not blank.", _USAGE
    ),
    "validate.user_name_format": Words(
        "The userName {user_name} is not an email address, which this identity provider demands.",
        "Give an address, or switch the demand off on the identity provider.",
        _USAGE,
    ),
    "validate.user_type": Words(
        "{value} is not a user type.", "The user types are Technician and endUser.", _USAGE
    ),
    "validate.organization": Words(
        "There is no organization {value}.",
        "Give the id or the exact name of an organization, or create it first.",
        _USAGE,
    ),
    "validate.member": Words(
        "The member {value} is not a user of this identity provider.",
        "Create the user first, or leave the member out.",
        _USAGE,
    ),
    "validate.group_duplicate": Words(
        "The identity provider already has a group {display_name}.",
        "Choose another name, or change the group that exists.",
        _CONFLICT,
    ),
    "validate.group_name_missing": Words(
        "The group has no displayName.", "Give a displayName that is not blank.", _USAGE
    ),
    "validate.role_duplicate": Words(
        "There is already a role {name}.", "Choose another name.", _CONFLICT
    ),
    "validate.role_name_missing": Words(
        "The role has no name, or a very long one.", "Give a name of 1 to 100 characters.", _USAGE
    ),
    "match.adoption_refused": Words(
        "The account {user_name} may not be adopted ({limit}).",
        "Look at the identity provider's conflicts; adopt or keep the account there.",
        _CONFLICT,
    ),
    "match.none": Words("There is no user {id}.", "Look at `gatepost user list`.", _MISSING),
    "match.no_group": Words("There is no group {id}.", "Look at `gatepost group list`.", _MISSING),
    "match.no_role": Words("There is no role {name}.", "Look at `gatepost role list`.", _MISSING),
    "match.no_conflict": Words(
        "There is no open conflict {id}.", "Somebody may have settled it already.", _MISSING
    ),
    "match.no_upload": Words(
        "The file is gone.", "It was imported already, or is a day old: give it again.", _MISSING
    ),
    "match.no_job": Words(
        "There is no job {id}.", "What is old is removed after 30 days.", _MISSING
    ),
    "guard.protected_account": Words(
        "The account is protected ({limit}) and stays as it is.",
        "Make another administrator first, or lift the account's break-glass mark.",
        ExitCode.NOT_ALLOWED,
    ),
    "guard.managed": Words(
        "{user_name} is managed by the identity provider {provider}, which owns: {fields}.",
        "Change it in the identity provider, or release the user first.",
        _CONFLICT,
    ),
    "guard.not_managed": Words(
        "{user_name} is a local account already.", "There is nothing to release.", _CONFLICT
    ),
    "roles.misfit": Words(
        "The role {role} is for {role_type}, the user is {user_type}.",
        "Choose a role of the user's type.",
        _CONFLICT,
    ),
    "roles.groups_unsupported": Words(
        "{provider} cannot push groups: {vendor} does not send them.",
        "Grant roles by the provider's default roles or by hand.",
        _CONFLICT,
    ),
    "version.mismatch": Words(
        "Somebody changed it meanwhile.", "Read it again, then repeat the change.", _CONFLICT
    ),
    "preview.stale": Words(
        "What was shown is no longer what would happen.",
        "Look at the preview again, then confirm.",
        _CONFLICT,
    ),
    "match.no_tenant": Words(
        "There is no tenant {name}.", "Look at `gatepost tenant list`.", _MISSING
    ),
    "match.no_provider": Words(
        "There is no identity provider {name}.", "Look at `gatepost provider list`.", _MISSING
    ),
    "match.no_token": Words(
        "The identity provider has no token {name}.", "Look at `gatepost token list`.", _MISSING
    ),
    "validate.tenant_duplicate": Words(
        "There is already a tenant {name}.", "Choose another name.", _CONFLICT
    ),
    "match.no_organization": Words(
        "There is no organization {name}.", "Look at `gatepost organization list`.", _MISSING
    ),
    "validate.organization_duplicate": Words(
        "There is already an organization {name}.", "Choose another name or id.", _CONFLICT
    ),
    "validate.provider_duplicate": Words(
        "Another identity provider is called {slug}.", "Choose another name.", _CONFLICT
    ),
    "validate.domain_claimed": Words(
        "The identity provider {provider} serves the email domain {domain} already.",
        "Take the domain from that provider first, or leave it out here. "
        "`gatepost provider show {provider}` tells which it is.",
        _CONFLICT,
    ),
    "validate.setting": Words("{setting} cannot be {value}: {why}.", "Give another value.", _USAGE),
    "validate.token_made": Words(
        "That token was made and shown before: {hint}.", "Make another one.", _CONFLICT
    ),
    "validate.token_lifetime": Words(
        "A token cannot live {days} days.", "Choose 30 to 366 days, or never.", _USAGE
    ),
    "guard.provider_in_use": Words(
        "{provider} still manages {count} users.",
        "Release them first, with `gatepost provider release {provider}`, or switch SCIM off.",
        _CONFLICT,
    ),
    "scim.switched_off": Words(
        "SCIM is switched off for {provider}.",
        "Switch it on at the identity provider first.",
        _CONFLICT,
    ),
    "guard.scim_on": Words(
        "SCIM is on for {provider}, which writes to its users.",
        "Pause it or switch it off first.",
        _CONFLICT,
    ),
    "scope.paused": Words(
        "SCIM is paused for {provider}.",
        "Let it go on with `gatepost provider resume {provider}`.",
        _CONFLICT,
    ),
    "auth.refused": Words(
        "The credentials open nothing ({reason}).",
        "Check that the token is whole and neither expired nor revoked.",
        ExitCode.NOT_ALLOWED,
    ),
    "auth.wrong_provider": Words(
        "The token belongs to another identity provider than the URL names.",
        "Take the URL and the token from the same identity provider.",
        ExitCode.NOT_ALLOWED,
    ),
    "auth.link_spent": Words(
        "The one-time link is unknown, used or expired.",
        "Make a new one with `gatepost admin link`.",
        ExitCode.NOT_ALLOWED,
    ),
    "server.contended": Words(
        "Too many writers changed the same thing at once.", "Try again.", ExitCode.FAILED
    ),
    "sso.trust_unreadable": Words(
        "What the identity provider says of itself cannot be used ({reason}): {why}",
        "Check the address or the file. `gatepost explain --code CODE` says more of a code.",
        ExitCode.FAILED,
    ),
    "sso.not_set_up": Words(
        "Sign-in through {provider} is not set up.",
        "Use `gatepost sso set-up-saml` or `gatepost sso set-up-oidc`.",
        _CONFLICT,
    ),
    "sso.untested": Words(
        "Nobody has come back from {provider} with these settings yet.",
        "Open the link of `gatepost sso test` in a browser and sign in; then switch it on.",
        _CONFLICT,
    ),
    "sso.not_provisioned": Words(
        "No account is meant by what the identity provider sent: {sent}.",
        "Provision the person, or compare which attribute names them on both sides.",
        _MISSING,
    ),
    "sso.other_subject": Words(
        "The provider has sent {user_name} under another lasting name before.",
        "If it is the same person, made anew there: gatepost user unlink {user_name}.",
        _CONFLICT,
    ),
    "sso.ambiguous": Words(
        "Several accounts have the address {email}.",
        "Let the identity provider send the userName or externalId, or make the addresses differ.",
        _CONFLICT,
    ),
    "sso.user_inactive": Words(
        "The account {user_name} is inactive.",
        "Activate it in the identity provider, or here if it is a local account.",
        ExitCode.NOT_ALLOWED,
    ),
    "sso.foreign_account": Words(
        "The account {user_name} is not this identity provider's.",
        "Give the provider the domain of the address, or let its own provider sign the person in.",
        ExitCode.NOT_ALLOWED,
    ),
    "sso.protected_account": Words(
        "{user_name} is a break-glass account, which signs in by password only.",
        "Sign in by password, or lift the mark with `gatepost admin break-glass --off`.",
        ExitCode.NOT_ALLOWED,
    ),
    "sso.switched_off": Words(
        "Sign-in through {provider} is switched off, or of another protocol.",
        "Look at `gatepost sso show`; `gatepost sso enable` switches it on.",
        _CONFLICT,
    ),
    "sso.refused": Words(
        "The identity provider's answer was not believed ({reason}): {why}",
        "`gatepost explain --code CODE` says what the code asks for.",
        ExitCode.NOT_ALLOWED,
    ),
    "sso.replayed": Words(
        "The identity provider's message was used before.",
        "Begin the sign-in again; if it repeats, somebody may have copied the message.",
        ExitCode.NOT_ALLOWED,
    ),
    "login.attempt_gone": Words(
        "There is no such sign-in under way: it is finished, or took longer than ten minutes.",
        "Begin the sign-in again.",
        _MISSING,
    ),
    "login.stage": Words(
        "The sign-in is at another step ({stage}).", "Begin the sign-in again.", _CONFLICT
    ),
    "login.other_browser": Words(
        "The answer came to another browser than the one that began.",
        "Begin and finish in one browser; cookies must be allowed there.",
        ExitCode.NOT_ALLOWED,
    ),
    "login.proof_wrong": Words(
        "The {proof} is wrong.",
        "Try again; an administrator can help with `gatepost user reset-password` or `reset-mfa`.",
        ExitCode.NOT_ALLOWED,
    ),
    "login.throttled": Words(
        "Too many attempts failed of late.", "Wait {wait_s} seconds.", ExitCode.NOT_ALLOWED
    ),
    "login.password_unacceptable": Words(
        "The password is not acceptable: {why}", "Choose another one.", _USAGE
    ),
    "login.session_gone": Words(
        "There is no such session: it has ended.", "Look at `gatepost user sessions`.", _MISSING
    ),
    "login.step_up_required": Words(
        "This needs a second factor anew.",
        "Confirm with the second factor, then repeat it.",
        ExitCode.NOT_ALLOWED,
    ),
    "login.not_allowed": Words(
        "The person's role is too small; it needs: {needs}.",
        "Give the person that role, or ask somebody who has it.",
        ExitCode.NOT_ALLOWED,
    ),
    "login.link_unusable": Words(
        "The link is unknown, used or too old.",
        "Make a new one with `gatepost user invite` or `gatepost user reset-password`.",
        _MISSING,
    ),
    "login.no_factor": Words(
        "There is no such second factor: {id}.", "Look at `gatepost user factors`.", _MISSING
    ),
    "login.last_factor": Words(
        "The last second factor stays until there is another.",
        "Add another one first, or let an administrator use `gatepost user reset-mfa`.",
        _CONFLICT,
    ),
    "login.phone_unacceptable": Words(
        "The phone number is not acceptable: {why}",
        "Write it with its country code, as +4930123456.",
        _USAGE,
    ),
    "login.messages_off": Words(
        "No {channel} is sent here.",
        "Set mail_url or sms_url; see docs/reference/settings.md.",
        _CONFLICT,
    ),
    "login.not_native": Words(
        "{user_name} signs in through an identity provider, or is inactive: no password here.",
        "Release the user first, or activate the account; `gatepost user show` tells which.",
        _CONFLICT,
    ),
    "login.passkeys_off": Words(
        "Passkeys need a public URL with a host name and https.",
        "Set public_url; see docs/reference/settings.md.",
        _CONFLICT,
    ),
    "login.factor_taken": Words(
        "The passkey is enrolled already.", "Use another passkey.", _CONFLICT
    ),
}
"""The words for each refusal, by its code; a house test finds the ones that lack any."""

FAULTS: Mapping[str, Words] = {
    "gatepost.store.database.StoreUnavailable": Words(
        "The database does not answer.",
        "Check that it runs, and that --database or GATEPOST_DATABASE_URL is right.",
        ExitCode.FAILED,
    ),
    "gatepost.store.database.ScanTooLong": Words(
        "The database took too long to read this.",
        "Ask for less, or raise GATEPOST_SCAN_DEADLINE_S.",
        ExitCode.FAILED,
    ),
    "gatepost.store.migrations.runner.SchemaBehind": Words(
        "The database has an older schema than this release needs.",
        "Run `gatepost db upgrade`.",
        ExitCode.FAILED,
    ),
    "gatepost.store.migrations.runner.SchemaAhead": Words(
        "The database was upgraded by a newer release.",
        "Run that release, or restore the backup made before the upgrade.",
        ExitCode.FAILED,
    ),
    "gatepost.base.sealing.SealKeyMissing": Words(
        "A secret in the database was sealed with a key that is not here.",
        "Supply the old key after the new one; `gatepost keys check` names those that are in use.",
        ExitCode.FAILED,
    ),
    "gatepost.base.sealing.SealBroken": Words(
        "A secret in the database does not open.",
        "Restore it from a backup, or enter it again.",
        ExitCode.FAILED,
    ),
    "gatepost.base.sealing_keys.SealingKeysMalformed": Words(
        "The keys that seal secrets cannot be used.",
        "See docs/how-to/keys-and-rotation.md.",
        ExitCode.USAGE,
    ),
    "gatepost.base.sealing_keys.SealingKeysUnavailable": Words(
        "The keys that seal secrets cannot be had.",
        "See docs/how-to/keys-and-rotation.md.",
        ExitCode.FAILED,
    ),
    "gatepost.delivery.configured.SenderMisconfigured": Words(
        "Mail or text messages cannot be sent with these settings.",
        "See mail_url and sms_url in docs/reference/settings.md.",
        ExitCode.USAGE,
    ),
    "gatepost.base.configuration.SettingsError": Words(
        "The settings cannot be used.", "See docs/reference/settings.md.", ExitCode.USAGE
    ),
}
"""Words for what is no refusal and yet no bug.

By full name: to import the classes would cost every command the settings and the store.
"""
