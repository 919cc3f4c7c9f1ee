from tests.journeys.canaries import *
import pytest


def test_walk(sqlite_service):
    w = Walk(service=sqlite_service)
    with sqlite_service.client:
        w.tell()
    print(len(w.canaries), len(w.exchanges))
    low = w.logs.lower()
    for c in w.canaries:
        if c.text.lower() in low:
            print("LOG", c)
        if c.text in w.metrics:
            print("METRIC", c)
        for e in w.exchanges:
            if c.text in e.headers:
                print("HEADER", c, e.response.status_code, e.request[:100], e.headers)
            if e.response.status_code >= 400 and c.text in e.answer:
                print("ERR", c, e.who, e.response.status_code, e.request[:100], e.answer[:400])
        if any(c.text in x for x in w.webhooks):
            print("WEBHOOK", c)
        tabs = {t for t, r in w.kept() if c.text in r}
        print(
            c.field,
            c.about,
            tabs,
            sum(c.text in e.request for e in w.exchanges),
            sorted({e.who for e in w.exchanges if c.text in e.answer}),
        )
    print(w.introductions, len(w.webhooks), len(w.logs.splitlines()))
