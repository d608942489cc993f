"""R3, R39: what is written behind the answers waits for a database that is away."""

from collections.abc import Sequence

import pytest

from gatepost.store import deviations, tokens
from gatepost.store.changes import Broken, Change, Update, Upsert
from gatepost.store.database import StoreUnavailable
from tests.rules.world import Client, World, a_user


@pytest.mark.rule("R39")
@pytest.mark.parametrize("away_for", [Update, Upsert])
async def test_r39_nothing_counted_is_lost_while_the_database_is_away(
    world: World, okta: Client, monkeypatch: pytest.MonkeyPatch, away_for: type
) -> None:
    """Nor is the use of the token (R3), nor what is counted between two attempts."""
    await world.configured(okta, mode="report")
    database, at = world.house.database, world.clock.now()
    commit = database.commit

    async def failing(changes: Sequence[Change]) -> Broken | None:
        if isinstance(changes[0], away_for):
            raise StoreUnavailable
        return await commit(changes)

    for name in ("ada", "bob"):
        await okta.created(a_user(f"{name}@example.com", shoeSize=38))
        with monkeypatch.context() as away:
            away.setattr(database, "commit", failing)
            with pytest.raises(StoreUnavailable):
                await world.house.recorder.flush()
    await world.house.recorder.flush()
    provider = okta.provider
    [counted] = await deviations.of_provider(database, world.tenant_id, provider.provider_id)
    assert (counted.rule, counted.seen) == ("P9", 2)
    token = await tokens.get(database, world.tenant_id, okta.token.row.token_id)
    assert token is not None
    assert token.last_used_at == at
