"""Users, teams, tokens and the organisation over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from matching.actions.organisations import found_organisation
from matching.model.organisation import OrganisationSettings
from matching.model.people import Permission
from matching.permissions import MACHINE_PERMISSIONS
from matching.store.tables import User
from tests.api.routes.test_sign_in import (
    EMAIL,
    KIM,
    OTHER_PASSWORD,
    PASSWORD,
    Browser,
    _light_hashes,  # noqa: F401  (a fixture)
    add_kim,
    signed_in,
)
from tests.service import START, Service


def ask_by(service: Service, secret: str, method: str, path: str, json: Any = None) -> Response:
    """Ask as a machine."""
    headers = {"Authorization": f"Bearer {secret}"}
    if method != "GET":
        headers["If-Match"] = '"1"'
    return service.client.request(method, path, json=json, headers=headers)


def token_for(service: Service, *permissions: str, days: int = 30) -> tuple[dict[str, Any], str]:
    """A machine token with some permissions: what is told of it, and what the machine sends."""
    sent = {
        "name": "Council dashboard",
        "permissions": permissions,
        "expires_at": (service.clock.at + timedelta(days=days)).isoformat(),
    }
    made = service.as_("adam").post("/v1/tokens", sent)
    assert made.status_code == 201, made.text
    return made.json()["token"], made.json()["secret"]


class TestUsers:
    def test_a_user_that_was_added_is_listed_and_shown(self, service: Service) -> None:
        user, _ = add_kim(service)
        shown = service.as_("adam").get(f"/v1/users/{user['id']}")
        assert (shown.json()["email"], shown.headers["ETag"]) == (EMAIL, '"1"')
        assert user["id"] in [each["id"] for each in service.as_("lee").get("/v1/users").json()["items"]]

    def test_a_page_of_users_leads_to_the_next(self, sqlite_service: Service) -> None:
        found, cursor = [], ""
        while cursor is not None:
            more = f"&cursor={cursor}" if cursor else ""
            page = sqlite_service.as_("adam").get(f"/v1/users?limit=3{more}").json()
            found += [each["name"] for each in page["items"]]
            cursor = page["next_cursor"]
        assert found == ["Adam", "Ana", "Aud", "Ben", "Eve", "Lee", "Val"]

    @pytest.mark.parametrize("email", [EMAIL, " KIM@example.org", "sam@EXAMPLE.org"])
    def test_an_address_signs_in_one_user_of_all_organisations(self, service: Service, email: str) -> None:
        add_kim(service)
        refused = service.as_("adam").post("/v1/users", {**KIM, "email": email})
        assert refused.status_code == 409
        assert "kim" not in refused.text.lower()

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"email": "kim at home"}, "email"),
            ({"email": "kim@localhost"}, "email"),
            ({"roles": []}, "roles"),
            ({"roles": ["king"]}, "roles.0"),
            ({"team_ids": ["team-south"]}, "team_ids"),
            ({"password": PASSWORD}, "password"),
        ],
    )
    def test_what_is_wrong_is_told_by_field(self, sqlite_service: Service, change: dict[str, Any], field: str) -> None:
        refused = sqlite_service.as_("adam").post("/v1/users", {**KIM, **change})
        assert refused.status_code == 422
        assert [each["field"] for each in refused.json()["errors"]] == [field]

    def test_a_retried_key_shows_no_link_again_and_stores_none(self, sqlite_service: Service) -> None:
        first, second = (
            sqlite_service.as_("adam").post("/v1/users", KIM, headers={"Idempotency-Key": "once"}) for _ in range(2)
        )
        token = first.json()["password_link"].partition("#")[2]
        assert second.json() == {**first.json(), "password_link": None}
        with sqlite_service.database.engine.connect() as connection:
            dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
        assert token not in dump
        assert token.encode().hex() not in dump.lower()

    def test_a_new_role_holds_at_once(self, sqlite_service: Service) -> None:
        ana = sqlite_service.as_("ana")
        assert ana.get("/v1/audit").status_code == 403
        details = {"email": "ana@example.org", "name": "Ana", "roles": ["auditor"], "team_ids": []}
        assert sqlite_service.as_("adam").change("PUT", "/v1/users/user-ana", details, version=1).status_code == 200
        assert ana.get("/v1/audit").status_code == 200
        assert ana.get("/v1/employers").status_code == 403

    def test_the_second_of_two_savers_is_told(self, sqlite_service: Service) -> None:
        details = {"email": "ana@example.org", "name": "Ana B", "roles": ["auditor"]}
        answers = [sqlite_service.as_("adam").change("PUT", "/v1/users/user-ana", details, version=1) for _ in "ab"]
        assert [answer.status_code for answer in answers] == [200, 412]

    def test_an_address_cannot_be_changed_to_anothers(self, service: Service) -> None:
        details = {"email": "sam@example.org", "name": "Ana", "roles": ["auditor"]}
        assert service.as_("adam").change("PUT", "/v1/users/user-ana", details, version=1).status_code == 409


class TestClosing:
    def test_a_closed_account_is_out_at_once_and_stays_out(self, service: Service) -> None:
        browser = signed_in(service)
        kim = browser.ask("GET", "/session").json()["id"]
        version = service.as_("adam").get(f"/v1/users/{kim}").json()["version"]
        closed = service.as_("adam").change("POST", f"/v1/users/{kim}/disable", version=version)
        assert closed.json()["disabled_at"] is not None
        assert browser.ask("GET", "/session").status_code == 401
        assert browser.give_password().status_code == 401

    def test_an_opened_account_signs_in_again(self, sqlite_service: Service) -> None:
        browser = signed_in(sqlite_service)
        kim = browser.ask("GET", "/session").json()["id"]
        adam = sqlite_service.as_("adam")
        version = adam.get(f"/v1/users/{kim}").json()["version"]
        version = adam.change("POST", f"/v1/users/{kim}/disable", version=version).json()["version"]
        assert adam.change("POST", f"/v1/users/{kim}/enable", version=version).json()["disabled_at"] is None
        assert browser.give_password().status_code == 200

    def test_a_link_of_a_closed_account_sets_nothing(self, sqlite_service: Service) -> None:
        user, token = add_kim(sqlite_service)
        sqlite_service.as_("adam").change("POST", f"/v1/users/{user['id']}/disable", version=1)
        sent = {"token": token, "password": PASSWORD}
        assert Browser(sqlite_service).ask("POST", "/first-password", sent).status_code == 422

    def test_the_last_administrator_stays(self, service: Service) -> None:
        adam = service.as_("adam")
        details = {"email": "adam@example.org", "name": "Adam", "roles": ["auditor"]}
        assert adam.change("PUT", "/v1/users/user-adam", details, version=1).status_code == 409
        assert adam.change("POST", "/v1/users/user-adam/disable", version=1).status_code == 409

    def test_one_of_two_administrators_may_go_and_a_closed_one_does_not_count(self, sqlite_service: Service) -> None:
        adam = sqlite_service.as_("adam")
        second = adam.post("/v1/users", {**KIM, "roles": ["administrator"]}).json()["user"]["id"]
        assert adam.change("POST", f"/v1/users/{second}/disable", version=1).status_code == 200
        assert adam.change("POST", "/v1/users/user-adam/disable", version=1).status_code == 409
        assert adam.change("POST", f"/v1/users/{second}/enable", version=2).status_code == 200
        assert adam.change("POST", "/v1/users/user-adam/disable", version=1).status_code == 200

    def test_two_administrators_who_go_at_once_leave_one(self, service: Service) -> None:
        from concurrent.futures import ThreadPoolExecutor

        second = service.as_("adam").post("/v1/users", {**KIM, "roles": ["administrator"]}).json()["user"]["id"]
        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(
                lambda user: service.as_("adam").change("POST", f"/v1/users/{user}/disable", version=1),
                [second, "user-adam"],
            )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses in ([200, 401], [200, 409])  # Adam may be out before he has closed the other


class TestLinks:
    def test_a_link_works_once(self, service: Service) -> None:
        _, token = add_kim(service)
        browser = Browser(service)
        sent = {"token": token, "password": PASSWORD}
        assert browser.ask("POST", "/first-password", sent).status_code == 204
        again = browser.ask("POST", "/first-password", {**sent, "password": OTHER_PASSWORD})
        assert again.json()["errors"][0]["field"] == "token"
        assert browser.give_password().status_code == 200

    def test_a_link_ends_after_three_days(self, sqlite_service: Service) -> None:
        _, token = add_kim(sqlite_service)
        sqlite_service.clock.pass_(hours=72)
        sent = {"token": token, "password": PASSWORD}
        assert Browser(sqlite_service).ask("POST", "/first-password", sent).status_code == 422

    def test_a_bad_password_does_not_use_the_link_up(self, sqlite_service: Service) -> None:
        _, token = add_kim(sqlite_service)
        browser = Browser(sqlite_service)
        refused = browser.ask("POST", "/first-password", {"token": token, "password": "kim birch 2026"})
        assert refused.json()["errors"][0]["field"] == "password"
        assert browser.ask("POST", "/first-password", {"token": token, "password": PASSWORD}).status_code == 204

    @pytest.mark.parametrize("forge", [str.swapcase, lambda token: token + "x", lambda token: "x", lambda _: "a.b.c"])
    def test_a_forged_link_is_refused(self, sqlite_service: Service, forge: Any) -> None:
        _, token = add_kim(sqlite_service)
        sent = {"token": forge(token), "password": PASSWORD}
        assert Browser(sqlite_service).ask("POST", "/first-password", sent).status_code == 422

    def test_a_reset_lets_in_by_a_new_link_alone(self, service: Service) -> None:
        browser = signed_in(service)
        kim = browser.ask("GET", "/session").json()["id"]
        reset = service.as_("adam").post(f"/v1/users/{kim}/reset")
        assert reset.json()["user"]["has_app"] is False
        assert browser.ask("GET", "/session").status_code == 401
        assert browser.give_password().status_code == 401
        token = reset.json()["password_link"].partition("#")[2]
        browser.ask("POST", "/first-password", {"token": token, "password": OTHER_PASSWORD})
        assert browser.give_password(OTHER_PASSWORD).json()["next"] == "enrolment"

    def test_a_reset_makes_the_link_before_useless(self, sqlite_service: Service) -> None:
        user, token = add_kim(sqlite_service)
        sqlite_service.as_("adam").post(f"/v1/users/{user['id']}/reset")
        sent = {"token": token, "password": PASSWORD}
        assert Browser(sqlite_service).ask("POST", "/first-password", sent).status_code == 422


class TestFounding:
    def test_an_organisation_begins_with_an_administrator_who_signs_in(self, service: Service) -> None:
        founded = found_organisation(
            name="Invented east",
            administrator_email=EMAIL,
            administrator_name="Kim Birch",
            at=START,
            database=service.database,
            sealer=service.running.sealer,
        )
        browser = Browser(service)
        browser.ask("POST", "/first-password", {"token": founded.link, "password": PASSWORD})
        browser.give_password()
        browser.enrol()
        browser.give_code()
        who = browser.ask("GET", "/session").json()
        assert (who["organisation"], who["roles"]) == ("Invented east", ["administrator"])
        with service.database.reading(founded.organisation_id) as store:
            assert store.audit.first_break() is None
            assert len(store.users.all()) == 1


class TestTeams:
    def test_a_team_is_added_listed_and_renamed(self, service: Service) -> None:
        adam = service.as_("adam")
        team = adam.post("/v1/teams", {"name": "Coast"}).json()
        assert adam.change("PUT", f"/v1/teams/{team['id']}", {"name": "Hills"}, version=1).json()["name"] == "Hills"
        names = [each["name"] for each in service.as_("ana").get("/v1/teams").json()["items"]]
        assert sorted(names) == ["Hills", "team-a", "team-b"]

    def test_two_teams_do_not_share_a_name_but_two_organisations_may(self, service: Service) -> None:
        assert service.as_("adam").post("/v1/teams", {"name": "team-b"}).status_code == 409
        assert service.as_("adam").change("PUT", "/v1/teams/team-a", {"name": "team-b"}, version=1).status_code == 409
        assert service.as_("adam").post("/v1/teams", {"name": "team-south"}).status_code == 201


class TestOrganisation:
    def test_what_was_never_set_is_as_by_default(self, sqlite_service: Service) -> None:
        shown = sqlite_service.as_("adam").get("/v1/organisation")
        assert shown.json()["settings"] == OrganisationSettings().to_json()
        assert shown.json()["settings"]["confirm_vacancies_days"] == 30

    def test_a_setting_that_was_changed_holds(self, service: Service) -> None:
        sent = {"name": "Invented north", "settings": {"confirm_vacancies_days": 14}}
        assert service.as_("adam").change("PUT", "/v1/organisation", sent, version=1).status_code == 200
        with service.database.reading("north") as store:
            assert store.organisations.settings() == OrganisationSettings(confirm_vacancies_days=14)
        with service.database.reading("south") as store:
            assert store.organisations.settings() == OrganisationSettings()

    @pytest.mark.parametrize("settings", [{"confirm_vacancies_days": 0}, {"keep_drafts_days": "x"}, {"colour": 1}])
    def test_what_cannot_be_set_is_named(self, sqlite_service: Service, settings: dict[str, Any]) -> None:
        sent = {"name": "Invented north", "settings": settings}
        refused = sqlite_service.as_("adam").change("PUT", "/v1/organisation", sent, version=1)
        assert refused.json()["errors"][0]["field"] == f"settings.{next(iter(settings))}"

    def test_the_second_of_two_savers_is_told(self, sqlite_service: Service) -> None:
        sent = {"name": "Invented north", "settings": {}}
        answers = [sqlite_service.as_("adam").change("PUT", "/v1/organisation", sent, version=1) for _ in "ab"]
        assert [answer.status_code for answer in answers] == [200, 412]


class TestTokens:
    def test_a_machine_does_what_its_token_allows_and_no_more(self, service: Service) -> None:
        _, secret = token_for(service, "employers_read", "vacancies_read")
        assert ask_by(service, secret, "GET", "/v1/employers").status_code == 200
        assert ask_by(service, secret, "POST", "/v1/employers", {"name": "Hazel"}).status_code == 403
        assert ask_by(service, secret, "GET", "/v1/users").status_code == 403

    def test_a_machine_needs_no_token_of_a_session(self, sqlite_service: Service) -> None:
        _, secret = token_for(sqlite_service, "employers_write")
        assert ask_by(sqlite_service, secret, "POST", "/v1/employers", {"name": "Hazel"}).status_code == 201

    def test_a_machine_is_told_what_it_is(self, sqlite_service: Service) -> None:
        token, secret = token_for(sqlite_service, "history_read")
        who = ask_by(sqlite_service, secret, "GET", "/v1/sign-in/session").json()
        assert (who["id"], who["name"], who["permissions"]) == (token["id"], "Council dashboard", ["history_read"])
        assert who["csrf_token"] is None

    def test_a_machine_has_no_password_and_no_session(self, sqlite_service: Service) -> None:
        _, secret = token_for(sqlite_service, "history_read")
        change = {"present": PASSWORD, "new": OTHER_PASSWORD}
        assert ask_by(sqlite_service, secret, "PUT", "/v1/sign-in/password", change).status_code == 403
        assert ask_by(sqlite_service, secret, "DELETE", "/v1/sign-in/session").status_code == 403
        assert ask_by(sqlite_service, secret, "DELETE", "/v1/sign-in/sessions").status_code == 403

    @pytest.mark.parametrize("permission", sorted(set(Permission) - MACHINE_PERMISSIONS))
    def test_a_machine_is_given_nothing_about_participants_or_users(
        self, sqlite_service: Service, permission: str
    ) -> None:
        sent = {"name": "x", "permissions": [permission], "expires_at": "2026-12-01T00:00:00Z"}
        assert sqlite_service.as_("adam").post("/v1/tokens", sent).status_code == 422

    def test_a_permission_that_machines_may_no_longer_have_is_gone(self, sqlite_service: Service) -> None:
        token, secret = token_for(sqlite_service, "employers_read")
        with sqlite_service.database.writing("north") as store:
            store.users.token(token["id"]).permissions = ["participants_read_own", "no_such_permission"]
        assert ask_by(sqlite_service, secret, "GET", "/v1/sign-in/session").json()["permissions"] == []

    @pytest.mark.parametrize("expires_at", ["2026-11-22T18:00:00Z", "2027-11-24T18:00:00Z", "2026-12-01T00:00:00"])
    def test_a_token_ends_within_a_year(self, sqlite_service: Service, expires_at: str) -> None:
        sent = {"name": "x", "permissions": ["vacancies_read"], "expires_at": expires_at}
        refused = sqlite_service.as_("adam").post("/v1/tokens", sent)
        assert [each["field"] for each in refused.json()["errors"]] == ["expires_at"]

    def test_a_token_ends_on_its_day(self, sqlite_service: Service) -> None:
        _, secret = token_for(sqlite_service, "employers_read", days=2)
        sqlite_service.clock.pass_(days=2)
        assert ask_by(sqlite_service, secret, "GET", "/v1/employers").status_code == 401

    def test_a_revoked_token_ends_at_once(self, service: Service) -> None:
        token, secret = token_for(service, "employers_read")
        assert service.as_("adam").delete(f"/v1/tokens/{token['id']}").json()["revoked_at"] is not None
        assert ask_by(service, secret, "GET", "/v1/employers").status_code == 401
        assert [each["id"] for each in service.as_("adam").get("/v1/tokens").json()["items"]] == [token["id"]]

    def test_the_secret_is_shown_once_and_stored_nowhere(self, sqlite_service: Service) -> None:
        sent = {"name": "x", "permissions": ["vacancies_read"], "expires_at": "2026-12-01T00:00:00Z"}
        first, second = (
            sqlite_service.as_("adam").post("/v1/tokens", sent, headers={"Idempotency-Key": "once"}) for _ in "ab"
        )
        secret = first.json()["secret"]
        assert second.json()["secret"] is None
        with sqlite_service.database.engine.connect() as connection:
            dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
        assert secret not in dump
        assert secret.encode().hex() not in dump.lower()

    @pytest.mark.parametrize("secret", ["", "x", "wellplaced_" + "A" * 43, "a b c"])
    def test_an_unknown_token_is_nobody(self, sqlite_service: Service, secret: str) -> None:
        assert ask_by(sqlite_service, secret, "GET", "/v1/employers").status_code == 401


class TestAnotherOrganisation:
    def test_its_users_teams_and_tokens_do_not_exist(self, service: Service) -> None:
        token, secret = token_for(service, "employers_read")
        with service.database.writing("south") as store:
            roles, email = ["administrator"], "sid@example.org"
            sid = User(
                id="user-sid", email=email, email_key=email, name="Sid", roles=roles, team_ids=[], created_at=START
            )
            store.users.write(sid)
            store.session.flush()
        from tests.service import _session

        with service.database.writing("south") as store:
            store.sign_ins.add_session(_session("sid", "user-sid"))
        sid_asks = service.as_("sid")
        details = {"email": "x@example.org", "name": "X", "roles": ["auditor"]}
        assert sid_asks.get("/v1/users/user-ana").status_code == 404
        assert sid_asks.change("PUT", "/v1/users/user-ana", details, version=1).status_code == 404
        assert sid_asks.change("POST", "/v1/users/user-ana/disable", version=1).status_code == 404
        assert sid_asks.post("/v1/users/user-ana/reset").status_code == 404
        assert sid_asks.change("PUT", "/v1/teams/team-a", {"name": "x"}, version=1).status_code == 404
        assert sid_asks.delete(f"/v1/tokens/{token['id']}").status_code == 404
        assert {each["id"] for each in sid_asks.get("/v1/users").json()["items"]} == {
            "user-sam",
            "user-sue",
            "user-sid",
        }
        assert sid_asks.get("/v1/tokens").json()["items"] == []
        assert ask_by(service, secret, "GET", "/v1/employers").json()["items"] == []
