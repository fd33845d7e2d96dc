"""MSTICPy's timeline and process tree over the files that bench/views.ts wrote.

usage: views.py timeline events.csv out.html
       views.py tree processes.csv parents.json
"""
import json, os, resource, sys, time
import pandas as pd

what, source, target = sys.argv[1:4]
frame = pd.read_csv(source, parse_dates=["TimeGenerated"], date_format="ISO8601")
if what == "timeline":
    from msticpy.vis.timeline import display_timeline
    from bokeh.embed import file_html
    from bokeh.resources import INLINE
    started = time.perf_counter()
    figure = display_timeline(
        frame,
        time_column="TimeGenerated",
        group_by="EventID",
        source_columns=["Computer", "Account", "Process", "CommandLine"],
        hide=True,
    )
    with open(target, "w", encoding="utf-8") as out:
        out.write(file_html(figure, INLINE, "timeline"))
    seconds = time.perf_counter() - started
    result = {"bytes": os.path.getsize(target)}
else:
    from msticpy.transform.proc_tree_builder import build_process_tree
    from msticpy.transform.process_tree_utils import get_summary_info
    started = time.perf_counter()
    tree = build_process_tree(frame)
    seconds = time.perf_counter() - started
    # MSTICPy numbers rows in its own order: the pairs (child, parent) are told by time, id and host of the events.
    key = lambda row: f"{row.TimeGenerated.isoformat()}|{row.NewProcessId}|{row.Computer}"
    real = {}
    for proc_key, row in tree.iterrows():
        real[proc_key] = key(row) if pd.notna(row.CommandLine) else None
    pairs = [
        [real[proc_key], real.get(row.parent_key)]
        for proc_key, row in tree.iterrows()
        if real[proc_key] is not None
    ]
    with open(target, "w", encoding="utf-8") as out:
        json.dump(pairs, out)
    result = {"summary": {name: int(value) for name, value in get_summary_info(tree).items()}}
print("BENCH " + json.dumps({
    **result,
    "seconds": seconds,
    "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
}))
