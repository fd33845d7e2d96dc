"""GeoIP with MSTICPy over the addresses that bench/geo.ts wrote. usage: geo.py addresses.json FOLDER [frame]

FOLDER holds GeoLite2-City.mmdb; with "frame" only the frame is looked up, for its memory."""
import json, logging, resource, sys, time
import pandas as pd

logging.disable(logging.CRITICAL)
from msticpy.context.geoip import GeoLiteLookup

addresses = json.load(open(sys.argv[1], encoding="utf-8"))
geo = GeoLiteLookup(api_key="none", account_id="0", db_folder=sys.argv[2], auto_update=False)
geo.lookup_ip("8.8.8.8")


def rate(work):
    """Look-ups per second by the clock, and per second of processor time: the machine may be shared."""
    started, used = time.perf_counter(), time.process_time()
    work()
    return round(len(addresses) / (time.perf_counter() - started)), round(len(addresses) / (time.process_time() - used))


frame = pd.DataFrame({"Ip": addresses})
in_list = rate(lambda: geo.lookup_ip(ip_addr_list=addresses)) if len(sys.argv) == 3 else (0, 0)
in_frame = rate(lambda: geo.df_lookup_ip(frame, column="Ip"))
print("BENCH " + json.dumps({
    "list": in_list[0],
    "listPerProcessorSecond": in_list[1],
    "frame": in_frame[0],
    "framePerProcessorSecond": in_frame[1],
    "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
}))
