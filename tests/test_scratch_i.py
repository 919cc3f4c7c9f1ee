from matching.store import open_database
from tests.service import *
from tests.service import furnish
from sqlalchemy import text
import logging
def test_it(databases, tmp_path):
    url = databases.fresh("postgresql", tmp_path)
    db = open_database(url); furnish(db)
    with db.writing(NORTH) as s:
        s.jobs.queue(kind="e", key="A", payload={"n":1}, at=START, run_after=START)
    logging.basicConfig(); logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)
    with db.writing(NORTH) as s:
        print("ID", s.jobs.queue(kind="e", key="A", payload={"n":2}, at=START, run_after=START))
        with db.writing(NORTH) as t:
            print(s.session.execute(text("select id, state, payload, xmin, xmax from jobs")).all())
            print(t.session.execute(text("select id, state, payload, xmin, xmax from jobs")).all())
            print([j.payload for j in t.jobs.take(kind="e", at=START, until=START, by="x")])
