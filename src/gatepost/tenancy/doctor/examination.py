"""All findings on an installation: from a command beside it, or from the server itself."""

from collections.abc import Iterator

from gatepost.activity.recorder import Recorder
from gatepost.base.clock import Clock
from gatepost.base.launch import Launch
from gatepost.base.settings import Settings
from gatepost.store import tenants
from gatepost.store.database import Database
from gatepost.store.migrations import runner
from gatepost.tenancy.doctor import database as judged
from gatepost.tenancy.doctor import installation
from gatepost.tenancy.doctor.diagnosis import Diagnosis, diagnose, examined
from gatepost.tenancy.doctor.finding import OK, WARNING, Finding
from gatepost.tenancy.doctor.signing_in import sign_in_findings


def findings_of(settings: Settings, found: Diagnosis, *, has_passkeys: bool) -> Iterator[Finding]:
    """Judge what was found; `has_passkeys`: whether the public URL lets passkeys be bound to it."""
    yield installation.python()
    yield from installation.data_dir(settings.data_dir)
    yield from installation.backup(settings.data_dir, found.now)
    yield from judged.database_findings(settings, found)
    yield from judged.clock(found)
    yield from judged.messages(found)
    yield from installation.public_url(settings)
    yield from installation.unsafe(settings)
    yield from judged.tokens(found)
    yield from sign_in_findings(settings, found, has_passkeys=has_passkeys)


async def beside(settings: Settings, *, has_passkeys: bool) -> list[Finding]:
    """Look at an installation from a command; the database is opened, and nothing made there."""
    found = await diagnose(settings.database_url, settings.scan_deadline_s)
    return list(findings_of(settings, found, has_passkeys=has_passkeys))


class Examination:
    """The server looks at itself, for staff of one tenant."""

    def __init__(
        self,
        settings: Settings,
        launch: Launch,
        database: Database,
        clock: Clock,
        recorder: Recorder,
        *,
        has_passkeys: bool,
    ) -> None:
        self.settings = settings
        self.launch = launch
        self._database = database
        self._clock = clock
        self._recorder = recorder
        self._has_passkeys = has_passkeys

    async def findings(self, tenant_id: int) -> list[Finding]:
        """Look at the installation, and of what is in it at that tenant alone.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        tenant = await tenants.get(self._database, tenant_id)
        begun = Diagnosis(
            now=self._clock.now(),
            migration=runner.latest(),  # else this server had not started
            latest_migration=runner.latest(),
        )
        found = await examined(self._database, self._clock, begun, [tenant] if tenant else [])
        judged_ = findings_of(self.settings, found, has_passkeys=self._has_passkeys)
        return [*judged_, self._records()]

    def _records(self) -> Finding:
        waiting, dropped = self._recorder.waiting, self._recorder.dropped
        if dropped:
            says = f"{dropped} request records were dropped since this process started."
            fix = "The database could not keep up or was away: the server's log says when."
            return Finding("records", WARNING, says, fix)
        return Finding("records", OK, f"{waiting} request records wait to be written.")
