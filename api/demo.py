"""The demo: an invented county in a folder of its own, served with one of its people signed in."""

from __future__ import annotations

import secrets
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.auth import digest_of
from api.serving import serve, settings_environment
from api.talk import say
from fixtures.county import ORGANISATION, PEOPLE, furnish
from matching.store import Database, open_database
from matching.store.migrating import upgrade
from matching.store.tables import SignInSession, User

_DAY = timedelta(days=1)


def serve_demo(*, host: str, port: int, signed_in: str = "robin") -> int:
    """Make the county, serve it until a signal comes, and delete it."""
    with tempfile.TemporaryDirectory(prefix="wellplaced-demo-") as folder:
        url = f"sqlite:///{Path(folder) / 'wellplaced.sqlite'}"
        cookie, csrf_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        at = datetime.now(UTC)
        upgrade(url)
        database = open_database(url)
        county = furnish(database, at=at)
        open_demo_session(database, county.users[signed_in], at=at, cookie=cookie, csrf_token=csrf_token)
        database.close()
        say("Everybody and every employer here is invented. Nothing is kept.")
        say(f"Look at http://{host}:{port}/ in a browser, with {PEOPLE[signed_in][0]} signed in.")
        say(f"Programs ask below /v1, for instance: curl http://{host}:{port}/v1/vacancies")
        say("It takes some seconds until the words of all roles have been read.")
        return serve(
            host=host,
            port=port,
            web_processes=1,
            environment=settings_environment(database_url=url, data_dir=folder, log_level="warning"),
            demo_session=f"{cookie}:{csrf_token}",
        )


def open_demo_session(database: Database, user: User, *, at: datetime, cookie: str, csrf_token: str) -> None:
    """Sign somebody in for a day."""
    with database.writing(ORGANISATION) as store:
        store.sign_ins.add_session(
            SignInSession(
                id=digest_of(cookie),
                user_id=user.id,
                csrf_token=csrf_token,
                created_at=at,
                last_seen_at=at + _DAY,
                expires_at=at + _DAY,
                second_step_at=at,
            )
        )
