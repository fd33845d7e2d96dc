"""Hunting questions by duckdb-kql (KQL) and by pandas (with the Parquet load). usage: kql.py duckdb-kql|pandas FILE

FILE is JSON: {"tables": {name: [Parquet files]}, "questions": [{"name", "kql"}], "runs": n}.
"""
import json, resource, sys, time

side, given = sys.argv[1], json.load(open(sys.argv[2], encoding="utf-8"))
tables, runs = given["tables"], given["runs"]


def measured(work):
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        rows = work()
        times.append((time.perf_counter() - started) * 1000)
    return {"ms": sorted(times)[len(times) // 2], "rows": rows}


def by_duckdb_kql():
    import duckdb_kql

    con = duckdb_kql.connect()
    for name, files in tables.items():
        listed = ", ".join("'" + f.replace("'", "''") + "'" for f in files)
        con.sql(f'create view "{name}" as select * from read_parquet([{listed}])')
    found = {}
    for q in given["questions"]:
        try:
            found[q["name"]] = measured(lambda: len(duckdb_kql.kql(con, q["kql"]).fetchall()))
        except Exception as error:  # what it does not support is a result
            found[q["name"]] = {"refused": f"{type(error).__name__}: {error}".split("\n")[0][:160]}
    return found


def by_pandas():
    import pandas as pd

    def load(name):
        return pd.concat([pd.read_parquet(f) for f in tables[name]], ignore_index=True)

    def results():
        t = load("AADNonInteractiveUserSignInLogs")
        return t.groupby("ResultType").agg(n=("ResultType", "size"), users=("UserPrincipalName", "nunique")).sort_index()

    def has():
        t = load("DeviceProcessEvents")
        hit = t[t["ProcessCommandLine"].str.contains(r"(?i)(?:^|[\W_])powershell(?:$|[\W_])", regex=True, na=False)]
        return hit.groupby("DeviceName").size().sort_index()

    def rare():
        t = load("DeviceProcessEvents")
        g = t.groupby(["FileName", "InitiatingProcessFileName"])
        r = g.agg(n=("FileName", "size"), hosts=("DeviceName", "nunique"), since=("TimeGenerated", "min"))
        return r[r["hosts"] <= 2].sort_index()

    def latest():
        t = load("DeviceNetworkEvents")
        return t.loc[t.groupby("DeviceName")["TimeGenerated"].idxmax(), ["DeviceName", "TimeGenerated"]]

    def joined():
        p = load("DeviceProcessEvents").groupby("DeviceName").size().rename("p")
        n = load("DeviceNetworkEvents")
        c = n[n["RemotePort"] == 443].groupby("DeviceName").size().rename("c")
        return pd.concat([p, c], axis=1, join="inner")

    def sites():
        t = load("CommonSecurityLog")
        t = t[t["SentBytes"] > 0]
        t = t.assign(total=t["SentBytes"] + t["ReceivedBytes"], most=t["SentBytes"] * 8 // 1000)
        return t.groupby(["DeviceName", "DestinationPort"]).agg(total=("total", "sum"), most=("most", "max"))

    ways = {
        "sign-ins by result": results,
        "has": has,
        "rare processes": rare,
        "latest per host": latest,
        "join of counts": joined,
        "bytes per site": sites,
    }
    return {q["name"]: measured(lambda: len(ways[q["name"]]())) for q in given["questions"] if q["name"] in ways}


answers = by_duckdb_kql() if side == "duckdb-kql" else by_pandas()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print("BENCH " + json.dumps({"peakMiB": peak, "answers": answers}))
