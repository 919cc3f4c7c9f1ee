"""What one child process does: draw the world, fill one peer, weigh one peer, or ask all of them in turns."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any, Final

from benchmarks.peers.comparing import compare, time_until_found
from benchmarks.peers.installed import OURS, PRODUCTS
from benchmarks.peers.memory import held_bytes
from benchmarks.peers.protocol import Peer
from benchmarks.peers.vectors import SHARES, World, draw_world

#: Questions asked before memory is taken, so that what a question needs is counted.
_ASKED: Final = 5


def perform(task: str, options: argparse.Namespace) -> Any:
    """Do it, and return what is told of it as JSON can say it."""
    kind, *names = task.split()
    folder: Path = options.folder
    if kind == "draw":
        world = draw_world(count=options.counts[0], encoder=options.encoder)
        world.save(folder)
        return {"source": world.source, "left": {str(share): len(world.questions(share)[0].rows) for share in SHARES}}
    world = World.load(folder, mapped=kind != "turns" and names != [OURS])
    if kind == "on-top":
        from benchmarks.peers.on_top import measure_on_top

        return measure_on_top(world, encoder=options.encoder)
    peers = [PRODUCTS[name].on(folder / name) for name in names]
    if kind == "turns":
        return _turns(peers, world, seconds=options.seconds)
    (peer,) = peers
    return {"build": _build, "hold": _hold, "approximate": _approximate}[kind](peer, world)


def _build(peer: Peer, world: World) -> dict[str, Any]:
    seconds = peer.build(world)
    told = {"seconds": seconds, "version": peer.version(), "durable": peer.durable}
    peer.close()
    return told


def _hold(peer: Peer, world: World) -> dict[str, Any]:
    """Memory of a process that only opens and answers, with the servers that work for it."""
    began = time.perf_counter()
    peer.open(world)
    world.let_go()
    (question, *_) = world.questions(SHARES[0])
    (way, *_) = peer.ways()
    way.answer(question)
    first = time.perf_counter() - began
    for share in SHARES:
        for question in world.questions(share)[:_ASKED]:
            way.answer(question)
    told = {
        "first_answer_seconds": first,
        "held_bytes": held_bytes([os.getpid(), *peer.processes()]),
        "disk_bytes": peer.disk_bytes(),
    }
    peer.close()
    return told


def _approximate(peer: Peer, world: World) -> dict[str, Any]:
    peer.open(world)
    seconds = peer.build_approximate(world)
    peer.close()
    return {"approximate_seconds": seconds}


def _turns(peers: list[Peer], world: World, *, seconds: float) -> dict[str, Any]:
    for peer in peers:
        peer.open(world)
    shares = [compare(peers, world, share=share, seconds=seconds) for share in SHARES]
    # Last, since it changes what is there.
    found = {peer.name: time_until_found(peer, world) for peer in peers}
    remarks = {peer.name: dict(peer.remarks()) for peer in peers}
    for peer in peers:
        peer.close()
    return {"shares": shares, "found": found, "remarks": remarks, "kernel": remarks[OURS]["kernel"]}
