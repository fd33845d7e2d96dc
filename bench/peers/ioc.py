"""IoC extraction with MSTICPy over the command lines that bench/ioc.ts wrote. usage: ioc.py command-lines.json"""
import json, resource, sys, time
import pandas as pd
from msticpy.transform.iocextract import IoCExtract

lines = json.load(open(sys.argv[1], encoding="utf-8"))
frame = pd.DataFrame({"CommandLine": lines})
extractor = IoCExtract()
started = time.perf_counter()
found = extractor.extract(data=frame, columns=["CommandLine"])
seconds = time.perf_counter() - started
print("BENCH " + json.dumps({
    "rowsPerSecond": round(len(lines) / seconds),
    "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    "observables": len(found),
}))
