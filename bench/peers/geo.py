"""GeoIP with MSTICPy over the addresses that bench/geo.ts wrote. usage: geo.py addresses.json FOLDER (holds GeoLite2-City.mmdb)"""
import json, logging, resource, sys, time
import pandas as pd

logging.disable(logging.CRITICAL)
from msticpy.context.geoip import GeoLiteLookup

addresses = json.load(open(sys.argv[1], encoding="utf-8"))
geo = GeoLiteLookup(api_key="none", account_id="0", db_folder=sys.argv[2], auto_update=False)
geo.lookup_ip("8.8.8.8")


def rate(work):
    started = time.perf_counter()
    work()
    return round(len(addresses) / (time.perf_counter() - started))


frame = pd.DataFrame({"Ip": addresses})
print("BENCH " + json.dumps({
    "list": rate(lambda: geo.lookup_ip(ip_addr_list=addresses)),
    "frame": rate(lambda: geo.df_lookup_ip(frame, column="Ip")),
    "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
}))
