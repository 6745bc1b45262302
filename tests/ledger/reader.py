"""Reads a log with software that is not ours, as a stranger would: checks the
signature, every tile and entry against it, some leaves by their proofs, and
that an earlier checkpoint is a beginning of it. Says what it saw.

usage: reader.py URL KEY [EARLIER-NOTE]
"""

import sys

from aics_tlog import (
    HttpTileReader,
    VerifiedTileReader,
    audit_tiles,
    consistency_proof_from_tiles,
    inclusion_proof_from_tiles,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    verify_checkpoint,
    verify_consistency,
    verify_leaf_inclusion,
)
from urllib.request import ProxyHandler, build_opener

url, key = sys.argv[1].rstrip("/") + "/", parse_vkey(sys.argv[2])


def checkpoint(text):
    note = parse_note(text)
    seen = verify_checkpoint(note, key, expected_origin=key.name)
    assert seen.ok, seen.error
    return parse_checkpoint(note.text)


text = build_opener(ProxyHandler({})).open(url + "checkpoint").read().decode()
head = checkpoint(text)
reader = HttpTileReader([url], proxies={})
report = audit_tiles(reader, head.size, head.root, entries=True)
verified = VerifiedTileReader(reader, head.size, head.root)
for index in {0, head.size // 2, head.size - 1}:
    entry = verified.entry(index)
    proof = inclusion_proof_from_tiles(verified, index, head.size)
    assert verify_leaf_inclusion(entry, index, head.size, proof, head.root), f"leaf {index}"
if len(sys.argv) > 3:
    earlier = checkpoint(sys.argv[3])
    proof = consistency_proof_from_tiles(verified, earlier.size, head.size)
    assert verify_consistency(earlier.size, head.size, earlier.root, head.root, proof), "not one log"
print(f"{head.size} leaves, {report.tiles} tiles, {report.bundles} bundles agree")
