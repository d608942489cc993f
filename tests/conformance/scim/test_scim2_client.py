"""A longer session of scim2-client (PyPI), which validates every answer against the schemas."""

import secrets
from typing import Any

import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import (
    BulkOperation,
    BulkRequest,
    Error,
    PatchOp,
    PatchOperation,
    Resource,
    ResponseParameters,
    SearchRequest,
)


@pytest.fixture
def scim(http: httpx2.Client) -> SyncSCIMClient:
    """The client, with its models made from what the server publishes."""
    client = SyncSCIMClient(http, raise_scim_errors=False)
    client.discover()
    return client


def _model(scim: SyncSCIMClient, name: str) -> Any:
    found = scim.get_resource_model(name)
    assert found
    return found


def _a_user(scim: SyncSCIMClient, **attributes: Any) -> Resource[Any]:
    User = _model(scim, "User")  # noqa: N806 - a class
    name = f"{secrets.token_hex(6)}@example.com"
    return User(user_name=name, **attributes)


def _patch(User: Any, *operations: Any) -> Any:  # noqa: N803 - a class
    return PatchOp[User](operations=list(operations))


def test_a_user_lives_through_a_whole_session(scim: SyncSCIMClient) -> None:
    User = _model(scim, "User")  # noqa: N806
    user = _a_user(scim, display_name="Ada", active=True)
    user.name = User.Name(given_name="Ada", family_name="Lovelace")
    user.emails = [User.Emails(value=user.user_name, type="work", primary=True)]

    made = scim.create(user)
    assert made.id
    assert made.meta.version
    assert scim.query(User, made.id) == made

    found = scim.query(User, query_parameters=_where(f'userName eq "{user.user_name.upper()}"'))
    assert [one.id for one in found.resources] == [made.id]
    found = scim.query(User, query_parameters=_where(f'emails[value eq "{user.user_name}"]'))
    assert [one.id for one in found.resources] == [made.id]

    operations = [
        PatchOperation(op="replace", path="displayName", value="Countess"),
        PatchOperation(op="add", path="nickName", value="Ada"),
        PatchOperation(op="remove", path="name.familyName"),
    ]
    changed = scim.modify(User, made.id, _patch(User, *operations))
    assert (changed.display_name, changed.nick_name) == ("Countess", "Ada")
    assert changed.name.family_name is None
    assert changed.meta.version != made.meta.version

    changed.title = "Analyst"
    replaced = scim.replace(changed)
    assert replaced.title == "Analyst"
    assert replaced.nick_name == "Ada"

    assert scim.delete(User, made.id) is None
    gone = scim.query(User, made.id)
    assert isinstance(gone, Error)
    assert gone.status == 404


def _where(expression: str, **parameters: Any) -> SearchRequest[Any]:
    return SearchRequest(filter=expression, **parameters)


def test_groups_keep_their_members(scim: SyncSCIMClient) -> None:
    Group = _model(scim, "Group")  # noqa: N806
    users = [scim.create(_a_user(scim)) for _ in range(3)]
    members = [Group.Members(value=one.id) for one in users[:2]]
    group = scim.create(Group(display_name=secrets.token_hex(6), members=members))
    assert {one.value for one in group.members} == {one.id for one in users[:2]}

    add = PatchOperation(op="add", path="members", value=[{"value": users[2].id}])
    scim.modify(Group, group.id, _patch(Group, add))
    remove = PatchOperation(op="remove", path=f'members[value eq "{users[0].id}"]')
    scim.modify(Group, group.id, _patch(Group, remove))
    stored = scim.query(Group, group.id)
    assert {one.value for one in stored.members} == {one.id for one in users[1:]}

    user = scim.query(_model(scim, "User"), users[1].id)
    assert [one.value for one in user.groups] == [group.id]
    assert scim.delete(Group, group.id) is None


def test_pages_and_projections(scim: SyncSCIMClient) -> None:
    User = _model(scim, "User")  # noqa: N806
    mark = secrets.token_hex(6)
    made = {scim.create(_a_user(scim, nick_name=mark)).id for _ in range(5)}
    seen = []
    for start in (1, 3, 5):
        page = scim.query(
            User, query_parameters=_where(f'nickName eq "{mark}"', start_index=start, count=2)
        )
        assert page.total_results == len(made)
        assert page.start_index == start
        seen += [one.id for one in page.resources]
    assert len(seen) == len(set(seen))
    assert set(seen) == made

    only = scim.query(User, seen[0], query_parameters=ResponseParameters(attributes=["userName"]))
    assert only.user_name
    assert only.nick_name is None


def test_searches_by_post(scim: SyncSCIMClient) -> None:
    user = scim.create(_a_user(scim))
    found = scim.search(search_request=_where(f'userName eq "{user.user_name}"'))
    assert [one.id for one in found.resources] == [user.id]


def test_a_bulk_request_makes_a_group_of_new_users(scim: SyncSCIMClient) -> None:
    Group = _model(scim, "Group")  # noqa: N806
    user = _a_user(scim)
    group = Group(display_name=secrets.token_hex(6), members=[Group.Members(value="bulkId:ada")])
    User = _model(scim, "User")  # noqa: N806
    operations = [
        BulkOperation[Group](method="POST", path="/Groups", bulk_id="group", data=group),
        BulkOperation[User](method="POST", path="/Users", bulk_id="ada", data=user),
    ]
    answer = scim.bulk(BulkRequest[User | Group](operations=operations))
    assert [str(one.status) for one in answer.operations] == ["201", "201"]
    by_id = {one.bulk_id: one.location.rsplit("/", 1)[1] for one in answer.operations}
    stored = scim.query(Group, by_id["group"])
    assert [one.value for one in stored.members] == [by_id["ada"]]


def test_a_stale_version_is_refused(scim: SyncSCIMClient) -> None:
    made = scim.create(_a_user(scim))
    newer = made.model_copy(update={"title": "first"})
    scim.replace(newer)
    refused = scim.replace(made.model_copy(update={"title": "second"}))
    assert isinstance(refused, Error)
    assert refused.status == 412


def test_errors_are_told_by_their_type(scim: SyncSCIMClient) -> None:
    user = _a_user(scim)
    scim.create(user)
    twice = scim.create(user)
    assert isinstance(twice, Error)
    assert (twice.status, twice.scim_type) == (409, "uniqueness")
    other = scim.create(_a_user(scim))
    taken = scim.replace(other.model_copy(update={"user_name": user.user_name}))
    assert isinstance(taken, Error)
    assert (taken.status, taken.scim_type) == (409, "uniqueness")
