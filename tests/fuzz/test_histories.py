"""Random histories on the server and on a plain model of it end alike (STYLE.md, laws)."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatepost.scim.urns import GROUP, PATCH_OP, USER
from tests.fuzz.conftest import Fuzzed
from tests.house.routes import SOMEBODY

NAMES = ["ada", "ADA", "grace", "Grace", "straße", "STRASSE", "linus"]
GROUP_NAMES = ["Staff", "staff", "Board"]

EXAMPLES = settings(
    max_examples=max(40, settings().max_examples if settings().max_examples > 100 else 0),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

Command = tuple[str, int, Any]

users = st.integers(0, 5)
groups = st.integers(0, 3)
members = st.lists(users, max_size=4)
commands: st.SearchStrategy[Command] = st.one_of(
    st.tuples(st.just("create user"), users, st.sampled_from(NAMES)),
    st.tuples(st.just("rename user"), users, st.sampled_from(NAMES)),
    st.tuples(st.just("put user"), users, st.sampled_from(NAMES)),
    st.tuples(st.just("entitle user"), users, st.sampled_from(["Analyst", "", "Chief"])),
    st.tuples(st.just("activate user"), users, st.booleans()),
    st.tuples(st.just("delete user"), users, st.none()),
    st.tuples(st.just("create group"), groups, st.tuples(st.sampled_from(GROUP_NAMES), members)),
    st.tuples(st.just("rename group"), groups, st.sampled_from(GROUP_NAMES)),
    st.tuples(st.just("add members"), groups, members),
    st.tuples(st.just("remove members"), groups, members),
    st.tuples(st.just("replace members"), groups, members),
    st.tuples(st.just("remove by filter"), groups, users),
    st.tuples(st.just("delete group"), groups, st.none()),
)


class Model:
    """What a tenant of one provider is, said as simply as can be."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.names: dict[str, str] = {}
        """Folded userName → who has it; a deleted user keeps it until somebody wants it."""
        self.live: list[str] = []
        self.live_groups: list[str] = []

    def has_name(self, name: str, but: str = "") -> bool:
        holder = self.names.get(name.casefold())
        return holder in self.live and holder != but

    def has_group_name(self, name: str, but: str = "") -> bool:
        folded = name.casefold()
        return any(
            one != but and self.groups[one]["name"].casefold() == folded for one in self.live_groups
        )

    def take_name(self, user_id: str, name: str) -> None:
        self.names = {key: one for key, one in self.names.items() if one != user_id}
        self.names[name.casefold()] = user_id


class History:
    """Does each command on the server and on the model, and compares what came of it."""

    def __init__(self, server: Fuzzed) -> None:
        self.server = server
        self.model = Model()

    def do(self, command: Command) -> None:
        verb, number, value = command
        is_user = verb.endswith("user")
        live = self.model.live if is_user else self.model.live_groups
        if verb.startswith("create"):
            getattr(self, verb.replace(" ", "_"))(value)
            return
        chosen = live[number % len(live)] if live else None
        if chosen is None:
            path = f"/Users/{SOMEBODY}" if is_user else f"/Groups/{SOMEBODY}"
            assert self.server.send("DELETE", path).status_code == 404
            return
        getattr(self, verb.replace(" ", "_"))(chosen, value)

    def create_user(self, name: str) -> None:
        model = self.model
        body = {"schemas": [USER], "userName": name}
        answer = self.server.send("POST", "/Users", body)
        if model.has_name(name):
            assert answer.status_code == 409
            return
        assert answer.status_code == 201, answer.text
        user_id = answer.json()["id"]
        former = model.names.get(name.casefold())
        assert user_id == (former or user_id), "who comes back is the same account (R20)"
        assert former or user_id not in model.users
        model.users[user_id] = {"name": name, "active": True, "title": None}
        model.live.append(user_id)
        model.take_name(user_id, name)

    def rename_user(self, user_id: str, name: str) -> None:
        answer = self.patch(f"/Users/{user_id}", "replace", "userName", name)
        self.renamed(user_id, name, answer)

    def put_user(self, user_id: str, name: str) -> None:
        body = {"schemas": [USER], "userName": name, "title": "by PUT"}
        answer = self.server.send("PUT", f"/Users/{user_id}", body)
        if self.renamed(user_id, name, answer):
            self.model.users[user_id]["title"] = "by PUT"

    def renamed(self, user_id: str, name: str, answer: Any) -> bool:
        if self.model.has_name(name, but=user_id):
            assert answer.status_code == 409, answer.text
            return False
        assert answer.status_code == 200, answer.text
        self.model.users[user_id]["name"] = name
        self.model.take_name(user_id, name)
        return True

    def entitle_user(self, user_id: str, title: str) -> None:
        assert self.patch(f"/Users/{user_id}", "replace", "title", title).status_code == 200
        self.model.users[user_id]["title"] = title or None

    def activate_user(self, user_id: str, is_active: bool) -> None:  # noqa: FBT001 - a command
        answer = self.patch(f"/Users/{user_id}", "replace", "active", is_active)
        assert answer.status_code == 200
        self.model.users[user_id]["active"] = is_active

    def delete_user(self, user_id: str, _: None) -> None:
        assert self.server.send("DELETE", f"/Users/{user_id}").status_code == 204
        assert self.server.send("GET", f"/Users/{user_id}").status_code == 404
        assert self.server.send("DELETE", f"/Users/{user_id}").status_code == 404
        self.model.live.remove(user_id)
        for one in self.model.groups.values():
            one["members"].discard(user_id)

    def create_group(self, value: tuple[str, list[int]]) -> None:
        name, numbers = value
        ids = self.chosen(numbers)
        listed = [{"value": one} for one in [*ids, SOMEBODY]]
        body = {"schemas": [GROUP], "displayName": name, "members": listed}
        answer = self.server.send("POST", "/Groups", body)
        if self.model.has_group_name(name):
            assert answer.status_code == 409
            return
        assert answer.status_code == 201, answer.text
        group_id = answer.json()["id"]
        self.model.groups[group_id] = {"name": name, "members": set(ids)}
        self.model.live_groups.append(group_id)

    def rename_group(self, group_id: str, name: str) -> None:
        answer = self.patch(f"/Groups/{group_id}", "replace", "displayName", name)
        if self.model.has_group_name(name, but=group_id):
            assert answer.status_code == 409
            return
        assert answer.is_success, answer.text
        self.model.groups[group_id]["name"] = name

    def add_members(self, group_id: str, numbers: list[int]) -> None:
        self.change_members(group_id, "add", numbers)
        self.model.groups[group_id]["members"] |= set(self.chosen(numbers))

    def remove_members(self, group_id: str, numbers: list[int]) -> None:
        self.change_members(group_id, "remove", numbers)
        self.model.groups[group_id]["members"] -= set(self.chosen(numbers))

    def replace_members(self, group_id: str, numbers: list[int]) -> None:
        self.change_members(group_id, "replace", numbers)
        self.model.groups[group_id]["members"] = set(self.chosen(numbers))

    def remove_by_filter(self, group_id: str, number: int) -> None:
        for one in self.chosen([number]):
            path = f'members[value eq "{one}"]'
            body = {"schemas": [PATCH_OP], "Operations": [{"op": "remove", "path": path}]}
            assert self.server.send("PATCH", f"/Groups/{group_id}", body).is_success
            self.model.groups[group_id]["members"].discard(one)

    def delete_group(self, group_id: str, _: None) -> None:
        assert self.server.send("DELETE", f"/Groups/{group_id}").status_code == 204
        assert self.server.send("GET", f"/Groups/{group_id}").status_code == 404
        self.model.live_groups.remove(group_id)
        del self.model.groups[group_id]

    def change_members(self, group_id: str, op: str, numbers: list[int]) -> None:
        listed = [{"value": one} for one in self.chosen(numbers)]
        assert self.patch(f"/Groups/{group_id}", op, "members", listed).is_success

    def patch(self, url: str, op: str, path: str, value: Any) -> Any:
        operation = {"op": op, "path": path, "value": value}
        body = {"schemas": [PATCH_OP], "Operations": [operation]}
        return self.server.send("PATCH", url, body)

    def chosen(self, numbers: list[int]) -> list[str]:
        live = self.model.live
        return [live[number % len(live)] for number in numbers] if live else []

    def compare(self) -> None:
        """Compare all that can be read with the model."""
        model = self.model
        listed = self.server.send("GET", "/Users?count=200").json()
        assert listed["totalResults"] == len(model.live)
        read = {one["id"]: one for one in listed["Resources"]}
        assert read.keys() == set(model.live)
        for user_id in model.live:
            told, meant = read[user_id], model.users[user_id]
            assert told["userName"] == meant["name"]
            assert told["active"] is meant["active"]
            assert told.get("title") == meant["title"]
            assert {one["value"] for one in told.get("groups", [])} == {
                one for one in model.live_groups if user_id in model.groups[one]["members"]
            }
            assert self.found("/Users", f'userName eq "{meant["name"].upper()}"') == {user_id}
        assert self.found("/Users", "active eq false") == {
            one for one in model.live if not model.users[one]["active"]
        }
        assert self.found("/Groups", "id pr") == set(model.live_groups)
        for group_id in model.live_groups:
            group = self.server.send("GET", f"/Groups/{group_id}").json()
            assert group["displayName"] == model.groups[group_id]["name"]
            ids = [one["value"] for one in group.get("members", [])]
            assert len(ids) == len(set(ids))
            assert set(ids) == model.groups[group_id]["members"]

    def found(self, endpoint: str, expression: str) -> set[str]:
        answer = self.server.client.http.build_request(
            "GET", endpoint, params={"filter": expression, "count": 200}
        )
        listed = self.server.send("GET", f"{endpoint}?{answer.url.query.decode()}").json()
        assert listed["totalResults"] == len(listed["Resources"])
        return {one["id"] for one in listed["Resources"]}


@EXAMPLES
@given(history=st.lists(commands, min_size=3, max_size=25))
def test_the_server_is_what_the_model_says(fuzzed: Fuzzed, history: list[Command]) -> None:
    server = fuzzed.fresh()
    done = History(server)
    for command in history:
        done.do(command)
    done.compare()
    server.close()
