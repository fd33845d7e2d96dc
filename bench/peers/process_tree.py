"""MSTICPy's process tree of the events in a file, as numbers that a test compares with ours.

usage: process_tree.py events.csv numbers.json
Made once by `npx tsx bench/peers/process-tree-golden.ts PYTHON`, kept in test/session/golden/msticpy-trees.json.
"""
import json, sys
import pandas as pd
import msticpy
from msticpy.transform.proc_tree_builder import build_process_tree
from msticpy.transform.process_tree_utils import get_summary_info

source, target = sys.argv[1:3]
frame = pd.read_csv(source, parse_dates=["TimeGenerated"], date_format="ISO8601", dtype={"NewProcessId": str, "ProcessId": str})
tree = build_process_tree(frame)
key = lambda row: f"{row.TimeGenerated.isoformat()}|{row.NewProcessId}|{row.Computer}"
real = {k: (key(row) if pd.notna(row.CommandLine) else None) for k, row in tree.iterrows()}
pairs = [[real[k], real.get(row.parent_key)] for k, row in tree.iterrows() if real[k] is not None]
with open(target, "w", encoding="utf-8") as out:
    json.dump({
        "msticpy": msticpy.__version__,
        "summary": {name: int(value) for name, value in get_summary_info(tree).items()},
        "parents": pairs,
    }, out)
